"""Diffusion: a sticker lends a little of its score to those that are chosen for the same queries.

    cos(a, b)  between the columns of idf(query) x clicks(query, sticker); the TOP largest of each sticker above LEAST
               are kept. idf = log(1 + stickers / stickers chosen for it): to share a rare query says more
    t'(s)      = t(s) + weight x sum over neighbours n of s of cos(s, n) x t(n)

Stickers with few choices of their own borrow by what they say instead, by how far the cosine between their own texts
is above LEAST_TEXT on its way to 1: two faces are alike in being faces, and are not for that the same thing.
Nothing is ever lowered, and a sticker without neighbours keeps its score. Not in the paper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.domain.candidates import Found
from persrv.recall.meaning import OwnTexts
from persrv.recall.rows import places_of, summed

LEAST: Final = 0.3
"""Cosine of choices below which two stickers are not the same thing."""
LEAST_TEXT: Final = 0.7
"""Cosine of texts below which they are not."""
TOP: Final = 10
"""Neighbours of a sticker."""
NEAR_TEXTS: Final = 32
"""Texts near to a text of a sticker that are looked at: enough for `TOP` others."""
FEW: Final = 2
"""A sticker with fewer choices than this borrows by its texts."""
_AT_ONCE: Final = 2_048
"""Stickers that are compared at once: bounds the memory."""


def choice_neighbours(clicks: sparse.csr_array) -> sparse.csr_array:
    """Who is chosen for the same queries.

    :param clicks: Counts, shape (queries, stickers).
    :return: CSR float32, shape (stickers, stickers): row borrows from column; the diagonal is empty.
    """
    chosen = np.asarray((clicks > 0).sum(axis=1)).ravel()
    idf = np.log1p(clicks.shape[1] / np.maximum(chosen, 1)).astype(np.float32)
    columns = sparse.csc_array(sparse.diags_array(idf) @ sparse.csr_array(clicks, dtype=np.float32))
    norms = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=0)).ravel())
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    unit = sparse.csr_array((columns @ sparse.diags_array(scale)).T)  # (stickers, queries)
    parts = [
        _best(sparse.csr_array(unit[start : start + _AT_ONCE] @ unit.T), start, LEAST)
        for start in range(0, unit.shape[0], _AT_ONCE)
    ]
    return sparse.csr_array(sparse.vstack(parts)) if parts else sparse.csr_array((0, 0), dtype=np.float32)


def text_neighbours(
    counts: NDArray[np.floating],
    own: OwnTexts,
    vectors: NDArray[np.floating],
    progress: Callable[[int], None] | None = None,
) -> sparse.csr_array:
    """Who says the same, for stickers with fewer than `FEW` choices.

    :param counts: Choices of each sticker, shape (stickers,).
    :param own: What stickers say.
    :param vectors: Of its texts, unit length, row for row.
    :param progress: Called with how many texts have been looked at.
    :return: As `choice_neighbours`; rows of other stickers are empty.
    """
    size = len(counts)
    texts_of = sparse.csr_array(
        sparse.csc_array((np.ones(len(own.stickers), np.int8), own.stickers, own.indptr), shape=(size, len(vectors)))
    )  # (stickers, texts)
    if own.nearest is None or not len(vectors):
        return sparse.csr_array((size, size), dtype=np.float32)
    few = np.flatnonzero((counts < FEW) & (np.diff(texts_of.indptr) > 0)).astype(np.int64)
    asked = np.unique(texts_of.indices[places_of(texts_of.indptr, few)[1]]).astype(np.int64)
    near = np.full((len(vectors), min(NEAR_TEXTS, len(vectors))), -1, dtype=np.int32)
    cosine = np.zeros(near.shape, dtype=np.float32)
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        rows, cosines = own.nearest.find_each(np.asarray(vectors[some], dtype=np.float32), near.shape[1])
        near[some, : rows.shape[1]], cosine[some, : rows.shape[1]] = rows, cosines
        if progress is not None:
            progress(start + len(some))
    parts = [
        _borrowed(few[start : start + _AT_ONCE], texts_of, own, near, cosine) for start in range(0, len(few), _AT_ONCE)
    ]
    rows, columns, values = (np.concatenate(each) for each in zip(*parts, strict=True)) if parts else ([], [], [])
    return sparse.csr_array(sparse.coo_array((values, (rows, columns)), shape=(size, size), dtype=np.float32))


def _borrowed(
    stickers: NDArray[np.int64],
    texts_of: sparse.csr_array,
    own: OwnTexts,
    near: NDArray[np.int32],
    cosine: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Of each sticker the `TOP` that say most nearly the same: sticker, other, cosine."""
    whose, places = places_of(texts_of.indptr, stickers)
    texts = texts_of.indices[places]
    pair, other = np.nonzero((near[texts] >= 0) & (cosine[texts] > LEAST_TEXT))
    near_texts, values = near[texts[pair], other].astype(np.int64), cosine[texts[pair], other]
    which, owned = places_of(own.indptr, near_texts, TOP + 1)
    row, column = stickers[whose[pair[which]]], own.stickers[owned].astype(np.int64)
    value = (values[which] - LEAST_TEXT) / (1 - LEAST_TEXT)
    kept = row != column
    row, column, value = row[kept], column[kept], value[kept]
    order = np.lexsort((-value, column, row))  # several texts of the same two: the nearest counts
    row, column, value = row[order], column[order], value[order]
    first = np.append(True, (np.diff(row) != 0) | (np.diff(column) != 0))[: len(row)]
    row, column, value = row[first], column[first], value[first]
    order = np.lexsort((column, -value, row))
    row, column, value = row[order], column[order], value[order]
    begins = np.searchsorted(row, row)
    best = np.arange(len(row)) - begins < TOP
    return row[best], column[best], value[best]


def lends(neighbours: sparse.csr_array) -> sparse.csr_array:
    """The same by lender: row lends to column, which is what `diffuse` takes."""
    return sparse.csr_array(neighbours.T)


def diffuse(found: Found, lent: sparse.csr_array, weight: float) -> Found:
    """Let stickers lend; those that only borrow join.

    :param found: Scores above 0.
    :param lent: Of `lends`, shape (stickers, stickers).
    :param weight: At least 0.
    """
    ids, scores = found
    if not len(ids) or weight <= 0:
        return found
    inside = ids < lent.shape[0]  # a sticker newer than the neighbours lends nothing
    owners, places = places_of(lent.indptr, ids[inside])
    borrowed = weight * scores[inside][owners] * lent.data[places]
    return summed(np.concatenate([ids, lent.indices[places]]), np.concatenate([scores, borrowed]))


def _best(cosines: sparse.csr_array, start: int, least: float) -> sparse.csr_array:
    """Of every row the `TOP` largest above `least`, without the sticker itself; of equals the lower column."""
    indptr, columns, values = [0], [], []
    for row in range(cosines.shape[0]):
        begin, end = cosines.indptr[row], cosines.indptr[row + 1]
        others, near = cosines.indices[begin:end], cosines.data[begin:end]
        kept = (near > least) & (others != start + row)
        others, near = others[kept], near[kept]
        order = np.lexsort((others, -near))[:TOP]
        order = order[np.argsort(others[order])]
        columns.append(others[order])
        values.append(near[order])
        indptr.append(indptr[-1] + len(order))
    return sparse.csr_array(
        (
            np.concatenate(values).astype(np.float32) if values else np.empty(0, np.float32),
            np.concatenate(columns).astype(np.int64) if columns else np.empty(0, np.int64),
            np.array(indptr),
        ),
        shape=cosines.shape,
    )
