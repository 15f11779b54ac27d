"""The best of half a million by impacts: rank by what was worked out beforehand, then score the few left exactly.

1. Every word's impacts, times weight and idf as of now, are added up (`_add_up`). The sums differ from the exact scores
   by rounding to float32 and by how far the average lengths have moved since: both are bounded, by `_slack`.
2. Whoever may be among the best within that bound is a candidate.
3. Candidates are scored as `persrv.recall.relevance` does it, operation by operation: equal bits, equal ties.

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

from persrv.recall.bm25 import bm25, inverse_document_frequency
from persrv.recall.impacts import FIELD_BITS, Impacts, field_of
from persrv.recall.rows import places_of
from persrv.recall.top import top

_GROUPS: Final = 64
"""Scores whose maximum is looked at in place of them."""
_SPARSE: Final = 100
"""With fewer postings than one in so many documents, only the documents that have them are looked at."""
_SMALLEST: Final = 1e-25
_LARGEST: Final = 1e25
"""Between these a weight times an idf is far from what float32 cannot hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A table in its place.

    :param first: The row of its first document.
    :param gone: Its documents that are no longer there, rising, int64.
    :param gone_words: The entries of all their postings, rising, with repeats, int32.
    """

    impacts: Impacts
    first: int
    gone: NDArray[np.int64]
    gone_words: NDArray[np.int32]

    @classmethod
    def of(cls, impacts: Impacts, first: int, gone: NDArray[np.int64]) -> Part:
        """With the words of those that are gone."""
        places = places_of(impacts.word_starts, gone)[1]
        return cls(impacts, first, gone, np.sort(impacts.words[places]))


@dataclass(frozen=True, slots=True, eq=False)
class ImpactView:
    """All documents as of one moment. Never changes; may be searched by any thread, each with a `Scratch` of its own.

    :param parts: Tables whose rows follow each other.
    :param ids: By row, distinct among those that are there, int64, shape (rows,).
    :param live: How many documents there are.
    :param averages: Average field lengths now, over the live documents that have the field; shape (fields,).
    """

    parts: Sequence[Part]
    ids: NDArray[np.int64]
    live: int
    averages: Sequence[float]


class Scratch:
    """Arrays that a thread needs for every search, kept because to make them takes longer than to search.

    :ivar scores: All 0 between searches.
    """

    def __init__(self) -> None:
        self._fit(0)
        self.slots = np.empty(0, np.int32)

    def fit(self, view: ImpactView) -> None:
        """Have room for all rows and entries of a view."""
        if len(self.scores) < len(view.ids):
            self._fit(len(view.ids) + len(view.ids) // 50)
        entries = max(len(part.impacts.keys) for part in view.parts)
        if len(self.slots) < entries:
            self.slots = np.full(entries, -1, np.int32)

    def _fit(self, rows: int) -> None:
        rows = -(-rows // _GROUPS) * _GROUPS
        self.scores = np.zeros(rows, np.float32)
        self.marks = np.empty(rows, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Utilities:
    """Utility by row, as the difference to the least one: most stickers were never chosen, and have that.

    :param least: At least 0.
    :param more: By how much each is above it, float32, shape (rows,).
    :param rows: Those that are, rising, int64.
    """

    least: float
    more: NDArray[np.float32]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Utilities:
        """Of values by row, at least 0."""
        least = float(values.min(initial=np.inf)) if len(values) else 0.0
        more = (values - least).astype(np.float32)
        return cls(least, more, np.flatnonzero(more > 0))


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
    """What a query comes to.

    :param idf: By field and word, 0 where no document has it, shape (all fields, words).
    :param scales: Weight times idf, 0 where the field is not searched, float64, same shape.
    :param ranges: For each part the first entry of each word and the one after its last, int64, shape (words,) each.
    """

    idf: NDArray[np.float64]
    scales: NDArray[np.float64]
    ranges: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]


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
    :param utility: By id, exactly.
    :param utilities: The same by row; None exactly where `utility` is.
    :param among: The rows that may be found, rising; None for all.
    :return: None where the weights are out of the range in which this is exact.
    """
    asked = _ask(view, keys, weights)
    used = asked.scales[asked.scales > 0]
    if len(used) and (used.min() < _SMALLEST or used.max() > _LARGEST):
        return None
    scratch.fit(view)
    slack = _slack(view, [field for field, _ in weights], used.size, utilities)
    try:
        touching = _add_up(view, asked, scratch.scores)
        if among is not None:
            rows = _some(scratch, utilities, limit, slack, among)
            scratch.scores.fill(0.0)
        elif touching * _SPARSE < len(view.ids):
            rows = _few(view, asked, scratch, utilities, limit, slack, touching)
        else:
            rows = _many(scratch, utilities, limit, slack, len(view.ids))
            scratch.scores.fill(0.0)
    except BaseException:
        scratch.scores.fill(0.0)
        raise
    by_field = _exactly(view, rows, asked, weights, scratch)
    relevance = np.zeros(len(rows))
    for row in by_field:
        relevance += row
    ids = view.ids[rows]
    useful = np.zeros(len(rows)) if utility is None else utility(ids)
    best = top(relevance + useful, ids, limit)
    return Best(ids[best], by_field[:, best], relevance[best], useful[best])


def _ask(view: ImpactView, keys: NDArray[np.uint64], weights: Sequence[tuple[int, float]]) -> _Asked:
    having = np.zeros((1 << FIELD_BITS, len(keys)), dtype=np.int64)
    ranges = []
    for part in view.parts:
        known = part.impacts.keys
        low = np.searchsorted(known, keys)
        high = np.searchsorted(known, keys + np.uint64((1 << FIELD_BITS) - 1), side="right")
        ranges.append((low, high))
        entries, owners = _spread(low, high)
        gone = np.searchsorted(part.gone_words, entries, "right") - np.searchsorted(part.gone_words, entries, "left")
        counts = part.impacts.starts[entries + 1] - part.impacts.starts[entries] - gone
        having[field_of(known[entries]), owners] += counts
    idf, scales = np.zeros(having.shape), np.zeros(having.shape)
    for field, weight in weights:
        for word, count in enumerate(having[field].tolist()):
            if count:
                idf[field, word] = found = inverse_document_frequency(view.live, count)
                scales[field, word] = weight * found
    return _Asked(idf, scales, ranges)


def _spread(low: NDArray[np.int64], high: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers in each range, and which range each is of."""
    counts = high - low
    owners = np.repeat(np.arange(len(low)), counts)
    return np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts - low, counts), owners


def _slack(view: ImpactView, fields: Sequence[int], summands: int, utilities: Utilities | None) -> _Slack:
    moved = 1.0
    for part in view.parts:
        for field in fields:
            then, now = float(part.impacts.averages[field]), view.averages[field]
            if then > 0 and now > 0:
                # tf + c + e / average moves by no more than the average does, and so its inverse.
                moved = max(moved, then / now, now / then)
    # Beside float32's, the rounding of the exact scores where a great utility is added to a small relevance.
    return _Slack(moved * (1.0 + (summands + 8) * 2.0**-22), utilities.least * 2.0**-48 if utilities else 0.0)


def _add_up(view: ImpactView, asked: _Asked, scores: NDArray[np.float32]) -> int:
    """Sum of the impacts by row, into `scores`; how many postings that were."""
    touching = 0
    for part, (low, high) in zip(view.parts, asked.ranges, strict=True):
        table = part.impacts
        count = table.lengths.shape[1]
        place = scores[part.first : part.first + count]
        for word, (first, end) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
            if first < end:
                scales = asked.scales[field_of(table.keys[first:end]), word].astype(np.float32)
                starts = table.starts[first : end + 1]
                # Not public, and the same since SciPy's beginnings: place += table[:, first:end] @ scales, without a
                # copy of either. numpy alone takes eight times as long.
                csc_matvec(count, end - first, starts, table.documents, table.saturations, scales, place)
                touching += int(starts[-1]) - int(starts[0])
        if touching:
            place[part.gone] = 0.0
    return touching


def _few(
    view: ImpactView,
    asked: _Asked,
    scratch: Scratch,
    utilities: Utilities | None,
    limit: int,
    slack: _Slack,
    touching: int,
) -> NDArray[np.int64]:
    """The candidates, by looking at the rows that have a posting; leaves all scores 0."""
    rows = np.empty(touching, dtype=np.int32)
    filled = 0
    for part, (low, high) in zip(view.parts, asked.ranges, strict=True):
        for first, end in zip(low.tolist(), high.tolist(), strict=True):
            if first < end:
                some = part.impacts.documents[part.impacts.starts[first] : part.impacts.starts[end]]
                np.add(some, part.first, out=rows[filled : filled + len(some)], casting="unsafe")
                filled += len(some)
    order = np.arange(touching, dtype=np.int32)
    scratch.marks[rows] = order
    rows = rows[scratch.marks[rows] == order]  # each once
    scores = scratch.scores[rows]
    scratch.scores[rows] = 0.0
    rows = rows[scores > 0]
    scores = scores[scores > 0]
    if utilities is not None:
        scores += utilities.more[rows]
    found: NDArray[np.int64] = rows[_contenders(scores, limit, slack)].astype(np.int64)
    return found


def _some(
    scratch: Scratch, utilities: Utilities | None, limit: int, slack: _Slack, among: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The candidates, by looking at some rows and no others."""
    scores = scratch.scores[among]
    rows, scores = among[scores > 0], scores[scores > 0]
    if utilities is not None:
        scores += utilities.more[rows]
    found: NDArray[np.int64] = rows[_contenders(scores, limit, slack)]
    return found


def _many(scratch: Scratch, utilities: Utilities | None, limit: int, slack: _Slack, rows: int) -> NDArray[np.int64]:
    """The candidates, by looking at all rows."""
    scores = scratch.scores[: -(-rows // _GROUPS) * _GROUPS]
    grouped = scores.reshape(_GROUPS, -1)
    best = grouped.max(axis=0)
    # So many groups have one at least as good: so good is the last of the best, or better.
    least = float(np.partition(best, len(best) - limit)[len(best) - limit]) if len(best) > limit else 0.0
    below = slack.below(least)
    if below <= 0:
        found = np.flatnonzero(scores > 0)
    else:
        groups = np.flatnonzero(best >= below)
        members, places = np.nonzero(grouped[:, groups] >= below)
        found = members * grouped.shape[1] + groups[places]
        if utilities is not None:
            useful = scores[utilities.rows]
            others = (useful > 0) & (useful < below) & (useful + utilities.more[utilities.rows] >= below)
            found = np.concatenate([found, utilities.rows[others]])
    totals = scores[found]
    if utilities is not None:
        totals += utilities.more[found]
    return found[_contenders(totals, limit, slack)]


def _contenders(scores: NDArray[np.float32], limit: int, slack: _Slack) -> NDArray[np.int64]:
    """Who may be among the best, and some who are not."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    least = float(np.partition(scores, len(scores) - limit)[len(scores) - limit])
    return np.flatnonzero(scores >= slack.below(least))


def _exactly(
    view: ImpactView,
    rows: NDArray[np.int64],
    asked: _Asked,
    weights: Sequence[tuple[int, float]],
    scratch: Scratch,
) -> NDArray[np.float64]:
    """Weighted BM25 by searched field of some rows, as `relevance` works it out."""
    by_field = np.zeros(len(weights) * len(rows))
    weight_of = np.zeros(1 << FIELD_BITS)
    row_of = np.zeros(1 << FIELD_BITS, dtype=np.int64)
    for row, (field, weight) in enumerate(weights):
        weight_of[field], row_of[field] = weight, row
    averages = np.array(view.averages)
    for part, (low, high) in zip(view.parts, asked.ranges, strict=True):
        table = part.impacts
        inside = np.flatnonzero((rows >= part.first) & (rows < part.first + table.lengths.shape[1]))
        if not len(inside):
            continue
        entries, words = _spread(low, high)
        documents = rows[inside] - part.first
        owners, places = places_of(table.word_starts, documents)
        scratch.slots[entries] = np.arange(len(entries))
        slots = scratch.slots[table.words[places]]
        scratch.slots[entries] = -1
        hits = np.flatnonzero(slots >= 0)
        hits = hits[np.argsort(words[slots[hits]], kind="stable")]  # word by word: sums depend on their order
        slots, owners, places = slots[hits], owners[hits], places[hits]
        fields = field_of(table.keys[entries])[slots]
        scores = weight_of[fields] * (
            asked.idf[fields, words[slots]]
            * bm25(
                table.frequencies[places].astype(np.float64),
                table.lengths[fields, documents[owners]].astype(np.float64),
                average_length=averages[fields],
                idf=1.0,
            )
        )
        searched = weight_of[fields] > 0
        cells = (row_of[fields] * len(rows) + inside[owners])[searched]
        by_field += np.bincount(cells, weights=scores[searched], minlength=len(by_field))
    return by_field.reshape(len(weights), len(rows))
