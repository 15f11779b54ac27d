"""Who may be among the best by sums of impacts that are a little off: a few more than the best, and none is missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from persrv.recall.impact_sums import Sums
from persrv.recall.impact_view import GROUP, Entries, Part, Utilities


def best_of_few(
    sums: Sums,
    parts: Sequence[Part],
    found: Sequence[Entries],
    utilities: Utilities | None,
    limit: int,
    marks: NDArray[np.int32],
) -> NDArray[np.int32]:
    """The candidates, by looking at the rows that have a posting; leaves all sums 0.

    :param found: Where the query's words are in each part.
    :param marks: Room for a number a row.
    """
    rows = np.empty(sums.postings, dtype=np.int32)
    filled = 0
    for part, there in zip(parts, found, strict=True):
        for first, end in zip(there.firsts.tolist(), there.ends.tolist(), strict=True):
            np.add(part.impacts.documents[first:end], np.int32(part.first), out=rows[filled : filled + end - first])
            filled += end - first
    order = np.arange(len(rows), dtype=np.int32)
    marks[rows] = order
    rows = rows[marks[rows] == order]  # each once
    values = sums.values[rows]
    sums.values[rows] = 0
    return _contenders(sums, rows[values > 0], values[values > 0], utilities, limit)


def best_of_some(sums: Sums, utilities: Utilities | None, limit: int, among: NDArray[np.int64]) -> NDArray[np.int32]:
    """The candidates, by looking at some rows and no others."""
    values = sums.values[among]
    return _contenders(sums, among[values > 0], values[values > 0], utilities, limit)


def best_of_many(sums: Sums, utilities: Utilities | None, limit: int, rows: int) -> NDArray[np.int32]:
    """The candidates, by looking at all rows."""
    values = sums.values[: -(-rows // GROUP) * GROUP]
    grouped = values.reshape(GROUP, -1)
    best = grouped.max(axis=0)
    # So many groups have one at least as good: so good is the last of the best, or better.
    least = float(np.partition(best, len(best) - limit)[len(best) - limit]) if len(best) > limit else 0.0
    bar = sums.bar(least * sums.unit)
    if bar <= 0:
        found = values.nonzero()[0]
    else:
        groups = (best >= bar).nonzero()[0]
        members, places = (grouped.take(groups, axis=1) >= bar).nonzero()
        found = members * grouped.shape[1] + groups[places]
        if utilities is not None:
            useful = values.take(utilities.rows, mode="clip")  # in range; told so, numpy takes half as long
            lifted = (sums.worth(useful) + utilities.of_rows >= sums.worth(bar)) & (useful < bar) & (useful > 0)
            found = np.concatenate([found, utilities.rows[lifted]])
    return _contenders(sums, found, values[found], utilities, limit)


def _contenders(
    sums: Sums, rows: NDArray[np.integer], values: NDArray[np.generic], utilities: Utilities | None, limit: int
) -> NDArray[np.int32]:
    """Those of some rows that may be among the best, and some that are not."""
    if len(rows) > limit:
        totals = sums.worth(values)
        if utilities is not None:
            totals += utilities.more[rows]
        least = float(np.partition(totals, len(totals) - limit)[len(totals) - limit])
        rows = rows[totals >= np.nextafter(np.float32(sums.slack.below(least)), np.float32(0.0))]
    return rows.astype(np.int32)
