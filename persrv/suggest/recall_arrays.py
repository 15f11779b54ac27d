"""What recall learnt at night (`persrv.recall.learning`) as the arrays of a generation, and back.

Queries stand in it as keys and vectors alone: what a person typed cannot be read from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.errors import ArtefactsDamaged
from persrv.ports.artefacts import Artefacts, Note
from persrv.ports.nearest import NearestVectors
from persrv.recall.diffusion import Lending
from persrv.recall.learning import LearntRecall
from persrv.recall.meaning import OwnTexts, PastQueries
from persrv.recall.words import LearntWords
from persrv.text.keys import text_key

OpenNearest = Callable[[NDArray[Any], NDArray[np.uint8]], NearestVectors]
"""Vectors, and what was saved to find the nearest of them -> who answers which are near."""

TEXT_ENCODER: Final = "text_encoder"
"""The note of what made the vectors; "" for none."""
QUERY_KEYS, QUERY_VECTORS, QUERY_INDEX = "query_keys", "query_vectors", "query_index"
TEXT_KEYS, TEXT_VECTORS, TEXT_INDEX, TEXT_OWNERS = "text_keys", "text_vectors", "text_index", "text_owners"
CLICKS, LENT, BORROWS = "clicks", "lent", "borrows"
WORDS, WORD_COUNTS, WORDS_KNOWN = "words", "word_counts", "words_known"
"""Lines of UTF-8; how often each occurs; keys of further words that can be found."""
WORDS_ID: Final = "words_id"
"""The note of what the words are: the same words have the same."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownVectors:
    """Vectors that were made at night already, as they were kept: to half precision.

    :param keys: `persrv.text.keys` of the texts, rising, uint64, shape (n,).
    :param vectors: Row for row; all 0 for one that could not be encoded; shape (n, dimensions), or without columns.
    """

    keys: NDArray[np.uint64]
    vectors: NDArray[np.floating]

    def of(self, text: str) -> NDArray[np.float32] | None:
        """A text's vector, of unit length, float32, shape (dimensions,); None where it is not known.

        :param text: Normalised.
        """
        key = text_key(text)
        row = int(np.searchsorted(self.keys, key))
        if row >= len(self.keys) or self.keys[row] != key or not self.vectors.shape[1]:
            return None
        vector = self.vectors[row].astype(np.float32)
        length = float(np.linalg.norm(vector))
        return vector / np.float32(length) if np.isfinite(length) and length > 0 else None


@dataclass(frozen=True, slots=True, eq=False)
class LearntStages:
    """Recall beyond words, ready to be asked.

    :param encoder: Whose vectors these are; "" for none: then only equal queries and neighbours count.
    :param known: Of past queries, and of what stickers say: these need not be encoded when they are typed.
    """

    encoder: str
    past: PastQueries
    own: OwnTexts
    lent: Lending
    known: tuple[KnownVectors, ...] = ()

    def vector_of(self, text: str) -> NDArray[np.float32] | None:
        """A text's vector, where it is known.

        :param text: Normalised.
        """
        found = (each.of(text) for each in self.known)
        return next((each for each in found if each is not None), None)


def recall_arrays(
    learnt: LearntRecall, encoder: str, query_index: NDArray[np.uint8], text_index: NDArray[np.uint8]
) -> tuple[dict[str, NDArray[Any]], dict[str, Note]]:
    """What to publish."""
    arrays: dict[str, NDArray[Any]] = {
        QUERY_KEYS: learnt.past.keys,
        QUERY_VECTORS: learnt.query_vectors.astype(np.float16),
        QUERY_INDEX: query_index,
        TEXT_KEYS: learnt.text_keys,
        TEXT_VECTORS: learnt.text_vectors.astype(np.float16),
        TEXT_INDEX: text_index,
        f"{TEXT_OWNERS}_indptr": learnt.own.indptr,
        f"{TEXT_OWNERS}_stickers": learnt.own.stickers.astype(np.int32),
        **_table(CLICKS, learnt.past.clicks),
        **_table(LENT, learnt.lent.table),
        BORROWS: learnt.lent.borrows,
    }
    return arrays, {TEXT_ENCODER: encoder}


def word_arrays(words: LearntWords) -> tuple[dict[str, NDArray[Any]], dict[str, Note]]:
    """What to publish of the words that may have been meant."""
    lines = np.frombuffer("\n".join(words.entries).encode(), dtype=np.uint8)
    arrays: dict[str, NDArray[Any]] = {WORDS: lines, WORD_COUNTS: words.counts, WORDS_KNOWN: words.known}
    digest = blake2b(digest_size=8)
    for array in arrays.values():
        digest.update(array.tobytes())
    return arrays, {WORDS_ID: digest.hexdigest()}


def learnt_words(artefacts: Artefacts) -> LearntWords | None:
    """Read them; None where none were learnt yet.

    :raises ArtefactsDamaged: arrays do not fit together.
    """
    arrays = artefacts.arrays
    if WORDS not in arrays:
        return None
    try:
        lines = arrays[WORDS].tobytes().decode()
        entries = tuple(lines.split("\n")) if lines else ()
        counts, known = arrays[WORD_COUNTS], arrays[WORDS_KNOWN]
        if len(entries) != len(counts):
            raise ValueError("words and how often they occur differ in number")
    except (KeyError, ValueError) as error:
        raise ArtefactsDamaged(
            f"The words of generation {artefacts.generation} cannot be read ({error}); `persrv job meaning` learns "
            "them anew."
        ) from error
    return LearntWords(entries, counts, known)


def learnt_stages(artefacts: Artefacts, open_nearest: OpenNearest) -> LearntStages | None:
    """Read them; None where nothing was learnt yet.

    :raises ArtefactsDamaged: arrays do not fit together, or are of another version.
    """
    arrays = artefacts.arrays
    if QUERY_KEYS not in arrays:
        return None
    try:
        keys, texts = arrays[QUERY_KEYS], arrays[TEXT_KEYS]
        encoder = str(artefacts.notes[TEXT_ENCODER])
        clicks, borrows = _read(arrays, CLICKS, len(keys)), arrays[BORROWS]
        lent = Lending(_read(arrays, LENT, len(borrows)), borrows)
        indptr, stickers = arrays[f"{TEXT_OWNERS}_indptr"], arrays[f"{TEXT_OWNERS}_stickers"]
        if len(indptr) != len(texts) + 1 or indptr[-1] != len(stickers):
            raise ValueError("texts and whose they are differ in number")
        return LearntStages(
            encoder,
            PastQueries(keys, _nearest(arrays, QUERY_VECTORS, QUERY_INDEX, len(keys), open_nearest), clicks),
            OwnTexts(_nearest(arrays, TEXT_VECTORS, TEXT_INDEX, len(texts), open_nearest), indptr, stickers),
            lent,
            (KnownVectors(keys, arrays[QUERY_VECTORS]), KnownVectors(texts, arrays[TEXT_VECTORS])),
        )
    except (KeyError, ValueError, IndexError) as error:
        raise ArtefactsDamaged(
            f"Generation {artefacts.generation} does not fit together ({error}); `persrv job meaning` learns it anew."
        ) from error


def vectors_known(artefacts: Artefacts, encoder: str) -> tuple[NDArray[np.uint64], NDArray[np.float16]]:
    """Texts that this encoder has already encoded: keys, rising, and their vectors."""
    arrays = artefacts.arrays
    if artefacts.notes.get(TEXT_ENCODER) != encoder or TEXT_KEYS not in arrays or not arrays[TEXT_VECTORS].size:
        return np.empty(0, dtype=np.uint64), np.empty((0, 0), dtype=np.float16)
    keys = np.concatenate([arrays[TEXT_KEYS], arrays[QUERY_KEYS]])
    vectors = arrays[TEXT_VECTORS]
    if arrays[QUERY_VECTORS].shape[1:] == vectors.shape[1:]:
        vectors = np.concatenate([vectors, arrays[QUERY_VECTORS]])
    keys, first = np.unique(keys[: len(vectors)], return_index=True)
    return keys, vectors[first]


def _table(name: str, table: sparse.csr_array) -> dict[str, NDArray[Any]]:
    return {
        f"{name}_data": table.data.astype(np.float32),
        f"{name}_columns": table.indices.astype(np.int32),
        f"{name}_indptr": table.indptr.astype(np.int64),
        f"{name}_width": np.array([table.shape[1]], dtype=np.int64),
    }


def _read(arrays: Mapping[str, NDArray[Any]], name: str, rows: int | None) -> sparse.csr_array:
    data, columns, indptr = (arrays[f"{name}_{part}"] for part in ("data", "columns", "indptr"))
    shape = (len(indptr) - 1, int(arrays[f"{name}_width"][0]))
    if rows is not None and shape[0] != rows:
        raise ValueError(f"{name} has {shape[0]} rows, not {rows}")
    if len(data) <= np.iinfo(columns.dtype).max:
        # Of two kinds of integers SciPy copies the columns into the wider one, tens of megabytes that lie in a file.
        indptr = indptr.astype(columns.dtype)
    return sparse.csr_array((data, columns, indptr), shape=shape)


def _nearest(
    arrays: Mapping[str, NDArray[Any]], vectors: str, index: str, rows: int, open_nearest: OpenNearest
) -> NearestVectors | None:
    if len(arrays[vectors]) != rows:
        raise ValueError(f"{vectors} has {len(arrays[vectors])} rows, not {rows}")
    return open_nearest(arrays[vectors], arrays[index]) if arrays[vectors].size else None
