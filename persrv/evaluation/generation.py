"""Generated keywords against the queries of the test part (paper, table 6)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from persrv.domain.dataset import Dataset, StickerTable
from persrv.domain.semantics import SemanticField
from persrv.ports.texts import TextEncoder
from persrv.semantics.likeness import NO_BLEU, NO_ENCODER, Answer, Measured, measure, open_bleu


@dataclass(frozen=True, slots=True)
class Generation:
    """Table 6 for the keywords that the dataset came with, or that were computed.

    :param everything: All stickers with keywords that were chosen in test.
    :param not_in_train: Those of them that nobody chose in train: a model fine-tuned on train has not seen them.
    :param signature: Of BLEU, or why there is none.
    :param encoder: Name of the text encoder, or why there is none.
    """

    everything: Measured
    not_in_train: Measured
    signature: str
    encoder: str


def measure_keywords(dataset: Dataset, stickers: StickerTable, encoder: TextEncoder | None) -> Generation | None:
    """Compare; None where no sticker that was chosen in test has keywords.

    :param stickers: The catalogue as it was completed.
    """
    references: dict[str, dict[str, None]] = defaultdict(dict)
    for row in dataset.test:
        references[row.docid][row.query] = None
    learnt = {row.docid for row in dataset.train}
    keywords, ocr = stickers.texts[SemanticField.KEYWORDS], stickers.texts[SemanticField.OCR]
    answers: dict[str, Answer] = {}
    for docid in sorted(references):
        place = stickers.row(docid)
        said = None if place is None else keywords[place]
        if place is not None and said is not None:
            text = ocr[place]
            answers[docid] = Answer(said, tuple(references[docid]), None if text is None else bool(text))
    if not answers:
        return None
    bleu = open_bleu()
    new = [answer for docid, answer in answers.items() if docid not in learnt]
    return Generation(
        measure(list(answers.values()), bleu, encoder),
        measure(new, bleu, encoder),
        NO_BLEU if bleu is None else bleu.signature,
        NO_ENCODER if encoder is None else encoder.name,
    )
