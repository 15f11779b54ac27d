"""Recall by meaning: what words of a query have no part in, its sense may still find.

Two ways, both over vectors of a text encoder (`persrv.ports.texts`):

    past queries   near(q') = max(0, (cos(q, q') - FLOOR) / (1 - FLOOR))^SHARPNESS, and 1 for the same query
                   M(s)     = sum over the NEAR nearest q' of near(q') x clicks(q', s) / (clicks(q') + DOUBT)
    own texts      T(s)     = max over the texts of s of max(0, (cos(q, text) - FLOOR) / (1 - FLOOR))

M is given relative to the best sticker's, so that it is from 0 to 1 as T is. Not in the paper; the doubt keeps a
query that was asked once from speaking as loudly as one that was asked a hundred times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FLOOR: Final = 0.5
"""Cosine below which two texts have nothing to do with each other (chosen on valid; docs/results.md)."""
SHARPNESS: Final = 2.0
"""How much a near query counts more than a far one."""
NEAR: Final = 50
"""Past queries that are listened to."""
DOUBT: Final = 2.0
"""Clicks on nothing in particular that each past query is given (as clicks / (n + 2))."""

Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Sticker ids, distinct and rising, and a score of each from 0 to 1; both of shape (found,)."""
NOTHING: Final[Found] = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class PastQueries:
    """What was chosen for every query so far.

    :param queries: Normalised and distinct -> row.
    :param vectors: Of the queries, unit length, float32, shape (queries, dimensions).
    :param chosen: clicks(q', s) / (clicks(q') + DOUBT), CSR float32, shape (queries, stickers).
    """

    queries: dict[str, int]
    vectors: NDArray[np.float32]
    chosen: sparse.csr_array

    def find(self, query: str, vector: NDArray[np.float32] | None) -> Found:
        """The stickers that were chosen for queries near to this one, and for itself.

        :param query: Normalised.
        :param vector: Of the query, shape (dimensions,); None or not finite: only the very same query counts.
        """
        rows, near = self._near(vector)
        same = self.queries.get(query)
        if same is not None:
            others = rows != same
            rows, near = np.append(rows[others], same), np.append(near[others], 1.0)
        if not len(rows):
            return NOTHING
        scores = near @ self.chosen[rows]
        ids = np.flatnonzero(scores > 0).astype(np.int64)
        if not len(ids):
            return NOTHING
        return ids, scores[ids] / scores[ids].max()

    def _near(self, vector: NDArray[np.float32] | None) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        if vector is None or not len(self.vectors) or not np.isfinite(vector).all():
            return NOTHING
        near = nearness(self.vectors @ vector) ** SHARPNESS
        rows = np.flatnonzero(near > 0).astype(np.int64)
        if len(rows) > NEAR:
            rows = np.sort(rows[np.argsort(-near[rows], kind="stable")[:NEAR]])
        return rows, near[rows]


@dataclass(frozen=True, slots=True, eq=False)
class OwnTexts:
    """What stickers say themselves: words drawn on them, keywords, names of their emoji.

    :param vectors: Of the texts, unit length, float32, shape (texts, dimensions).
    :param stickers: Whose text each is, int64, shape (texts,).
    """

    vectors: NDArray[np.float32]
    stickers: NDArray[np.int64]

    def find(self, vector: NDArray[np.float32] | None, most: int) -> Found:
        """The stickers of which a text means what the query means.

        :param vector: Of the query, shape (dimensions,).
        :param most: Stickers, about: the best texts are looked at.
        """
        if vector is None or not len(self.vectors) or not np.isfinite(vector).all():
            return NOTHING
        near = nearness(self.vectors @ vector)
        rows = np.flatnonzero(near > 0)
        if len(rows) > most:
            rows = rows[np.argpartition(-near[rows], most)[:most]]
        if not len(rows):
            return NOTHING
        ids, places = np.unique(self.stickers[rows], return_inverse=True)
        best = np.zeros(len(ids))
        np.maximum.at(best, places, near[rows])
        return ids, best


def past_queries(
    queries: Sequence[str], stickers: NDArray[np.int64], vectors: NDArray[np.float32], order: dict[str, int], size: int
) -> PastQueries:
    """From clicks.

    :param queries: Of each click, normalised.
    :param stickers: Of each click, shape (clicks,).
    :param vectors: Of the distinct queries, row = `order`; rows that are not finite are never near.
    :param size: Stickers in the catalogue.
    """
    rows = np.array([order[query] for query in queries], dtype=np.int64)
    counts = sparse.coo_array(
        (np.ones(len(rows), dtype=np.float32), (rows, stickers)), shape=(len(order), size)
    ).tocsr()
    totals = np.asarray(counts.sum(axis=1)).ravel()
    scaled = sparse.diags_array(1.0 / (totals + DOUBT)).astype(np.float32) @ counts
    usable = np.isfinite(vectors).all(axis=1, keepdims=True)
    return PastQueries(order, np.where(usable, vectors, 0.0).astype(np.float32), sparse.csr_array(scaled))


def nearness(cosines: NDArray[np.floating]) -> NDArray[np.float64]:
    """0 at `FLOOR` and below, 1 for the same direction."""
    return np.clip((cosines.astype(np.float64) - FLOOR) / (1.0 - FLOOR), 0.0, 1.0)
