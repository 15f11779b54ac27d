"""Sticker utility from the log of clicks (paper, section 3.4, equations 1 to 5).

    Pop_s            = clicks for s                                              (1)
    CrossUserAdapt_s = people who clicked s                                      (2)
    QueryAdapt_s     = distinct normalised queries that led to a click on s      (3)
    U                = each count, or `base` where it is 0                       (4)
    Utility_s        = w . sqrt(Norm(U)), Norm dividing by the largest count     (5)

Where the paper leaves room: a query "matches" a sticker when it led to a click; base is below 1; Norm divides by
the largest count in the log (by 1 where there is no click at all).

What one more click, person or query on a sticker does: that sticker's utility never falls, and no other's ever
rises (the divisor may grow, when the sticker is the largest itself). So no sticker is overtaken by another for
being used, and one without clicks never beats one with a click.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.utility.clicks import Clicks
from persrv.utility.table import UtilityTable
from persrv.utility.weights import UtilityWeights


@dataclass(frozen=True, slots=True, eq=False)
class Utility:
    """The utility of every sticker; row i is sticker i.

    :param values: Weighted utility, from 0 to the sum of the weights, float32, shape (stickers,).
    :param popularity: Clicks (equation 1), int64, shape (stickers,).
    :param users: People (equation 2), int64, shape (stickers,).
    :param queries: Queries (equation 3), int64, shape (stickers,).
    :param unclicked: The utility of a sticker without a click: also that of one newer than these arrays.
    :param left_out: Clicks on stickers that are not among the rows.
    """

    values: NDArray[np.float32]
    popularity: NDArray[np.int64]
    users: NDArray[np.int64]
    queries: NDArray[np.int64]
    unclicked: float
    left_out: int

    def lookup(self, sticker_ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `UtilityTable.lookup`."""
        return self.table.lookup(sticker_ids)

    @property
    def table(self) -> UtilityTable:
        """What the bot needs of it."""
        return UtilityTable(self.values, self.unclicked)


def compute_utility(clicks: Clicks, n_stickers: int, weights: UtilityWeights) -> Utility:
    """Count the log and weigh the counts (equations 1 to 5).

    :param clicks: The log; only what may be learnt from. A click on a sticker outside 0 to n_stickers - 1 is
        left out and counted.
    :param n_stickers: How many rows, at least 0.
    :raises ValueError: n_stickers is below 0.
    """
    if n_stickers < 0:
        raise ValueError(f"{n_stickers} stickers: there cannot be fewer than none")
    known = (clicks.stickers >= 0) & (clicks.stickers < n_stickers)
    stickers, users, queries = clicks.stickers[known], clicks.users[known], clicks.queries[known]
    asked = queries >= 0
    popularity = np.bincount(stickers, minlength=n_stickers).astype(np.int64)
    people = _distinct(stickers, users, n_stickers)
    asked_for = _distinct(stickers[asked], queries[asked], n_stickers)
    values = np.zeros(n_stickers, dtype=np.float64)
    unclicked = 0.0
    for weight, count in (
        (weights.popularity, popularity),
        (weights.users, people),
        (weights.queries, asked_for),
    ):
        largest = float(max(1, count.max(initial=0)))
        values += weight * np.sqrt(np.where(count > 0, count, weights.base) / largest)
        unclicked += weight * float(np.sqrt(weights.base / largest))
    return Utility(
        values.astype(np.float32),
        popularity,
        people,
        asked_for,
        # As the array has it: rounded to float32, so that a new sticker ties with an old one without clicks.
        unclicked=float(np.float32(unclicked)),
        left_out=len(clicks) - len(stickers),
    )


def _distinct(stickers: NDArray[np.int64], others: NDArray[np.int64], n_stickers: int) -> NDArray[np.int64]:
    """How many different values of `others` stand beside each sticker, shape (n_stickers,)."""
    values, codes = np.unique(others, return_inverse=True)
    # One number a pair: below 2^63 for a billion stickers and as many users.
    pairs = np.unique(stickers * max(1, len(values)) + codes)
    return np.bincount(pairs // max(1, len(values)), minlength=n_stickers).astype(np.int64)
