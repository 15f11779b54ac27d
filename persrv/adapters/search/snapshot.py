"""One commit of the index, read into arrays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.index import FileIndex

from persrv.adapters.search.files import IndexFiles, Stamp, stamp
from persrv.adapters.search.postings import PostingsCache
from persrv.adapters.search.schema import FIELDS, LENGTHS, STICKER, Untyped, schema, unpack_lengths
from persrv.domain.semantics import SemanticField
from persrv.recall.relevance import Postings


@dataclass(frozen=True, slots=True)
class Columns:
    """What one segment says of its documents; never changes.

    :param stickers: Sticker ids, int64, shape (documents,).
    :param lengths: Field lengths in tokens, of any integers, shape (fields, documents).
    :param totals: Their sum by field, int64, shape (fields,).
    :param having: How many documents have the field, int64, shape (fields,).
    """

    stickers: NDArray[np.int64]
    lengths: NDArray[np.integer[Any]]
    totals: NDArray[np.int64]
    having: NDArray[np.int64]

    @classmethod
    def of(cls, stickers: NDArray[np.int64], lengths: NDArray[np.integer[Any]]) -> Columns:
        """With the sums."""
        return cls(stickers, lengths, lengths.sum(axis=1, dtype=np.int64), np.count_nonzero(lengths, axis=1))


@dataclass(frozen=True, slots=True)
class Leaf:
    """One segment in its place.

    :param base: The number of its first document in the snapshot.
    """

    segment: str
    base: int
    reader: Untyped
    columns: Columns


class Snapshot:
    """One commit, whole. The arrays may be read by any thread; `postings` by one at a time.

    All statistics are of live documents, so that they do not depend on when segments were merged: an index
    that was updated many times scores as one made afresh.

    :ivar stickers: Sticker ids by document number, int64, shape (documents,).
    :ivar live: Which documents are not deleted, bool, shape (documents,).
    :ivar leaves: Its segments.
    :ivar average_lengths: By field, over the live documents that have the field; 0 where none has.
    """

    def __init__(self, read: Stamp, reader: Untyped, leaves: tuple[Leaf, ...]) -> None:
        self.stamp = read
        self._reader = reader
        self.leaves = leaves
        self.stickers = np.concatenate([np.empty(0, np.int64), *(leaf.columns.stickers for leaf in leaves)])
        self.live = np.ones(len(self.stickers), dtype=np.bool_)
        totals, having = np.zeros(len(FIELDS), dtype=np.int64), np.zeros(len(FIELDS), dtype=np.int64)
        for leaf in leaves:
            deleted = np.array(list(leaf.reader.segment().deleted_docs()), dtype=np.int64)
            self.live[leaf.base + deleted] = False
            of_deleted = Columns.of(leaf.columns.stickers[deleted], leaf.columns.lengths[:, deleted])
            totals += leaf.columns.totals - of_deleted.totals
            having += leaf.columns.having - of_deleted.having
        self.count = int(self.live.sum())
        self.average_lengths = tuple(
            int(total) / int(some) if some else 0.0 for total, some in zip(totals, having, strict=True)
        )

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Field lengths in tokens, int64, shape (fields, documents)."""
        return np.concatenate(
            [np.empty((len(FIELDS), 0), np.int64), *(leaf.columns.lengths for leaf in self.leaves)],
            axis=1,
            dtype=np.int64,
        )

    @property
    def columns(self) -> Mapping[str, Columns]:
        """Each segment's columns, for the next snapshot to take over."""
        return {leaf.segment: leaf.columns for leaf in self.leaves}

    def postings(self, field: SemanticField, token: str, cache: PostingsCache) -> Postings:
        """Which live documents have a token in a field."""
        parts = [
            (leaf.base, found)
            for leaf in self.leaves
            if len((found := cache.get((leaf.segment, field.value, token), leaf.reader)).documents)
        ]
        if not parts:
            return Postings(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64))
        documents = np.concatenate([found.documents + base for base, found in parts])
        frequencies = np.concatenate([found.frequencies for _, found in parts])
        live = self.live[documents]
        return Postings(documents[live], frequencies[live])

    def numbers(self, sticker_ids: Collection[int]) -> list[int]:
        """The document numbers of the live ones among some stickers."""
        wanted = np.isin(self.stickers, np.array(sorted(sticker_ids), dtype=np.int64))
        return [int(number) for number in np.flatnonzero(wanted & self.live)]

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()


def open_snapshot(directory: Path, known: Mapping[str, Columns]) -> Snapshot:
    """Read the latest commit.

    :param known: Columns of segments that need not be read again.
    :raises Exception: whatever Whoosh, pickle and zlib raise on files that are damaged or not there.
    """
    files = IndexFiles(str(directory))
    reader = None
    try:
        # Before the reading: if a commit comes in between, the stamp is old and the next look reads again.
        read = stamp(directory)
        reader = FileIndex(files, schema=schema()).reader()
        leaves = []
        for leaf, base in reader.leaf_readers() if reader.doc_count_all() else ():
            segment = leaf.segment().segment_id()
            leaves.append(Leaf(segment, base, leaf, known.get(segment) or _read_columns(leaf)))
        return Snapshot(read, reader, tuple(leaves))
    except BaseException:
        if reader is not None:
            reader.close()
        files.close_files()
        raise


def _read_columns(leaf: Untyped) -> Columns:
    count = range(leaf.doc_count_all())
    keys, rows = leaf.column_reader(STICKER), leaf.column_reader(LENGTHS, translate=False)
    lengths = unpack_lengths([bytes(rows[number]) for number in count])
    return Columns.of(
        np.array([keys[number] for number in count], dtype=np.int64),
        lengths.astype(np.min_scalar_type(int(lengths.max(initial=0)))),
    )
