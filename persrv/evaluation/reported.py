"""The paper's own figures, to stand beside ours and never to be mixed with them (PerSRV, WWW '25, tables 3 to 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_TABLE_4_METRICS: Final = ("M-MRR@1", "R@1", "M-MRR@5", "R@5", "M-MRR@10", "R@10", "M-MRR@20", "R@20")
_TABLE_5_METRICS: Final = ("M-MRR@1", "R@1", "M-MRR@10", "R@10", "M-MRR@20", "R@20")

_TABLE_6_COLUMNS: Final = ("overall", "without text", "with text")


@dataclass(frozen=True, slots=True)
class Reported:
    """What the paper prints, on a dataset that only its authors have.

    :param table_3: The dataset.
    :param table_4: System -> metric -> figure.
    :param table_5: Row of the ablation -> metric -> figure.
    :param table_6: Measure -> model -> "overall", "without text", "with text". The base model's BLEU is printed as 0.
    :param table_7: System -> seconds a query, and the M-MRR@10 printed beside it.
    :param contradictions: Figures that do not fit each other, listed and not imitated.
    """

    source: str
    table_3: Mapping[str, int]
    table_4: Mapping[str, Mapping[str, float]]
    table_5: Mapping[str, Mapping[str, float]]
    table_6: Mapping[str, Mapping[str, Mapping[str, float]]]
    table_7: Mapping[str, Mapping[str, float]]
    contradictions: Sequence[str]


def _row(metrics: Sequence[str], *values: float) -> Mapping[str, float]:
    return MappingProxyType(dict(zip(metrics, values, strict=True)))


PAPER: Final = Reported(
    source="PerSRV: Personalized Sticker Retrieval with Vision-Language Model, WWW '25; WeChat dataset, not public",
    table_3=MappingProxyType(
        {"stickers": 543_098, "interactions": 12_568, "user_query_pairs": 2_308, "queries": 1_891, "users": 8}
    ),
    table_4=MappingProxyType(
        {
            "global-pop": _row(_TABLE_4_METRICS, 0.0000, 0.0000, 0.0009, 0.0006, 0.0013, 0.0012, 0.0015, 0.0024),
            "user-pop": _row(_TABLE_4_METRICS, 0.0011, 0.0011, 0.0022, 0.0015, 0.0025, 0.0027, 0.0028, 0.0037),
            "bm25": _row(_TABLE_4_METRICS, 0.0097, 0.0097, 0.0418, 0.0364, 0.0494, 0.0535, 0.0494, 0.0535),
            "bm25-ocr": _row(_TABLE_4_METRICS, 0.0852, 0.0852, 0.2414, 0.1804, 0.2682, 0.2269, 0.2772, 0.2726),
            "blip2": _row(_TABLE_4_METRICS, 0.0000, 0.0000, 0.0005, 0.0003, 0.0011, 0.0014, 0.0012, 0.0021),
            "clip-cn": _row(_TABLE_4_METRICS, 0.0021, 0.0021, 0.0072, 0.0060, 0.0078, 0.0087, 0.0087, 0.0123),
            "srs": _row(_TABLE_4_METRICS, 0.0064, 0.0015, 0.0086, 0.0051, 0.0102, 0.0096, 0.0115, 0.0175),
            "persrv": _row(_TABLE_4_METRICS, 0.1014, 0.1014, 0.2673, 0.1889, 0.2938, 0.2326, 0.3020, 0.2736),
        }
    ),
    table_5=MappingProxyType(
        {
            "1": _row(_TABLE_5_METRICS, 0.0734, 0.0734, 0.2419, 0.2062, 0.2509, 0.2525),
            "2": _row(_TABLE_5_METRICS, 0.0852, 0.0852, 0.2682, 0.2269, 0.2772, 0.2726),
            "3": _row(_TABLE_5_METRICS, 0.0874, 0.0874, 0.2716, 0.2265, 0.2808, 0.2717),
            "4": _row(_TABLE_5_METRICS, 0.0885, 0.0885, 0.2722, 0.2265, 0.2814, 0.2740),
            "5": _row(_TABLE_5_METRICS, 0.1014, 0.1014, 0.2938, 0.2326, 0.3020, 0.2736),
        }
    ),
    table_6=MappingProxyType(
        {
            "BLEU": MappingProxyType(
                {"base": _row(_TABLE_6_COLUMNS, 0.0, 0.0, 0.0), "SFT": _row(_TABLE_6_COLUMNS, 0.3625, 0.3829, 0.3580)}
            ),
            "cosine": MappingProxyType(
                {
                    "base": _row(_TABLE_6_COLUMNS, 0.3756, 0.3757, 0.3755),
                    "SFT": _row(_TABLE_6_COLUMNS, 0.6863, 0.6979, 0.6837),
                }
            ),
        }
    ),
    table_7=MappingProxyType(
        {
            "blip2": MappingProxyType({"seconds": 0.0549, "M-MRR@10": 0.0010}),
            "clip-cn": MappingProxyType({"seconds": 0.0914, "M-MRR@10": 0.0068}),
            "srs": MappingProxyType({"seconds": 0.1103, "M-MRR@10": 0.0102}),
            "persrv": MappingProxyType({"seconds": 0.0541, "M-MRR@10": 0.2722}),
        }
    ),
    contradictions=(
        "Table 4 has M-MRR@1 equal to R@1 in all rows but srs. R@1 divides a hit by the number of relevant stickers, "
        "so the two agree only where every pair has a single one; before the split, 12,568 interactions over 2,308 "
        "pairs are 5.4 a pair.",
        "Table 7 gives PerSRV an M-MRR@10 of 0.2722; tables 4 and 5 give 0.2938. 0.2722 is row 4 of table 5, without "
        "personalisation. Those of BLIP2 and CLIP-cn differ from table 4 too (0.0010 and 0.0011, 0.0068 and 0.0078).",
        "Section 5.2 says that without personalisation M-MRR@10 and Recall@10 fall by 14.58 %, M-MRR@20 by 9.06 %, "
        "Recall@20 by 6.30 % and M-MRR@1 by 7.32 %. From table 5 the falls are 7.35 % and 2.62 %, 6.82 %, none "
        "(0.2740 against 0.2736) and 12.72 %; 14.58 % is the rise of M-MRR@1.",
        "Section 5.1 gives srs an M-MRR@20 of 0.0087; table 4 has 0.0115 for it, and 0.0087 for clip-cn.",
        "The text has 12,569 interactions, table 3 and the abstract 12,568.",
        "Section 3.5 speaks of 512x512 embeddings; CLIP-cn ViT-B/16 gives 512 numbers.",
    ),
)
