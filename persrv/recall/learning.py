"""What recall learns beyond words, from a log and from what stickers say: by night, or on a training part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.ports.nearest import NearestVectors
from persrv.ports.progress import Progress, silent
from persrv.recall.alike import alike_by_company, alike_by_texts, chosen_or_said
from persrv.recall.diffusion import Lending, lending_of
from persrv.recall.meaning import OwnTexts, PastQueries, chosen_for, distinct_queries, owners_of
from persrv.text.keys import text_keys

Encode = Callable[[list[str]], NDArray[np.float32]]
"""Texts -> unit vectors, shape (texts, dimensions)."""
Arrange = Callable[[NDArray[np.float32]], NearestVectors]
"""Vectors -> who answers which are near."""


@dataclass(frozen=True, slots=True, eq=False)
class LearntRecall:
    """What was learnt, and the vectors that it came from.

    :param query_vectors: Row for row as `past.keys`, float32; no columns without an encoder.
    :param text_keys: Of the distinct texts of `own`, rising, uint64.
    :param text_vectors: Row for row as `text_keys`.
    :param lent: Who lends to whom.
    """

    past: PastQueries
    own: OwnTexts
    lent: Lending
    query_vectors: NDArray[np.float32]
    text_keys: NDArray[np.uint64]
    text_vectors: NDArray[np.float32]


def learn_recall(
    queries: Sequence[str],
    chosen: NDArray[np.int64],
    texts: Sequence[str],
    says: NDArray[np.int64],
    size: int,
    *,
    encode: Encode | None,
    arrange: Arrange,
    progress: Progress = silent,
) -> LearntRecall:
    """Learn from clicks and texts.

    :param queries: Of each click, normalised; not empty.
    :param chosen: The sticker of each click, shape (clicks,).
    :param texts: What stickers say, normalised, each at most once a sticker.
    :param says: Whose each text is, shape (texts,).
    :param size: Stickers; ids are below it.
    :param encode: None: nothing is near but the very same query, and nobody borrows by texts.
    """
    keys, distinct, rows = distinct_queries(queries)
    clicks = chosen_for(rows, chosen, (len(keys), size))
    sayings, indptr, owners = owners_of(texts, says)
    query_vectors = _encoded(encode, distinct)
    text_vectors = _encoded(encode, sayings)
    past = PastQueries(keys, arrange(query_vectors) if query_vectors.size else None, clicks)
    own = OwnTexts(arrange(text_vectors) if text_vectors.size else None, indptr, owners)
    said = text_keys(sayings)
    once = np.asarray(clicks.sum(axis=0)).ravel() > 0
    alike = alike_by_company(chosen_or_said(keys, clicks, said, own), once)
    if own.nearest is not None:
        alone = np.diff(alike.indptr) == 0

        def looked(done: int) -> None:
            progress("looking for stickers that say the same", done, len(sayings))

        alike = sparse.csr_array(alike + alike_by_texts(alone, once, own, text_vectors, looked))
    return LearntRecall(past, own, lending_of(alike), query_vectors, said, text_vectors)


def _encoded(encode: Encode | None, texts: list[str]) -> NDArray[np.float32]:
    """Vectors of texts; one that is not finite is near to nothing."""
    if encode is None or not texts:
        return np.zeros((len(texts), 0), dtype=np.float32)
    vectors = encode(texts)
    return np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors, np.float32(0.0))
