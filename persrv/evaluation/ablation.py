"""What each module adds (paper, table 5): the same system with one more of them switched on, row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from persrv.domain.own_packs import OwnPacks
from persrv.domain.semantics import SemanticField
from persrv.evaluation.systems.bm25 import NO_FIELD
from persrv.evaluation.systems.persrv import PerSRVSettings
from persrv.evaluation.systems.plus import PlusSettings
from persrv.evaluation.systems.recall_index import Analyser
from persrv.evaluation.systems.system import Training
from persrv.recall.weights import RelevanceWeights

LITERAL_ALPHA: Final = 0.3
"""Of the authors' code, for equation 9 to the letter."""

STAGES: Final = ("lexical", "meaning", "texts", "memory", "choices", "diffusion", "style")
"""Of persrv-plus, each of which a row switches off."""
CONTRASTED: Final = ("3-vlm", "4-utility", "5-personal")
"""Rows whose rankings the case studies compare: utility is between the first two, personalisation between the last."""
OCR: Final = frozenset({SemanticField.OCR})
VLM: Final = frozenset({SemanticField.KEYWORDS, SemanticField.DESCRIPTION, SemanticField.EMOTIONS})
NOT_PAPERS: Final = frozenset({SemanticField.EMOJI, SemanticField.PACK})


@dataclass(frozen=True, slots=True)
class AblationPlan:
    """A row to be run.

    :param key: Short, for file names.
    :param label: For a person.
    :param paper_row: The row of the paper's table 5, or None for a row of ours.
    :param adds: The fields that are new in the row: without words in any of them it says what another row says.
    """

    key: str
    label: str
    paper_row: int | None
    settings: PerSRVSettings
    analyser: Analyser = Analyser.PRODUCT
    adds: frozenset[SemanticField] = frozenset()

    @property
    def personal(self) -> bool:
        """Whether the row is about a person's styles, and says nothing without vectors."""
        return self.key in {"5-personal", "5-literal", "5-by-share"}

    def lacks(self, training: Training) -> str:
        """What the row is about and a dataset has not, in a sentence; "" where nothing is lacking."""
        if self.personal and training.style is None:
            return "There are no vectors of style: no pictures, no embeddings, or no encoder."
        if self.adds and not self.adds & training.stickers.fields():
            fields = " or ".join(field.value for field in SemanticField if field in self.adds)
            return f"No sticker has words in {fields}."
        return ""


@dataclass(frozen=True, slots=True)
class PlusPlan:
    """A row of persrv-plus to be run; `key` and `label` as in `AblationPlan`."""

    key: str
    label: str
    settings: PlusSettings


def plus_plans(full: PlusSettings) -> tuple[PlusPlan, ...]:
    """persrv-plus without each of its stages, and with the one that is for those alone who want it, in two ways.

    :param full: With the weights that all rows have for what is switched on.
    """
    without = {
        **{name: replace(full, weights=replace(full.weights, **{name: 0.0})) for name in STAGES},
        "forgiving": replace(full, forgiving=False),
        "emoji": replace(full, relevance=replace(full.relevance, emoji=0.0)),
    }
    return (
        *(PlusPlan(f"plus-without-{name}", f"persrv-plus without {name}", row) for name, row in without.items()),
        PlusPlan(
            "plus-preferring-own",
            "persrv-plus where everybody prefers their own packs",
            replace(full, own_packs=OwnPacks.PREFER),
        ),
        PlusPlan(
            "plus-only-own",
            "persrv-plus where everybody sees their own packs alone",
            replace(full, own_packs=OwnPacks.ONLY),
        ),
    )


def ablation_plans(full: PerSRVSettings) -> tuple[AblationPlan, ...]:
    """The rows, in order. Each has the weights of the full system for what is switched on.

    :param full: The full system, tuned.
    """
    weights = full.relevance
    off = replace(full, utility=None, ranking=None)
    ocr = replace(off, relevance=replace(NO_FIELD, ocr=weights.ocr))
    history = replace(off, relevance=replace(NO_FIELD, ocr=weights.ocr, queries=weights.queries))
    vlm = replace(off, relevance=weights)
    utility = replace(vlm, utility=full.utility)
    literal = replace(full, literal=True, ranking=replace(full.ranking, alpha=LITERAL_ALPHA)) if full.ranking else full
    defaults = RelevanceWeights()
    by_share = (
        replace(full, ranking=replace(full.ranking, nearest=False, alpha=2 * full.ranking.alpha))
        if full.ranking
        else full
    )
    with_emoji = replace(full, relevance=replace(weights, emoji=defaults.emoji, pack=defaults.pack))
    return (
        AblationPlan("1-ocr", "1. OCR", 1, ocr, adds=OCR),
        AblationPlan("2-history", "2. 1 + history", 2, history),
        AblationPlan("3-vlm", "3. 2 + VLM", 3, vlm, adds=VLM),
        AblationPlan("4-utility", "4. 3 + utility", 4, utility),
        AblationPlan("5-personal", "5. 4 + personalisation (the full system)", 5, full),
        AblationPlan("5-literal", "5 with equation 9 to the letter (distance, alpha 0.3)", None, literal),
        AblationPlan(
            "5-by-share",
            "5 with each style by its share, twice the alpha (what PERSRV_RANKING=persrv serves)",
            None,
            by_share,
        ),
        AblationPlan(
            "5-characters", "5 with single characters alone (the paper's analyser)", None, full, Analyser.PAPER
        ),
        AblationPlan(
            "6-emoji-and-set", "6. 5 + emoji and set name (ours, not the paper's)", None, with_emoji, adds=NOT_PAPERS
        ),
    )
