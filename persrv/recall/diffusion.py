"""Diffusion: a sticker lends a little of its score to those that are chosen for the same queries.

    cos(a, b)  between the columns of clicks(query, sticker); the TOP largest of each sticker above LEAST are kept
    t'(s)      = t(s) + weight x sum over neighbours n of s of cos(s, n) x t(n)

Stickers with few choices of their own borrow by what they say instead: the same cosine between their own texts.
Nothing is ever lowered, and a sticker without neighbours keeps its score. Not in the paper.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.recall.meaning import Found

LEAST: Final = 0.3
"""Cosine of choices below which two stickers are not the same thing."""
LEAST_TEXT: Final = 0.7
"""Cosine of texts below which they are not."""
TOP: Final = 10
"""Neighbours of a sticker."""
FEW: Final = 2
"""A sticker with fewer choices than this borrows by its texts."""
_AT_ONCE: Final = 2_048
"""Stickers that are compared at once: bounds the memory."""


def choice_neighbours(clicks: sparse.csr_array) -> sparse.csr_array:
    """Who is chosen for the same queries.

    :param clicks: Counts, shape (queries, stickers).
    :return: CSR float32, shape (stickers, stickers): row borrows from column; the diagonal is empty.
    """
    columns = sparse.csc_array(clicks, dtype=np.float32)
    norms = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=0)).ravel())
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    unit = sparse.csr_array((columns @ sparse.diags_array(scale)).T)  # (stickers, queries)
    parts = [
        _best(sparse.csr_array(unit[start : start + _AT_ONCE] @ unit.T), start, LEAST)
        for start in range(0, unit.shape[0], _AT_ONCE)
    ]
    return sparse.csr_array(sparse.vstack(parts)) if parts else sparse.csr_array((0, 0), dtype=np.float32)


def text_neighbours(
    clicks: sparse.csr_array, vectors: NDArray[np.float32], stickers: NDArray[np.int64]
) -> sparse.csr_array:
    """Who says the same, for stickers with fewer than `FEW` choices.

    :param clicks: Counts, shape (queries, stickers).
    :param vectors: Of stickers' own texts, unit length, shape (texts, dimensions).
    :param stickers: Whose each is, shape (texts,).
    :return: As `choice_neighbours`; rows of other stickers are empty.
    """
    size = clicks.shape[1]
    counts = np.asarray(clicks.sum(axis=0)).ravel()
    mine = np.flatnonzero(counts[stickers] < FEW)
    rows, columns, values = [], [], []
    for start in range(0, len(mine), _AT_ONCE):
        some = mine[start : start + _AT_ONCE]
        cosines = vectors[some] @ vectors.T
        near, other = np.nonzero(cosines > LEAST_TEXT)
        rows.append(stickers[some[near]])
        columns.append(stickers[other])
        values.append(cosines[near, other])
    row, column = np.concatenate(rows or [mine]), np.concatenate(columns or [mine])
    value = np.concatenate(values or [np.empty(0, np.float32)])
    if not len(row):
        return sparse.csr_array((size, size), dtype=np.float32)
    order = np.lexsort((-value, column, row))  # several texts of the same two: the nearest counts
    row, column, value = row[order], column[order], value[order]
    first = np.append(True, (np.diff(row) != 0) | (np.diff(column) != 0))
    found = sparse.coo_array((value[first], (row[first], column[first])), shape=(size, size))
    return _best(sparse.csr_array(found), 0, LEAST_TEXT)


def lends(neighbours: sparse.csr_array) -> sparse.csr_array:
    """The same by lender: row lends to column, which is what `diffuse` takes."""
    return sparse.csr_array(neighbours.T)


def diffuse(found: Found, lent: sparse.csr_array, weight: float) -> Found:
    """Let stickers lend; those that only borrow join.

    :param found: Scores of at least 0.
    :param lent: Of `lends`, shape (stickers, stickers).
    :param weight: At least 0.
    """
    ids, scores = found
    if not len(ids) or weight <= 0:
        return found
    inside = ids < lent.shape[0]  # a sticker newer than the neighbours lends nothing
    borrowed = weight * (scores[inside] @ lent[ids[inside]])
    borrowers = np.flatnonzero(borrowed > 0).astype(np.int64)
    everybody = np.union1d(ids, borrowers)
    total = np.zeros(len(everybody))
    total[np.searchsorted(everybody, ids)] += scores
    total[np.searchsorted(everybody, borrowers)] += borrowed[borrowers]
    return everybody, total


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
