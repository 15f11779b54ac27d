"""Every posting of a Whoosh segment, as arrays: what a table of impacts is made from."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.search.schema import FIELDS, Untyped
from persrv.errors import SearchIndexError
from persrv.recall.impacts import Runs, word_key


class WalkStopped(SearchIndexError):
    """Nobody waits for the postings any more."""


def walk(reader: Untyped, salt: bytes, *, stopped: Callable[[], bool] = lambda: False) -> Runs:
    """All postings of one segment, by document number within it: two million a second.

    Some of documents that are deleted may be among them. One reader serves one thread at a time.

    :param salt: See `word_key`.
    :raises WalkStopped: `stopped` says so.
    :raises Exception: whatever Whoosh, pickle and zlib raise on damaged files.
    """
    keys, counts, documents, frequencies = array("Q"), array("q"), array("i"), array("I")
    for number, field in enumerate(FIELDS):
        for word, ids, weights in _terms(reader, field.value):
            keys.append(word_key(word.decode(), salt) + number)
            counts.append(len(ids))
            documents.extend(ids)
            frequencies.extend(map(int, weights))
            if stopped():
                raise WalkStopped("The search index is closed; the bot is shutting down.")
    return Runs(
        np.array(keys, dtype=np.uint64),
        np.array(counts, dtype=np.int64),
        np.array(documents, dtype=np.int32),
        _narrow(np.array(frequencies, dtype=np.uint32)),
    )


def _terms(reader: Untyped, field: str) -> Iterator[tuple[bytes, Sequence[int], Sequence[float]]]:
    if field not in reader.indexed_field_names():
        return
    for (name, word), about in reader.iter_from(field, ""):
        if name != field:
            return
        if about.is_inlined():  # most words are in one document, and that one is told right here
            ids, weights, _ = about.inlined_postings()
            yield word, ids, weights
            continue
        # `reader.postings` would look the word up again, which takes longer than all the rest for most words.
        matcher = reader.codec().postings_reader(reader._terms._postfile, about, reader.schema[field].format)
        found_ids, found_weights = [], []
        while matcher.is_active():
            found_ids.append(matcher.id())
            found_weights.append(matcher.weight())
            matcher.next()
        yield word, found_ids, found_weights


def _narrow(frequencies: NDArray[np.uint32]) -> NDArray[np.unsignedinteger]:
    return frequencies.astype(np.min_scalar_type(int(frequencies.max(initial=1))))
