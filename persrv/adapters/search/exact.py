"""Search by the postings of Whoosh themselves: for an index that is small, or whose table is being made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.search.postings import PostingsCache
from persrv.adapters.search.snapshot import Snapshot
from persrv.domain.candidates import RecalledStickers
from persrv.domain.semantics import SemanticField
from persrv.ports.search import LeftOut, UtilityLookup
from persrv.recall.impact_search import Best
from persrv.recall.relevance import FieldMatch
from persrv.recall.top import top

Searched = tuple[int, SemanticField, float]
"""A field: its row, itself, its weight."""


def matches_of(
    snapshot: Snapshot, words: Sequence[str], searched: Sequence[Searched], cache: PostingsCache
) -> list[FieldMatch]:
    """Read what a query needs. One thread at a time.

    :raises Exception: whatever Whoosh, pickle and zlib raise on damaged files.
    """
    return [
        FieldMatch(
            weight,
            snapshot.lengths[row],
            snapshot.average_lengths[row],
            [snapshot.postings(field, word, cache) for word in words],
        )
        for row, field, weight in searched
    ]


def best_of(
    ids: NDArray[np.int64],
    by_field: NDArray[np.float64],
    relevance: NDArray[np.float64],
    limit: int,
    *,
    utility: UtilityLookup | None,
    left_out: LeftOut | None,
) -> Best:
    """The best of all that matches.

    :param ids: Distinct, shape (n,).
    :param by_field: Weighted BM25, shape (fields, n).
    :param relevance: Its sum, shape (n,).
    """
    useful: NDArray[np.float64] = utility(ids) if utility is not None else np.zeros(len(ids))
    scores = relevance + useful
    if left_out is None:
        best = top(scores, ids, limit)
    else:
        kept = np.flatnonzero(~left_out(ids))
        best = kept[top(scores[kept], ids[kept], limit)]
    return Best(ids[best], by_field[:, best], relevance[best], useful[best])


def recalled(best: Best, searched: Sequence[Searched]) -> RecalledStickers:
    """What was found, as recall tells it."""
    fields = tuple(field for _, field, _ in searched)
    return RecalledStickers(best.ids, best.relevance, best.utility, fields, best.by_field)
