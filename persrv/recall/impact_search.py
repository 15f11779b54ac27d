"""The best of half a million by impacts: rank by what was worked out beforehand, then score the few left exactly.

1. Every word's impacts, times weight and idf as of now, are added up (`_add_up`). The sums differ from the exact scores
   by rounding to float32 and by how far the average lengths have moved since: both are bounded, by `_slack`.
2. Whoever may be among the best within that bound is a candidate.
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
from scipy.sparse._sparsetools import csc_matvec

from persrv.recall.bm25 import inverse_document_frequency
from persrv.recall.impact_exact import exactly
from persrv.recall.impact_view import GROUP, Entries, ImpactView, Part, Scratch, Utilities
from persrv.recall.top import top

_SPARSE: Final = 100
"""With fewer postings than one in so many documents, only the documents that have them are looked at."""
_SMALLEST: Final = 1e-25
_LARGEST: Final = 1e25
"""Between these a weight is far from what float32 cannot hold, also times an idf (0.3 to 50)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Slack:
    """How far a sum of impacts, with or without utility, may be off.

    :param factor: At most by this factor, either way.
    :param more: And at most by so much.
    """

    factor: float
    more: float

    def below(self, least: float) -> np.float32:
        """What may still be as good as the last of the best that were seen."""
        value = max(least / self.factor**2 - self.more, 0.0)
        return np.float32(np.nextafter(np.float32(value), np.float32(0.0)))


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


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What a query comes to. A cell is a word in a searched field, fields running fastest.

    :param idf: By cell, 0 where no document has it, float64.
    :param scales: Weight times idf by cell, float64.
    :param found: Where the words are in each part.
    """

    idf: NDArray[np.float64]
    scales: NDArray[np.float64]
    found: Sequence[Entries]


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
    slack = _slack(view, weights, len(asked.idf), utilities)
    touching = _add_up(view.parts, asked, scratch.scores)
    if among is not None:
        rows = _some(scratch, utilities, limit, slack, among)
        scratch.scores.fill(0.0)
    elif touching * _SPARSE < len(view.ids):
        rows = _few(view.parts, asked, scratch, utilities, limit, slack, touching)
    else:
        rows = _many(scratch, utilities, limit, slack, len(view.ids))
        scratch.scores.fill(0.0)
    by_field = exactly(view, rows, weights, asked.idf, asked.found, scratch)
    relevance = np.zeros(len(rows))
    for row in by_field:
        relevance += row
    ids = view.ids[rows]
    useful = np.zeros(len(rows)) if utility is None else utility(ids)
    best = top(relevance + useful, ids, limit)
    return Best(ids[best], by_field[:, best], relevance[best], useful[best])


def _ask(view: ImpactView, keys: NDArray[np.uint64], weights: Sequence[tuple[int, float]]) -> _Asked:
    numbers = np.array([number for number, _ in weights], dtype=np.uint64)
    wanted = (keys[:, None] + numbers).ravel()
    having = np.zeros(len(wanted), dtype=np.int64)
    found = []
    for part in view.parts:
        there = Entries.of(part, wanted)
        having[there.cells] += there.ends - there.firsts
        if len(part.gone_words):
            gone = part.gone_words.searchsorted(there.entries, "right") - part.gone_words.searchsorted(there.entries)
            having[there.cells] -= gone
        found.append(there)
    idf = np.array([inverse_document_frequency(view.live, count) if count else 0.0 for count in having.tolist()])
    scales = idf.reshape(len(keys), -1) * np.array([weight for _, weight in weights])
    return _Asked(idf, scales.ravel(), found)


def _slack(
    view: ImpactView, weights: Sequence[tuple[int, float]], summands: int, utilities: Utilities | None
) -> _Slack:
    # tf + c + e / average moves by no more than the average does, and so its inverse.
    moved = max((view.moved[field] for field, _ in weights), default=1.0)
    # Beside float32's, the rounding of the exact scores where a great utility is added to a small relevance.
    return _Slack(moved * (1.0 + (summands + 8) * 2.0**-22), utilities.least * 2.0**-48 if utilities else 0.0)


def _add_up(parts: Sequence[Part], asked: _Asked, scores: NDArray[np.float32]) -> int:
    """Sum of the impacts by row, into `scores`; how many postings that were."""
    touching = 0
    for part, found in zip(parts, asked.found, strict=True):
        table, count = part.impacts, len(found.entries)
        if not count:
            continue
        place = scores[part.first : part.first + part.size]
        bounds, scales = np.empty(2 * count, np.int32), np.zeros(2 * count, np.float32)
        bounds[::2], bounds[1::2], scales[::2] = found.firsts, found.ends, asked.scales[found.cells]
        # Not public, and the same since SciPy's beginnings: place += table @ scales, without a copy of either. numpy
        # alone takes eight times as long. The entries stand from last to first, so that between the end of one and the
        # beginning of the next there is nothing to go through.
        csc_matvec(part.size, 2 * count - 1, bounds, table.documents, table.saturations, scales, place)
        touching += int((found.ends - found.firsts).sum())
        if len(part.gone):
            place[part.gone] = 0.0
    return touching


def _few(
    parts: Sequence[Part],
    asked: _Asked,
    scratch: Scratch,
    utilities: Utilities | None,
    limit: int,
    slack: _Slack,
    touching: int,
) -> NDArray[np.int32]:
    """The candidates, by looking at the rows that have a posting; leaves all scores 0."""
    rows = np.empty(touching, dtype=np.int32)
    filled = 0
    for part, there in zip(parts, asked.found, strict=True):
        for first, end in zip(there.firsts.tolist(), there.ends.tolist(), strict=True):
            np.add(part.impacts.documents[first:end], np.int32(part.first), out=rows[filled : filled + end - first])
            filled += end - first
    order = np.arange(touching, dtype=np.int32)
    scratch.marks[rows] = order
    rows = rows[scratch.marks[rows] == order]  # each once
    scores = scratch.scores[rows]
    scratch.scores[rows] = 0.0
    rows = rows[scores > 0]
    scores = scores[scores > 0]
    if utilities is not None:
        scores += utilities.more[rows]
    found: NDArray[np.int32] = rows[_contenders(scores, limit, slack)]
    return found


def _some(
    scratch: Scratch, utilities: Utilities | None, limit: int, slack: _Slack, among: NDArray[np.int64]
) -> NDArray[np.int32]:
    """The candidates, by looking at some rows and no others."""
    scores = scratch.scores[among]
    rows, scores = among[scores > 0], scores[scores > 0]
    if utilities is not None:
        scores += utilities.more[rows]
    return rows[_contenders(scores, limit, slack)].astype(np.int32)


def _many(scratch: Scratch, utilities: Utilities | None, limit: int, slack: _Slack, rows: int) -> NDArray[np.int32]:
    """The candidates, by looking at all rows."""
    scores = scratch.scores[: -(-rows // GROUP) * GROUP]
    grouped = scores.reshape(GROUP, -1)
    best = grouped.max(axis=0)
    # So many groups have one at least as good: so good is the last of the best, or better.
    least = float(np.partition(best, len(best) - limit)[len(best) - limit]) if len(best) > limit else 0.0
    below = slack.below(least)
    if below <= 0:
        found = np.flatnonzero(scores > 0)
    else:
        groups = (best >= below).nonzero()[0]
        members, places = (grouped.take(groups, axis=1) >= below).nonzero()
        found = members * grouped.shape[1] + groups[places]
        if utilities is not None:
            useful = scores.take(utilities.rows, mode="clip")  # in range; told so, numpy takes half as long
            lifted = (useful + utilities.of_rows >= below).nonzero()[0]
            lifted = lifted[(useful[lifted] > 0) & (useful[lifted] < below)]
            found = np.concatenate([found, utilities.rows[lifted]])
    totals = scores[found]
    if utilities is not None:
        totals += utilities.more[found]
    return found[_contenders(totals, limit, slack)].astype(np.int32)


def _contenders(scores: NDArray[np.float32], limit: int, slack: _Slack) -> NDArray[np.int64]:
    """Who may be among the best, and some who are not."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    least = float(np.partition(scores, len(scores) - limit)[len(scores) - limit])
    return np.flatnonzero(scores >= slack.below(least))
