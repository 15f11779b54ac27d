"""Recall by meaning: what words of a query have no part in, its sense may still find.

Two ways, both over vectors of a text encoder (`persrv.ports.texts`):

    past queries   near(q') = max(0, (cos(q, q') - FLOOR) / (1 - FLOOR))^SHARPNESS
                   M(s)     = sum over the NEAR nearest q' of near(q') x clicks(q', s) / (clicks(q') + DOUBT)
    own texts      T(s)     = max over the texts of s of max(0, (cos(q, text) - FLOOR) / (1 - FLOOR))

M is given relative to the best sticker's, so that it is from 0 to 1 as T is. Not in the paper; the doubt keeps a
query that was asked once from speaking as loudly as one that was asked a hundred times. What was chosen for the very
same query is no part of M: it is no guess, and `persrv.recall.pool` counts it by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.domain.candidates import NOTHING, Found
from persrv.ports.nearest import NearestVectors
from persrv.recall.rows import places_of, weighted_rows
from persrv.text.keys import text_key, text_keys

FLOOR: Final = 0.5
"""Cosine below which two texts have nothing to do with each other (chosen on valid; docs/results.md)."""
SHARPNESS: Final = 2.0
"""How much a near query counts more than a far one."""
NEAR: Final = 50
"""Past queries that are listened to."""
DOUBT: Final = 2.0
"""Clicks on nothing in particular that each past query is given (as clicks / (n + 2))."""
MOST_OWNERS: Final = 1_000
"""Stickers that are brought in by what they say: hundreds may say the same."""


@dataclass(frozen=True, slots=True, eq=False)
class PastQueries:
    """What was chosen for every query so far. The queries themselves are not kept, only their keys.

    :param keys: `persrv.text.keys` of the normalised queries, rising, uint64, shape (queries,).
    :param nearest: Their vectors, row for row; None: no other query is near.
    :param clicks: clicks(q', s), CSR float32, shape (queries, stickers).
    """

    keys: NDArray[np.uint64]
    nearest: NearestVectors | None
    clicks: sparse.csr_array

    def find(self, query: str, vector: NDArray[np.float32] | None) -> Found:
        """The stickers that were chosen for queries near to this one.

        :param query: Normalised.
        :param vector: Of the query, shape (dimensions,); None or not finite: nothing is near.
        """
        return self.brought(*self.near(query, vector))

    def brought(self, rows: NDArray[np.int64], near: NDArray[np.float64]) -> Found:
        """The stickers that were chosen for these queries, relative to the best.

        :param rows: Of queries, shape (n,).
        :param near: How near each is, shape (n,).
        """
        owners, places = places_of(self.clicks.indptr, rows)
        totals = np.bincount(owners, weights=self.clicks.data[places], minlength=len(rows))
        ids, scores = weighted_rows(self.clicks, rows, near / (totals + DOUBT))
        return (ids, scores / scores.max()) if len(ids) else NOTHING

    def near(self, query: str, vector: NDArray[np.float32] | None) -> Found:
        """Rows of other queries near to this one, rising, and how near each is, above 0 to 1."""
        if vector is None or self.nearest is None or not len(self.nearest) or not np.isfinite(vector).all():
            return NOTHING
        rows, cosines = self.nearest.find(vector, NEAR)
        near = nearness(cosines) ** SHARPNESS
        order = np.argsort(rows)
        rows, near = rows[order], near[order]
        others = (near > 0) & (rows != self.row(query))
        return rows[others], near[others]

    def choices(self, query: str) -> Found:
        """The stickers that were chosen for this very query, and how often each.

        :param query: Normalised.
        """
        same = self.row(query)
        if same is None:
            return NOTHING
        return weighted_rows(self.clicks, np.array([same], dtype=np.int64), np.ones(1))

    def row(self, query: str) -> int | None:
        """Of the very same query."""
        key = text_key(query)
        row = int(np.searchsorted(self.keys, key))
        return row if row < len(self.keys) and self.keys[row] == key else None


@dataclass(frozen=True, slots=True, eq=False)
class OwnTexts:
    """What stickers say themselves: words drawn on them, keywords, names of their emoji.

    :param nearest: Vectors of the distinct texts; None: nothing is found.
    :param indptr: Where each text's stickers begin in `stickers`, shape (texts + 1,).
    :param stickers: Whose each text is, rising within one text.
    """

    nearest: NearestVectors | None
    indptr: NDArray[np.int64]
    stickers: NDArray[np.integer]

    def find(
        self,
        vector: NDArray[np.float32] | None,
        most: int,
        left_out: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None = None,
    ) -> Found:
        """The stickers of which a text means what the query means.

        :param vector: Of the query, shape (dimensions,).
        :param most: Texts that are looked at.
        :param left_out: Tells which stickers to pass over (`persrv.ports.search.LeftOut`).
        """
        if vector is None or self.nearest is None or not len(self.nearest) or not np.isfinite(vector).all():
            return NOTHING
        rows, cosines = self.nearest.find(vector, most)
        near = nearness(cosines)
        order = np.lexsort((rows, -near))
        order = order[near[order] > 0]
        owners, places = places_of(self.indptr, rows[order])
        if left_out is not None:
            kept = ~left_out(self.stickers[places].astype(np.int64))
            owners, places = owners[kept], places[kept]
        owners, places = owners[:MOST_OWNERS], places[:MOST_OWNERS]
        if not len(places):
            return NOTHING
        ids, inverse = np.unique(self.stickers[places].astype(np.int64), return_inverse=True)
        best = np.zeros(len(ids))
        np.maximum.at(best, inverse, near[order][owners])
        return ids, best


def distinct_queries(queries: Sequence[str]) -> tuple[NDArray[np.uint64], list[str], NDArray[np.int64]]:
    """The distinct ones among queries, by key.

    :param queries: Normalised.
    :return: Keys, rising; the query of each key; the row of each query that was given, shape (queries,).
    """
    keys, first, rows = np.unique(text_keys(queries), return_index=True, return_inverse=True)
    return keys, [queries[place] for place in first.tolist()], rows.astype(np.int64)


def chosen_for(rows: NDArray[np.int64], stickers: NDArray[np.int64], shape: tuple[int, int]) -> sparse.csr_array:
    """clicks(q, s), CSR float32.

    :param rows: The query's row of each click, shape (clicks,).
    :param stickers: Of each click, shape (clicks,).
    :param shape: (queries, stickers).
    """
    ones = np.ones(len(rows), dtype=np.float32)
    return sparse.csr_array(sparse.coo_array((ones, (rows, stickers)), shape=shape))


def owners_of(
    texts: Sequence[str], stickers: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct texts, and whose each is, as `OwnTexts` has them.

    :param texts: Of stickers, normalised, each at most once a sticker.
    :param stickers: Whose each is, shape (texts,).
    :return: The distinct texts, rising by key; indptr; stickers.
    """
    keys, first, rows = np.unique(text_keys(texts), return_index=True, return_inverse=True)
    order = np.lexsort((stickers, rows))
    indptr = np.append(0, np.cumsum(np.bincount(rows, minlength=len(keys)))).astype(np.int64)
    return [texts[place] for place in first.tolist()], indptr, stickers[order]


def nearness(cosines: NDArray[np.floating]) -> NDArray[np.float64]:
    """0 at `FLOOR` and below, 1 for the same direction."""
    return np.clip((cosines.astype(np.float64) - FLOOR) / (1.0 - FLOOR), 0.0, 1.0)
