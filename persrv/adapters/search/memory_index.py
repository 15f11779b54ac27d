"""The sticker index in memory: for a catalogue that is read once, searched some ten thousand times and thrown away.

Scores as the index of record does, to the last bit: the same tokens, the same BM25, added up in the same order. What
differs is where postings come from, and that an update is not kept on any disk.
"""

from __future__ import annotations

import threading
from array import array
from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.search.exact import best_of, recalled
from persrv.adapters.search.schema import FIELDS
from persrv.adapters.search.tokens import field_tokens
from persrv.domain.candidates import RecalledStickers
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.ports.search import LeftOut, UtilityLookup
from persrv.recall.bm25 import bm25, inverse_document_frequency

CACHED: Final = 30_000_000
"""Postings whose scores are kept, of 8 bytes each: tuning asks the same words again under other weights."""
_MOST: Final = np.iinfo(np.uint16).max
"""A word that a text repeats more often counts as often as this."""


class MemoryStickerIndex:
    """A `StickerIndex` without files. Updates are gathered, and arranged when the next search comes."""

    def __init__(self, *, cached_postings: int = CACHED) -> None:
        self._lock = threading.Lock()
        self._terms: dict[str, int] = {}
        self._stickers = array("q")
        self._row_of: dict[int, int] = {}
        self._columns = [_Column() for _ in FIELDS]
        self._arranged: _Arranged | None = None
        self._capacity = cached_postings
        self.version = 0
        """See `StickerIndex.version`."""

    def search(
        self,
        tokens: Sequence[str],
        *,
        weights: Mapping[SemanticField, float],
        limit: int,
        utility: UtilityLookup | None = None,
        left_out: LeftOut | None = None,
    ) -> RecalledStickers:
        """The `limit` best stickers; see `StickerIndex.search`."""
        searched = [(row, field, weights[field]) for row, field in enumerate(FIELDS) if weights.get(field, 0.0) > 0]
        with self._lock:
            # Sorted: floating-point sums depend on their order, and a score must not depend on that of the words.
            wanted = [self._terms[token] for token in sorted(set(tokens)) if token in self._terms]
            if limit <= 0 or not searched or not wanted:
                return RecalledStickers()
            if self._arranged is None:
                self._arranged = _Arranged(self._stickers, self._row_of, self._columns, self._capacity)
            ids, by_field, total = self._arranged.score([(row, weight) for row, _, weight in searched], wanted)
        return recalled(best_of(ids, by_field, total, limit, utility=utility, left_out=left_out), searched)

    def update(self, documents: Sequence[StickerDocument], deleted: Collection[int]) -> None:
        """Replace, add and delete; see `StickerIndex.update`."""
        latest = {document.sticker_id: document for document in documents}
        with self._lock:
            self.version += 1
            if latest or deleted:
                self._arranged = None
            for sticker_id in deleted:
                self._row_of.pop(sticker_id, None)
            for sticker_id, document in latest.items():
                row = len(self._stickers)
                self._stickers.append(sticker_id)
                self._row_of[sticker_id] = row
                tokens = field_tokens(document)
                for field, column in zip(FIELDS, self._columns, strict=True):
                    column.add(row, tokens[field], self._terms)

    @property
    def needs_rebuild(self) -> bool:
        """See `StickerIndex.needs_rebuild`; nothing is lost here."""
        return False

    def note_rebuild_queued(self) -> None:
        """See `StickerIndex.note_rebuild_queued`; there is nothing to note."""

    def compact(self) -> None:
        """See `StickerIndex.compact`; there is no disk."""

    def count(self) -> int:
        """How many stickers are in the index."""
        with self._lock:
            return len(self._row_of)

    def close(self) -> None:
        """Let go of all memory."""
        with self._lock:
            self._terms, self._stickers, self._row_of = {}, array("q"), {}
            self._columns = [_Column() for _ in FIELDS]
            self._arranged = None


class _Column:
    """One field of all documents as it comes, by document."""

    def __init__(self) -> None:
        self.lengths = array("i")
        self.terms = array("i")
        self.documents = array("i")
        self.frequencies = array("H")

    def add(self, row: int, tokens: Sequence[str], terms: dict[str, int]) -> None:
        """Take a document's tokens; documents come in the order of their rows."""
        self.lengths.append(len(tokens))
        for token, frequency in Counter(tokens).items():
            self.terms.append(terms.setdefault(token, len(terms)))
            self.documents.append(row)
            self.frequencies.append(min(frequency, _MOST))


class _Field:
    """One field of the live documents, by term."""

    def __init__(self, column: _Column, live: NDArray[np.bool_]) -> None:
        terms = np.frombuffer(column.terms, dtype=np.int32)
        documents = np.frombuffer(column.documents, dtype=np.int32)
        kept = live[documents]
        terms, documents = terms[kept], documents[kept]
        order = np.argsort(terms, kind="stable")  # within a term, documents go on rising
        terms = terms[order]
        self.starts = np.searchsorted(terms, np.arange((int(terms[-1]) if len(terms) else -1) + 2))
        self.documents = documents[order]
        self.frequencies = np.frombuffer(column.frequencies, dtype=np.uint16)[kept][order]
        self.lengths = np.frombuffer(column.lengths, dtype=np.int32)
        having = self.lengths[live & (self.lengths > 0)]
        self.average_length = int(having.sum(dtype=np.int64)) / len(having) if len(having) else 0.0

    def at(self, term: int) -> slice:
        """Where a term's postings stand."""
        if term + 1 >= len(self.starts):
            return slice(0, 0)
        return slice(int(self.starts[term]), int(self.starts[term + 1]))


class _Arranged:
    """Everything by term, ready to be scored."""

    def __init__(
        self, stickers: array[int], row_of: Mapping[int, int], columns: Sequence[_Column], capacity: int
    ) -> None:
        self._stickers = np.array(stickers, dtype=np.int64)
        live = np.zeros(len(stickers), dtype=np.bool_)
        live[list(row_of.values())] = True
        self._live = len(row_of)
        self._fields = [_Field(column, live) for column in columns]
        self._scores: OrderedDict[tuple[int, int], NDArray[np.float64]] = OrderedDict()
        self._held, self._capacity = 0, capacity
        self._sums = np.zeros(len(stickers), dtype=np.float64)
        """All zero between two searches."""

    def score(
        self, weights: Sequence[tuple[int, float]], terms: Sequence[int]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Sticker ids of the documents that match, weighted BM25 by field, and its sum."""
        matched = np.zeros(len(self._stickers), dtype=np.bool_)
        for field, _ in weights:
            for term in terms:
                matched[self._fields[field].documents[self._fields[field].at(term)]] = True
        documents = np.flatnonzero(matched)
        total = np.zeros(len(documents), dtype=np.float64)
        by_field = np.empty((len(weights), len(documents)), dtype=np.float64)
        for row, (field, weight) in zip(by_field, weights, strict=True):
            found = [self._fields[field].documents[self._fields[field].at(term)] for term in terms]
            for term, having in zip(terms, found, strict=True):
                if len(having):
                    self._sums[having] += weight * self._bm25(field, term)
            self._sums.take(documents, out=row)
            total += row
            for having in found:
                self._sums[having] = 0.0
        return self._stickers[documents], by_field, total

    def _bm25(self, field: int, term: int) -> NDArray[np.float64]:
        known = self._scores.get((field, term))
        if known is not None:
            self._scores.move_to_end((field, term))
            return known
        column = self._fields[field]
        at = column.at(term)
        found = bm25(
            column.frequencies[at].astype(np.float64),
            column.lengths[column.documents[at]].astype(np.float64),
            average_length=column.average_length,
            idf=inverse_document_frequency(self._live, at.stop - at.start),
        )
        self._scores[field, term] = found
        self._held += len(found)
        while self._held > self._capacity and len(self._scores) > 1:
            self._held -= len(self._scores.popitem(last=False)[1])
        return found
