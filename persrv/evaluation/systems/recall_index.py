"""The product's search index over a training's texts, made once and shared by all systems that search texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from itertools import islice
from types import MappingProxyType
from typing import Final

from persrv.domain.candidates import RecalledStickers
from persrv.domain.packed import PackedTexts
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.evaluation.systems.system import Training
from persrv.ports.progress import Progress, silent
from persrv.ports.search import LeftOut, StickerIndex, UtilityLookup
from persrv.text import normalise, tokenise, tokenise_characters

BATCH: Final = 20_000
"""Stickers in one commit of the index."""


class Analyser(StrEnum):
    """How Chinese is split."""

    PRODUCT = "words and characters"
    """As the bot does it."""
    PAPER = "characters"
    """Single characters alone: what the engine of the authors' code does by default."""


IndexFactory = Callable[[str], StickerIndex]
"""A name -> a new, empty index of its own, as the product's is."""


class RecallIndex:
    """Searches a training's stickers; row numbers are the index's sticker ids.

    :param open_index: Makes the index.
    :param name: What the index is called, one for each of several.
    """

    def __init__(
        self,
        open_index: IndexFactory,
        *,
        name: str = "semantics",
        analyser: Analyser = Analyser.PRODUCT,
        progress: Progress = silent,
    ) -> None:
        self.analyser = analyser
        self._open_index = open_index
        self._name = name
        self._progress = progress
        self._training: Training | None = None
        self._index: StickerIndex | None = None

    def fit(self, training: Training) -> None:
        """Index everything, unless it is the very training that is indexed already."""
        if training is self._training:
            return
        self.close()
        self._index = self._open_index(self._name)
        self._fill(self._index, documents(training, training.stickers.texts, self.analyser), len(training.stickers))
        self._training = training

    def fit_texts(self, training: Training, texts: Mapping[SemanticField, PackedTexts]) -> None:
        """Index these texts instead of the training's own, and no query that anybody typed."""
        self.close()
        self._index = self._open_index(self._name)
        self._fill(self._index, documents(training, texts, self.analyser, with_queries=False), len(training.stickers))

    def search(
        self,
        query: str,
        *,
        weights: Mapping[SemanticField, float],
        limit: int,
        utility: UtilityLookup | None = None,
        left_out: LeftOut | None = None,
    ) -> RecalledStickers:
        """See `StickerIndex.search`; the query as a person types it.

        :raises ValueError: nothing is indexed yet.
        """
        if self._index is None:
            raise ValueError("a system was asked before it was fitted")
        tokens = tokenise(analysed(normalise(query), self.analyser))
        return self._index.search(tokens, weights=weights, limit=limit, utility=utility, left_out=left_out)

    def close(self) -> None:
        """Let go of the index."""
        self._training = None
        if self._index is not None:
            self._index.close()
            self._index = None

    def _fill(self, index: StickerIndex, found: Iterator[StickerDocument], total: int) -> None:
        done = 0
        for some in _batches(found, BATCH):
            index.update(some, ())
            done += len(some)
            self._progress(f"indexing ({self._name})", done, total)


def documents(
    training: Training,
    texts: Mapping[SemanticField, PackedTexts],
    analyser: Analyser,
    *,
    with_queries: bool = True,
) -> Iterator[StickerDocument]:
    """Each sticker's texts, as the product's database gives them to its index.

    Queries: one line for every person and normalised query of the training part, so that a query that three people
    clicked weighs three times, and one person's repeats once.
    """
    queries = clicked_queries(training) if with_queries else {}
    for row in range(len(training.stickers)):
        found = {field: text for field, column in texts.items() if (text := column[row])}
        if row in queries:
            found[SemanticField.QUERIES] = "\n".join(queries[row])
        if analyser is Analyser.PAPER:
            found = {field: analysed(text, analyser) for field, text in found.items()}
        yield StickerDocument(row, MappingProxyType(found))


def clicked_queries(training: Training) -> dict[int, list[str]]:
    """Row -> the queries that led to it in train, one for each person and normalised query, in the log's order."""
    lines: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    for click, row in zip(training.clicks, training.rows().tolist(), strict=True):
        lines[row].setdefault((click.uid, normalise(click.query)), " ".join(click.query.split()))
    return {row: list(found.values()) for row, found in lines.items()}


def analysed(text: str, analyser: Analyser) -> str:
    """The text as it is, or its characters apart: then the product's tokeniser finds no words to join."""
    return text if analyser is Analyser.PRODUCT else " ".join(tokenise_characters(text))


def _batches(found: Iterator[StickerDocument], size: int) -> Iterator[list[StickerDocument]]:
    while some := list(islice(found, size)):
        yield some
