"""What a search by impacts looks at: tables in their places, utilities by row, and room to work in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.recall.impacts import Impacts
from persrv.recall.rows import places_of
from persrv.recall.steps import Steps

GROUP: Final = 64
"""Scores whose maximum is looked at in place of them."""
KEPT: Final = 2
"""Scratches kept for the next searches: more are at work at once only where many ask in the same millisecond."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A table in its place.

    :param first: The row of its first document.
    :param gone: Its documents that are no longer there, rising, int64.
    :param gone_postings: How many postings of each entry are theirs, int64, shape (entries,); (0,) where none is gone.
    :param steps: Of the table, for the weights that serve, if it has them.
    """

    impacts: Impacts
    first: int
    gone: NDArray[np.int64]
    gone_postings: NDArray[np.int64]
    steps: Steps | None = None

    @classmethod
    def of(cls, impacts: Impacts, first: int, gone: NDArray[np.int64], steps: Steps | None = None) -> Part:
        """With the words of those that are gone."""
        words = impacts.words[places_of(impacts.word_starts, gone)[1]]
        postings = np.bincount(words, minlength=len(impacts.keys)) if len(words) else np.empty(0, np.int64)
        return cls(impacts, first, gone, postings, steps)

    @property
    def size(self) -> int:
        """How many documents it has, with those that are gone."""
        return len(self.impacts.word_starts) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Which of a query's cells a part has: a cell is a word in a field. From the last entry to the first.

    :param cells: Numbers of the cells, int64, shape (found,).
    :param entries: Of the table, int64, same shape.
    :param firsts: Where their postings begin, int32, same shape.
    :param ends: Where they end, int32, same shape.
    """

    cells: NDArray[np.int64]
    entries: NDArray[np.int64]
    firsts: NDArray[np.int32]
    ends: NDArray[np.int32]

    @classmethod
    def of(cls, part: Part, wanted: NDArray[np.uint64]) -> Entries:
        """:param wanted: The key of each cell, distinct, shape (cells,)."""
        keys, starts = part.impacts.keys, part.impacts.starts
        places = keys.searchsorted(wanted)
        cells = (places < len(keys)).nonzero()[0]
        cells = cells[keys[places[cells]] == wanted[cells]]
        entries = places[cells]
        order = entries.argsort()[::-1]
        cells, entries = cells[order], entries[order]
        return cls(cells, entries, starts[entries], starts[entries + 1])


@dataclass(frozen=True, slots=True, eq=False)
class ImpactView:
    """All documents as of one moment. Never changes; may be searched by any thread, each with a `Scratch` of its own.

    :param parts: Tables whose rows follow each other.
    :param ids: By row, distinct among those that are there, int64, shape (rows,).
    :param live: How many documents there are.
    :param averages: Average field lengths now, over the live documents that have the field; shape (fields,).
    :ivar moved: By how much they have moved since the tables were made, as a factor of at least 1; shape (fields,).
    """

    parts: Sequence[Part]
    ids: NDArray[np.int64]
    live: int
    averages: Sequence[float]
    moved: Sequence[float] = field(init=False)

    def __post_init__(self) -> None:
        moved = [
            max((max(then / now, now / then) for then in thens if then > 0 and now > 0), default=1.0)
            for now, *thens in zip(self.averages, *(part.impacts.averages.tolist() for part in self.parts), strict=True)
        ]
        object.__setattr__(self, "moved", tuple(moved))


@dataclass(frozen=True, slots=True, eq=False)
class Utilities:
    """Utility by row, as the difference to the least one: most stickers were never chosen, and have that.

    :param least: At least 0.
    :param more: By how much each is above it, float32, shape (rows,).
    :param rows: Those that are, rising, int64.
    :param of_rows: By how much these are, float32.
    """

    least: float
    more: NDArray[np.float32]
    rows: NDArray[np.int64]
    of_rows: NDArray[np.float32]

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Utilities:
        """Of values by row, at least 0."""
        least = float(values.min(initial=np.inf)) if len(values) else 0.0
        more = (values - least).astype(np.float32)
        rows = np.flatnonzero(more > 0)
        return cls(least, more, rows, more[rows])


class Scratch:
    """Arrays that a search needs, kept because to make them takes longer than to search.

    :ivar scores: All 0 between searches, float32.
    :ivar steps: The same in steps, uint16; a search needs one of them.
    :ivar slots: All -1 between searches.
    """

    def __init__(self) -> None:
        self._fit(0)
        self.slots = np.empty(0, np.int32)

    def fit(self, view: ImpactView) -> None:
        """Have room for all rows and entries of a view."""
        if len(self.scores) < len(view.ids):
            self._fit(len(view.ids) + len(view.ids) // 50)
        entries = max(len(part.impacts.keys) for part in view.parts)
        if len(self.slots) < entries:
            self.slots = np.full(entries, -1, np.int32)

    def _fit(self, rows: int) -> None:
        rows = -(-rows // GROUP) * GROUP
        self.scores = np.zeros(rows, np.float32)
        self.steps = np.zeros(rows, np.uint16)
        self.marks = np.empty(rows, np.int32)


class Scratches:
    """Lends a scratch to each search, and keeps a few: as many as threads that search would hold megabytes for ever."""

    def __init__(self) -> None:
        self._idle: list[Scratch] = []

    @contextmanager
    def lent(self) -> Iterator[Scratch]:
        """One that nobody else has. After an error it is not used again: it may not be clean."""
        try:
            scratch = self._idle.pop()
        except IndexError:
            scratch = Scratch()
        yield scratch
        if len(self._idle) < KEPT:
            self._idle.append(scratch)
