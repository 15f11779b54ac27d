"""What a dataset holds (paper, table 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from persrv.domain.dataset import Dataset, Interaction
from persrv.domain.packed import PackedTexts
from persrv.domain.semantics import SemanticField


@dataclass(frozen=True, slots=True)
class PartStatistics:
    """A log or a part of it.

    :param interactions: Rows.
    :param distinct_interactions: Distinct (uid, query, docid): "user-query-sticker" of table 3, where nothing repeats.
    :param user_query_pairs: Distinct (uid, query).
    :param queries: Distinct queries, as typed.
    :param chosen_stickers: Distinct stickers that were chosen.
    """

    interactions: int
    distinct_interactions: int
    user_query_pairs: int
    queries: int
    users: int
    chosen_stickers: int


@dataclass(frozen=True, slots=True)
class DatasetStatistics:
    """The whole dataset, and its parts.

    :param stickers: All that are named anywhere.
    :param with_picture: How many have a file in images/.
    :param with_text: Field -> how many stickers have words in it, as they came or as they were computed.
    :param parts: "train", "valid", "test".
    :param split: How the parts came about (`SplitKind`).
    """

    source: str
    stickers: int
    with_picture: int
    with_text: Mapping[str, int]
    whole: PartStatistics
    parts: Mapping[str, PartStatistics]
    split: str


def dataset_statistics(dataset: Dataset, texts: Mapping[SemanticField, PackedTexts]) -> DatasetStatistics:
    """Count.

    :param texts: What is known of the stickers by now.
    """
    return DatasetStatistics(
        dataset.source,
        len(dataset.stickers) + len(dataset.unknown),
        dataset.stickers.images.count(),
        {field.value: int((column.ends > column.starts).sum()) for field, column in texts.items()},
        part_statistics((*dataset.train, *dataset.valid, *dataset.test)),
        {
            "train": part_statistics(dataset.train),
            "valid": part_statistics(dataset.valid),
            "test": part_statistics(dataset.test),
        },
        dataset.split.value,
    )


def part_statistics(rows: Sequence[Interaction]) -> PartStatistics:
    """Count the rows of a part."""
    return PartStatistics(
        interactions=len(rows),
        distinct_interactions=len({row.triple for row in rows}),
        user_query_pairs=len({(row.uid, row.query) for row in rows}),
        queries=len({row.query for row in rows}),
        users=len({row.uid for row in rows}),
        chosen_stickers=len({row.docid for row in rows}),
    )
