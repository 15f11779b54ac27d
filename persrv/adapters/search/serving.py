"""What serves searches of a large index: its table of impacts, and what has changed since it was made.

Segments of the index are of two kinds: those that the table has, and newer ones, which are few and small, are read out
of Whoosh once and kept in memory as a table of their own. Documents that were deleted or replaced since are struck out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.search.exact import Searched
from persrv.adapters.search.impact_store import Base, ImpactStore
from persrv.adapters.search.merging import FAN, LARGE
from persrv.adapters.search.snapshot import Columns, Leaf, Snapshot
from persrv.adapters.search.walking import walk
from persrv.ports.search import LeftOut, UtilityLookup
from persrv.recall.impact_search import Best, search_impacts
from persrv.recall.impact_view import ImpactView, Part, Scratches, Utilities
from persrv.recall.impacts import Runs, collate, join, word_key
from persrv.recall.steps import steps_like

FEW: Final = FAN * LARGE
"""Newer documents that are always worth a table in memory."""
SHARE: Final = 20
"""And up to one in so many of the table's."""


class Served:
    """A view and what belongs to it; may be used by any thread."""

    def __init__(self, view: ImpactView, salt: bytes) -> None:
        self.view = view
        self._salt = salt
        self._utilities: tuple[UtilityLookup, Utilities | None] | None = None

    def best(
        self,
        words: Sequence[str],
        searched: Sequence[Searched],
        limit: int,
        utility: UtilityLookup | None,
        scratches: Scratches,
        left_out: LeftOut | None = None,
    ) -> Best | None:
        """The best that are not left out; None where the table cannot answer exactly."""
        utilities = None
        if utility is not None and (utilities := self._utilities_of(utility)) is None:
            return None
        keys = np.array([word_key(word, self._salt) for word in words], dtype=np.uint64)
        weights = [(number, weight) for number, _, weight in searched]

        def find(most: int, among: NDArray[np.int64] | None = None) -> Best | None:
            with scratches.lent() as scratch:
                return search_impacts(
                    self.view, keys, weights, most, scratch, utility=utility, utilities=utilities, among=among
                )

        if left_out is None:
            return find(limit)
        for wide in (limit, 2 * limit):
            best = find(wide)
            if best is None:
                return None
            kept = np.flatnonzero(~left_out(best.ids))
            if len(kept) >= limit or len(best.ids) < wide:
                return best.at(kept[:limit])
            if 2 * len(kept) < limit:
                break
        # Mostly nobody is left out, or few are. Where many are, all half a million are asked about, once.
        return find(limit, np.flatnonzero(~left_out(self.view.ids)))

    def _utilities_of(self, lookup: UtilityLookup) -> Utilities | None:
        """Of all rows, looked up once; None where one is below 0 or no number, and cannot be ranked by beforehand."""
        known = self._utilities
        if known is None or known[0] != lookup:
            values = lookup(self.view.ids)
            usable = np.isfinite(values).all() and values.min(initial=0.0) >= 0
            self._utilities = known = (lookup, Utilities.of(values) if usable else None)
        return known[1]


class Keeper:
    """Makes what serves out of each commit. Used by one thread at a time.

    :param least: Documents from which a table is worth its files.
    :param weights: Of the fields, those that serve.
    """

    def __init__(self, directory: Path, *, least: int, weights: Sequence[float]) -> None:
        self._weights = tuple(weights)
        self._store = ImpactStore(directory)
        self._least = max(least, 1)
        self._walked: dict[tuple[bytes, str], Runs] = {}
        self.base: Base | None = self._store.load()

    def look(self) -> bool:
        """Whether another table serves than at the last look."""
        before, self.base = self.base, self._store.load()
        return self.base is not before

    def known(self) -> dict[str, Columns]:
        """Columns that the table has."""
        return dict(self.base.columns()) if self.base else {}

    def serve(self, snapshot: Snapshot) -> Served | None:
        """What serves a commit; None where there is no table, or more is new than is worth reading.

        :raises Exception: whatever Whoosh raises on damaged files.
        """
        base = self.base
        if base is None or snapshot.count < self._least:
            self._walked = {}
            return None
        newer, gone = _newer(snapshot, base), _gone(snapshot, base)
        if _changed(base, newer, gone) > _most(base):
            return None
        self._walked = {
            (base.salt, leaf.segment): self._walked.get((base.salt, leaf.segment)) or walk(leaf.reader, base.salt)
            for leaf in newer
        }
        first = len(base.stickers)
        parts = [Part.of(base.impacts, 0, np.flatnonzero(gone), base.steps)]
        if newer:
            parts.append(self._part(snapshot, newer, base, first))
        # Out of the file, where that is all of them.
        ids = np.concatenate([base.stickers, *(leaf.columns.stickers for leaf in newer)]) if newer else base.stickers
        return Served(ImpactView(parts, ids, snapshot.count, snapshot.average_lengths), base.salt)

    def wants(self, snapshot: Snapshot) -> bool:
        """Whether it is time for a new table: half of what would still be served has changed, or other weights."""
        if snapshot.count < self._least:
            return False
        if self.base is None or tuple(self.base.steps.weights.tolist()) != self._weights:
            return True
        changed = _changed(self.base, _newer(snapshot, self.base), _gone(snapshot, self.base))
        return changed > _most(self.base) // 2

    def tidy(self, snapshot: Snapshot) -> None:
        """After the index was rewritten: keep no table that was made before."""
        now = {leaf.segment for leaf in snapshot.leaves}
        if self.base is not None and all(segment in now for segment, _ in self.base.segments):
            self._store.remove_older()
        else:
            self._store.remove()
        self._walked = {}

    def _part(self, snapshot: Snapshot, leaves: list[Leaf], base: Base, first: int) -> Part:
        runs, numbered, dead = [], 0, []
        for leaf in leaves:
            count = len(leaf.columns.stickers)
            found = self._walked[base.salt, leaf.segment]
            runs.append(Runs(found.keys, found.counts, found.documents + np.int32(numbered), found.frequencies))
            dead.append(np.flatnonzero(~snapshot.live[leaf.base : leaf.base + count]) + numbered)
            numbered += count
        lengths = np.concatenate([leaf.columns.lengths for leaf in leaves], axis=1).astype(np.uint32)
        # Words of documents that are gone may be there, in fields that none now has: any average will do for those.
        averages = np.array([average or 1.0 for average in snapshot.average_lengths])
        impacts = collate(join(runs), lengths, averages)
        steps = steps_like(base.steps, base.impacts, impacts, snapshot.count)
        return Part.of(impacts, first, np.concatenate(dead), steps)


def _newer(snapshot: Snapshot, base: Base) -> list[Leaf]:
    """Segments that the table does not have."""
    known = {segment for segment, _ in base.segments}
    return [leaf for leaf in snapshot.leaves if leaf.segment not in known]


def _gone(snapshot: Snapshot, base: Base) -> NDArray[np.bool_]:
    """Which rows of the table are of documents that are no longer there."""
    now = {leaf.segment: leaf.base for leaf in snapshot.leaves}
    gone = np.ones(len(base.stickers), dtype=np.bool_)
    first = 0
    for segment, count in base.segments:
        if segment in now:
            gone[first : first + count] = ~snapshot.live[now[segment] : now[segment] + count]
        first += count
    return gone


def _changed(base: Base, newer: list[Leaf], gone: NDArray[np.bool_]) -> int:
    """How many documents the table does not have, or has and there are none; the greater number."""
    with_words = np.diff(base.impacts.word_starts) > 0
    return max(sum(len(leaf.columns.stickers) for leaf in newer), int(np.count_nonzero(gone & with_words)))


def _most(base: Base) -> int:
    """Changed documents up to which a table is worth serving."""
    return max(FEW, len(base.stickers) // SHARE)
