"""Diffusion: what is the same thing is scored as the same thing.

    t'(s) = (t(s) + weight x sum over n of alike(s, n) t(n)) / (1 + weight x sum over n of alike(s, n))

`persrv.recall.alike` says who is alike. A mean, not a sum: what people of other tastes chose for a query says which
thing is meant, and nothing of whose drawing of it this person likes. That is for style, which would otherwise have to
outweigh everybody else's. A sticker that nobody is alike to keeps its score. Not in the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.domain.candidates import Found
from persrv.recall.rows import places_of, summed


@dataclass(frozen=True, slots=True, eq=False)
class Lending:
    """Who lends to whom.

    :param table: alike(s, n) by lender: row n lends to column s; CSR float32, shape (stickers, stickers).
    :param borrows: The sum of alike(s, n) over n of each s, float32, shape (stickers,).
    """

    table: sparse.csr_array
    borrows: NDArray[np.float32]


def lending_of(alike: sparse.csr_array) -> Lending:
    """The same by lender, which is what `diffuse` looks up.

    :param alike: Row borrows from column, shape (stickers, stickers).
    """
    return Lending(sparse.csr_array(alike.T), np.asarray(alike.sum(axis=1), dtype=np.float32).ravel())


def diffuse(
    found: Found, lent: Lending, weight: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Let stickers lend; those that only borrow join.

    :param found: Scores of at least 0.
    :param weight: At least 0.
    :return: Stickers, rising; the share of its own score that each keeps, above 0 to 1; what others lent it.
    """
    ids, scores = found
    lends_some = (ids < lent.table.shape[0]) & (scores > 0)  # a sticker newer than what was learnt has nobody
    owners, places = places_of(lent.table.indptr, ids[lends_some])
    borrowed = weight * scores[lends_some][owners] * lent.table.data[places]
    everybody, sums = summed(
        np.concatenate([ids, lent.table.indices[places]]), np.concatenate([np.zeros(len(ids)), borrowed])
    )
    known = everybody < len(lent.borrows)
    own = np.ones(len(everybody))
    own[known] /= 1.0 + weight * lent.borrows[everybody[known]].astype(np.float64)
    return everybody, own, sums * own
