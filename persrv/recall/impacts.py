"""Impacts: what each word in each field adds to each document's relevance, worked out before anyone asks.

Relevance is the sum over fields and words of weight * idf * saturation (`persrv.recall.bm25`). The saturation

    tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average_length))

depends on the posting alone, and on an average that hardly moves; weight and idf are one number a word and field. So a
query is a sum of a few scaled rows of a sparse table, other weights need no other table, and a document that comes or
goes changes numbers that are looked up with each query. What is kept here ranks; `persrv.recall.impact_search` then
works out the best exactly.

Words are kept as keyed hashes: the table can say of a word whether a document has it, and holds none to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.recall.bm25 import bm25
from persrv.recall.rows import places_of

FIELD_BITS: Final = 3
"""The lowest bits of a key say which field, so that the entries of one word stand together; at most 8 fields."""
_FIELD_MASK: Final = np.uint64((1 << FIELD_BITS) - 1)
_CHUNK: Final = 1 << 21


@dataclass(frozen=True, slots=True, eq=False)
class Impacts:
    """A table of impacts. An entry is one word in one field; documents are numbered from 0.

    :param keys: Of the entries, rising, uint64, shape (entries,).
    :param starts: Where each entry's postings begin, int32, shape (entries + 1,).
    :param documents: Document numbers, rising within an entry, int32, shape (postings,).
    :param saturations: Above 0 and below k1 + 1, float32, shape (postings,).
    :param lengths: Field lengths in tokens, unsigned, shape (fields, documents).
    :param averages: The average lengths that the saturations are for, float64, shape (fields,).
    :param word_starts: Where each document's words begin, int32, shape (documents + 1,).
    :param words: Entry numbers, rising within a document, int32, shape (postings,).
    :param frequencies: How often the document has the word in the field, unsigned, shape (postings,); as `words`.
    """

    keys: NDArray[np.uint64]
    starts: NDArray[np.int32]
    documents: NDArray[np.int32]
    saturations: NDArray[np.float32]
    lengths: NDArray[np.unsignedinteger[Any]]
    averages: NDArray[np.float64]
    word_starts: NDArray[np.int32]
    words: NDArray[np.int32]
    frequencies: NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Postings as they are read: runs of one word in one field, in any order of the runs.

    :param keys: Of the runs, uint64, shape (runs,). Of runs with the same key the earlier has the lower documents.
    :param counts: How many postings each has, int64, shape (runs,).
    :param documents: Rising within a run, int32, shape (postings,).
    :param frequencies: At least 1, unsigned, shape (postings,).
    """

    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]
    documents: NDArray[np.int32]
    frequencies: NDArray[np.unsignedinteger[Any]]


def word_key(word: str, salt: bytes) -> int:
    """The key of a word in field 0; in field f it is f more.

    :param salt: Of the table, at most 64 bytes: nobody can look for two words with one key beforehand.
    """
    digest = blake2b(word.encode(), digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "little") >> FIELD_BITS << FIELD_BITS


def field_of(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Which field each key is of, int64, same shape."""
    return (keys & _FIELD_MASK).astype(np.int64)


def join(parts: Sequence[Runs]) -> Runs:
    """The runs of several, one after the other; documents are numbered across them already."""
    none = Runs(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.uint8))
    parts = [none, *parts]
    return Runs(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.documents for part in parts]),
        np.concatenate([part.frequencies for part in parts]),
    )


def renumbered(runs: Runs, numbers: NDArray[np.int32]) -> Runs:
    """The runs with other document numbers, without documents that have none.

    :param numbers: The new number of each document or -1, rising where it is not; int32, shape (documents,).
    """
    moved = numbers[runs.documents]
    kept = moved >= 0
    upto = np.concatenate([[0], np.cumsum(kept)])
    ends = np.cumsum(runs.counts)
    counts = upto[ends] - upto[ends - runs.counts]
    return Runs(runs.keys, counts, moved[kept], runs.frequencies[kept])


def runs_of(impacts: Impacts) -> Runs:
    """What a table was made from."""
    table = sparse.csr_array(
        (impacts.frequencies, impacts.words, impacts.word_starts),
        shape=(len(impacts.word_starts) - 1, len(impacts.keys)),
    ).tocsc()
    return Runs(impacts.keys, np.diff(impacts.starts).astype(np.int64), table.indices, table.data)


def collate(runs: Runs, lengths: NDArray[np.unsignedinteger[Any]], averages: NDArray[np.float64]) -> Impacts:
    """Make a table.

    :param lengths: Field lengths of all documents, shape (fields, documents).
    :param averages: What length each field is held against, above 0 where any document has the field.
    :raises ValueError: there are too many postings (2^31).
    """
    if len(runs.documents) >= np.iinfo(np.int32).max:
        raise ValueError(f"{len(runs.documents)} postings are more than a table can hold")
    order = np.argsort(runs.keys, kind="stable")
    order = order[runs.counts[order] > 0]
    run_starts = np.concatenate([[0], np.cumsum(runs.counts)])
    places = places_of(run_starts, order)[1]
    documents = runs.documents[places]
    frequencies = runs.frequencies[places].astype(np.min_scalar_type(int(runs.frequencies.max(initial=1))), copy=False)
    del places
    ordered = runs.keys[order]
    firsts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else order
    keys = ordered[firsts]
    ends = np.concatenate([[0], np.cumsum(runs.counts[order])])
    starts = np.concatenate([ends[firsts], ends[-1:]]).astype(np.int32)
    forward = sparse.csc_array((frequencies, documents, starts), shape=(lengths.shape[1], len(keys))).tocsr()
    return Impacts(
        keys,
        starts,
        documents,
        _saturations(keys, starts, documents, frequencies, lengths, averages),
        lengths,
        averages,
        forward.indptr.astype(np.int32),
        forward.indices.astype(np.int32),
        forward.data,
    )


def _saturations(
    keys: NDArray[np.uint64],
    starts: NDArray[np.int32],
    documents: NDArray[np.int32],
    frequencies: NDArray[np.unsignedinteger[Any]],
    lengths: NDArray[np.unsignedinteger[Any]],
    averages: NDArray[np.float64],
) -> NDArray[np.float32]:
    found = np.empty(len(documents), dtype=np.float32)
    fields = np.repeat(field_of(keys).astype(np.uint8), np.diff(starts))
    for start in range(0, len(documents), _CHUNK):
        some = slice(start, start + _CHUNK)
        for field in np.unique(fields[some]):
            of_field = np.flatnonzero(fields[some] == field) + start
            found[of_field] = bm25(
                frequencies[of_field].astype(np.float64),
                lengths[field, documents[of_field]].astype(np.float64),
                average_length=float(averages[field]),
                idf=1.0,
            )
    return found
