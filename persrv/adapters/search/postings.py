"""Postings out of Whoosh segments, as arrays, in a cache of bounded size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

import numpy as np
from whoosh.reading import TermNotFound

from persrv.adapters.search.schema import Untyped
from persrv.recall.relevance import Postings

_NONE = Postings(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64))
_OVERHEAD = 16
"""What an entry costs beside its postings, counted in postings (of 16 bytes)."""

Key = tuple[str, str, str]
"""Segment, field, token."""


def read_postings(reader: Untyped, field: str, token: str) -> Postings:
    """Who has a token in a field of one segment, by document number within the segment.

    Leaves out documents that were deleted when `reader` was opened. One reader serves one thread at a time.
    """
    try:
        matcher = reader.postings(field, token)
    except TermNotFound:
        return _NONE
    documents: list[int] = []
    frequencies: list[float] = []
    while matcher.is_active():
        documents.append(matcher.id())
        frequencies.append(matcher.weight())
        matcher.next()
    return Postings(np.array(documents, dtype=np.int64), np.array(frequencies, dtype=np.float64))


class PostingsCache:
    """Least recently used postings by segment; a segment never changes but for deletions, which readers mask.

    Not locked: its owner lets one thread in at a time.

    :param capacity: How many postings (16 bytes each) to keep at most.
    """

    def __init__(self, capacity: int = 2_000_000) -> None:
        self._capacity = capacity
        self._held = 0
        self._entries: OrderedDict[Key, Postings] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def held(self) -> int:
        """The entries' cost, in postings."""
        return self._held

    def get(self, key: Key, reader: Untyped) -> Postings:
        """The postings of a key, out of `reader` if they are not here."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
            return found
        found = read_postings(reader, key[1], key[2])
        self._entries[key] = found
        self._held += len(found.documents) + _OVERHEAD
        while self._held > self._capacity:
            _, oldest = self._entries.popitem(last=False)
            self._held -= len(oldest.documents) + _OVERHEAD
        return found

    def retain(self, segments: Collection[str]) -> None:
        """Forget all segments but these."""
        for key in [key for key in self._entries if key[0] not in segments]:
            self._held -= len(self._entries.pop(key).documents) + _OVERHEAD
