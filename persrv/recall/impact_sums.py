"""Adding up a query's impacts, of all documents at once: in steps where that will do, else in float32.

Either way the sums are off, by no more than a `Slack`, and whoever looks for the best looks that much further.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse._sparsetools import csc_matvec

from persrv.recall.bm25 import K1
from persrv.recall.impact_view import Entries, ImpactView, Part, Scratch
from persrv.recall.steps import LARGEST, TOLERANCE, Steps, rounded_up

_ROUNDING: Final = 2.0**-22
"""Of float32, for each number that is added up and some that are multiplied."""
_FRESH: Final = 16
"""At most one posting for so many documents is worked out anew; where more have to be, float32 takes less time."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a query comes to. A cell is a word in a searched field, fields running fastest.

    :param keys: Of the words, shape (words,).
    :param numbers: Of the fields that are searched, in their order, int64, shape (fields,).
    :param weight_of: Of each of them, above 0, float64, same shape.
    :param idf: By cell, 0 where no document has it, float64.
    :param scales: Weight times idf by cell, float64.
    :param found: Where the words are in each part.
    """

    keys: NDArray[np.uint64]
    numbers: NDArray[np.int64]
    weight_of: NDArray[np.float64]
    idf: NDArray[np.float64]
    scales: NDArray[np.float64]
    found: Sequence[Entries]


@dataclass(frozen=True, slots=True)
class Slack:
    """How far a sum, with or without utility, may be off.

    :param factor: At most by this factor, either way.
    :param more: And it may be too high by so much.
    """

    factor: float
    more: float

    def below(self, least: float) -> float:
        """What may still be as good as the last of the best that were seen; at least 0."""
        return max(least / self.factor**2 - self.more, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What was added up.

    :param values: By row, 0 where no document has a word; float32, or uint16 in steps.
    :param unit: What 1 of them is worth.
    :param postings: How many have their part in it.
    """

    values: NDArray[Any]
    unit: float
    postings: int
    slack: Slack

    def worth(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """What some values are worth."""
        worth: NDArray[np.float32] = np.multiply(values, np.float32(self.unit), dtype=np.float32)
        return worth

    def bar(self, least: float) -> NDArray[Any]:
        """What a value has to reach to be as good as the last of the best that were seen; as `values`, shape ().

        :param least: What the last of the best is worth.
        """
        below = np.nextafter(np.float32(self.slack.below(least) / self.unit), np.float32(0.0))
        return np.asarray(below).astype(self.values.dtype)


def add_up(view: ImpactView, asked: Asked, scratch: Scratch, *, utility_least: float) -> Sums:
    """Sum of the impacts by row, into the scratch.

    :param utility_least: Of the utilities that are to be added: a great one is itself rounded.
    """
    # tf + c + e / average moves by no more than the average does, and so its inverse.
    moved = max((view.moved[number] for number in asked.numbers.tolist()), default=1.0)
    factor = moved * (1.0 + (len(asked.idf) + 8) * _ROUNDING)
    # Beside float32's, the rounding of the exact scores where a great utility is added to a small relevance.
    more = utility_least * 2.0**-48
    postings = sum(int((found.ends - found.firsts).sum()) for found in asked.found)
    plans = _plans(view, asked)
    if plans is None:
        for part, found in zip(view.parts, asked.found, strict=True):
            _add_floats(part, found, asked.scales, scratch.scores[part.first : part.first + part.size])
        return Sums(scratch.scores, 1.0, postings, Slack(factor, more))
    for part, plan in zip(view.parts, plans, strict=True):
        if plan is not None:
            _add_steps(part, plan, scratch.steps[part.first : part.first + part.size])
    made = [plan for plan in plans if plan is not None]
    unit = made[0].steps.unit if made else 1.0
    factor *= max((plan.factor for plan in made), default=1.0)
    more += unit * max((plan.summands for plan in made), default=0)
    return Sums(scratch.steps, unit, postings, Slack(factor, more))


def _add_floats(part: Part, found: Entries, scales: NDArray[np.float64], place: NDArray[np.float32]) -> None:
    if not len(found.entries):
        return
    _add_listed(part, part.impacts.saturations, found.firsts, found.ends, scales[found.cells], place)
    if len(part.gone):
        place[part.gone] = 0.0


def _add_listed(
    part: Part,
    values: NDArray[Any],
    firsts: NDArray[np.int32],
    ends: NDArray[np.int32],
    scales: NDArray[Any] | int,
    place: NDArray[Any],
) -> None:
    """Postings of some entries, from the last to the first, times the scale of each."""
    count = len(firsts)
    bounds, factors = np.empty(2 * count, np.int32), np.zeros(2 * count, values.dtype)
    bounds[::2], bounds[1::2], factors[::2] = firsts, ends, scales
    # Not public, and the same since SciPy's beginnings: place += table @ factors, without a copy of either. numpy
    # alone takes eight times as long. The entries stand from last to first, so that between the end of one and the
    # beginning of the next there is nothing to go through.
    csc_matvec(part.size, 2 * count - 1, bounds, part.impacts.documents, values, factors, place)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How a part's steps are added up.

    :param columns: Which of the steps' columns.
    :param listed: Which of the found entries' postings have steps that will do.
    :param fresh: Of which they are to be worked out anew, and the scale of each.
    :param factor: By how much the idf of what is listed has moved, as a factor of at least 1.
    """

    steps: Steps
    found: Entries
    columns: NDArray[np.int64]
    listed: NDArray[np.int64]
    fresh: Sequence[tuple[int, float]]
    factor: float

    @property
    def summands(self) -> int:
        """Numbers that a document's sum is made of, at most."""
        return len(self.columns) + len(self.listed) + len(self.fresh)


def _plans(view: ImpactView, asked: Asked) -> Sequence[_Plan | None] | None:
    """Of each part that has a word of it; None where steps will not do."""
    plans: list[_Plan | None] = []
    for part, found in zip(view.parts, asked.found, strict=True):
        if not len(found.entries):
            plans.append(None)
            continue
        if part.steps is None or not part.steps.are_for(asked.numbers, asked.weight_of):
            return None
        plan = _plan(part.steps, found, asked, len(view.ids))
        if plan is None:
            return None
        plans.append(plan)
    return plans


def _plan(steps: Steps, found: Entries, asked: Asked, rows: int) -> _Plan | None:
    now, then = asked.scales[found.cells], steps.scales[found.entries]
    steady = np.abs(now - then) <= TOLERANCE * then
    columns = np.empty(0, np.int64)
    one_by_one = steady
    if len(steps.words):
        places = steps.words.searchsorted(asked.keys)
        words = (places < len(steps.words)).nonzero()[0]
        words = words[steps.words[places[words]] == asked.keys[words]]
        if len(words):
            column_of = np.full(len(asked.keys), -1)
            column_of[words] = places[words]
            of_cells = found.cells // len(asked.numbers)
            column_of[of_cells[~steady]] = -1
            columns = column_of[column_of >= 0]
            one_by_one = steady & (column_of[of_cells] < 0)
    listed = one_by_one.nonzero()[0]
    most = int(steps.tops[columns].sum()) + int(steps.most[found.entries[listed]].sum())
    fresh: list[tuple[int, float]] = []
    if not steady.all():
        fresh = [(place, float(now[place])) for place in (~steady).nonzero()[0].tolist()]
        if sum(int(found.ends[place] - found.firsts[place]) for place, _ in fresh) * _FRESH > rows:
            return None
        most += sum(int(scale * (K1 + 1.0) / steps.unit) + 1 for _, scale in fresh)
    if most > LARGEST:
        return None
    moved = now[steady] / then[steady]
    factor = max(float(moved.max(initial=1.0)), 1.0 / float(moved.min(initial=1.0)))
    return _Plan(steps, found, columns, listed, fresh, factor)


def _add_steps(part: Part, plan: _Plan, place: NDArray[np.uint16]) -> None:
    """:param place: All 0."""
    steps, found = plan.steps, plan.found
    columns = [steps.columns[column] for column in plan.columns.tolist()]
    if len(columns) == 1:
        place[:] = columns[0]
    elif columns:
        np.add(columns[0], columns[1], out=place)
        for column in columns[2:]:
            np.add(place, column, out=place)
    if len(plan.listed):
        _add_listed(part, steps.steps, found.firsts[plan.listed], found.ends[plan.listed], 1, place)
    for entry, scale in plan.fresh:
        postings = slice(found.firsts[entry], found.ends[entry])
        in_units = np.float32(scale / steps.unit)
        place[part.impacts.documents[postings]] += rounded_up(part.impacts.saturations[postings], in_units)
    if len(part.gone):
        place[part.gone] = 0
