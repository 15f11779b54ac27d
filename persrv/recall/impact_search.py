"""The best of half a million by impacts: rank by what was worked out beforehand, then score the few left exactly.

1. Every word's impacts, times weight and idf, are added up (`persrv.recall.impact_sums`). The sums differ from the
   exact scores by rounding and by how far averages and idf have moved since: all of it is bounded.
2. Whoever may be among the best within that bound is a candidate (`persrv.recall.impact_candidates`).
3. Candidates are scored as `persrv.recall.relevance` does it, operation by operation: equal bits, equal ties
   (`persrv.recall.impact_exact`).

A document that changed stands in the tables twice: its old row is struck out (`Part.gone`) and its words are taken off
the counts; the new one is a row of a later part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.recall.bm25 import inverse_document_frequency
from persrv.recall.impact_candidates import best_of_few, best_of_many, best_of_some
from persrv.recall.impact_exact import exactly
from persrv.recall.impact_sums import Asked, add_up
from persrv.recall.impact_view import Entries, ImpactView, Scratch, Utilities
from persrv.recall.top import top

_SPARSE: Final = 100
"""With fewer postings than one in so many documents, only the documents that have them are looked at."""
_SMALLEST: Final = 1e-25
_LARGEST: Final = 1e25
"""Between these a weight is far from what float32 cannot hold, also times an idf (0.3 to 50)."""


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best, in order.

    :param ids: int64, shape (found,).
    :param by_field: Weighted BM25, rows as the weights were given, float64, shape (weights, found).
    :param relevance: The sum of `by_field` over the fields in their order, shape (found,).
    :param utility: Shape (found,).
    """

    ids: NDArray[np.int64]
    by_field: NDArray[np.float64]
    relevance: NDArray[np.float64]
    utility: NDArray[np.float64]

    def at(self, places: NDArray[np.intp]) -> Best:
        """Some of them, in this order."""
        return Best(self.ids[places], self.by_field[:, places], self.relevance[places], self.utility[places])


def search_impacts(
    view: ImpactView,
    keys: NDArray[np.uint64],
    weights: Sequence[tuple[int, float]],
    limit: int,
    scratch: Scratch,
    *,
    utility: Callable[[NDArray[np.int64]], NDArray[np.float64]] | None = None,
    utilities: Utilities | None = None,
    among: NDArray[np.int64] | None = None,
) -> Best | None:
    """The `limit` best by relevance + utility; of equals the lower ids.

    :param keys: `word_key` of the query's words, distinct, in the order in which their scores are to be added.
    :param weights: Number and weight, above 0, of each field that is searched, in the order of the fields.
    :param scratch: Not to be used again after an error.
    :param utility: By id, exactly.
    :param utilities: The same by row; None exactly where `utility` is.
    :param among: The rows that may be found, rising; None for all.
    :return: None where the weights are out of the range in which this is exact.
    """
    if any(not _SMALLEST < weight < _LARGEST for _, weight in weights):
        return None
    scratch.fit(view)
    asked = _ask(view, keys, weights)
    sums = add_up(view, asked, scratch, utility_least=utilities.least if utilities else 0.0)
    if among is not None:
        rows = best_of_some(sums, utilities, limit, among)
        sums.values.fill(0)
    elif sums.postings * _SPARSE < len(view.ids):
        rows = best_of_few(sums, view.parts, asked.found, utilities, limit, scratch.marks)
    else:
        rows = best_of_many(sums, utilities, limit, len(view.ids))
        sums.values.fill(0)
    by_field = exactly(view, rows, asked, scratch.slots)
    relevance = np.zeros(len(rows))
    for row in by_field:
        relevance += row
    ids = view.ids[rows]
    useful = np.zeros(len(rows)) if utility is None else utility(ids)
    best = top(relevance + useful, ids, limit)
    return Best(ids[best], by_field[:, best], relevance[best], useful[best])


def _ask(view: ImpactView, keys: NDArray[np.uint64], weights: Sequence[tuple[int, float]]) -> Asked:
    numbers = np.array([number for number, _ in weights])
    weight_of = np.array([weight for _, weight in weights])
    wanted = (keys[:, None] + numbers.astype(np.uint64)).ravel()
    having = np.zeros(len(wanted), dtype=np.int64)
    found = []
    for part in view.parts:
        there = Entries.of(part, wanted)
        having[there.cells] += there.ends - there.firsts
        if len(part.gone_postings):
            having[there.cells] -= part.gone_postings[there.entries]
        found.append(there)
    cells = having.nonzero()[0]
    idf = np.zeros(len(wanted))
    idf[cells] = [inverse_document_frequency(view.live, count) for count in having[cells].tolist()]
    scales = idf.reshape(len(keys), -1) * weight_of
    return Asked(keys, numbers, weight_of, idf, scales.ravel(), found)
