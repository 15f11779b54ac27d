"""How much the bot is used, in numbers that name nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from persrv.domain.trials import Comparison, Explored


@dataclass(frozen=True, slots=True)
class Use:
    """What happened in some stretch of time.

    :param queries: Queries that were answered with stickers.
    :param answers: Pages of stickers that were sent for them; scrolling on asks for another.
    :param choices: Stickers that were chosen.
    :param places: The sum of the places at which the chosen ones stood, from 1.
    """

    queries: int = 0
    answers: int = 0
    choices: int = 0
    places: int = 0

    @property
    def click_through(self) -> float | None:
        """Choices for each query; None where there was no query, or where it is no longer known."""
        return self.choices / self.queries if self.queries else None

    @property
    def place(self) -> float | None:
        """The mean place of the chosen one, from 1; None without a choice."""
        return self.places / self.choices if self.choices else None


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """One day in the bot's time zone."""

    day: date
    use: Use


@dataclass(frozen=True, slots=True)
class Period:
    """The last days, today among them.

    :param days: How many they are.
    :param people: How many different people chose something.
    :param click_through: Over the days whose queries are known; None without any.
    """

    days: int
    use: Use
    people: int
    click_through: float | None


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is to suggest.

    :param packs: Sets that are not retired and not banned.
    :param stickers: Live stickers.
    :param read: Of those, how many OCR has looked at.
    :param described: Of those, how many have been captioned.
    """

    packs: int
    stickers: int
    read: int
    described: int

    def share(self, count: int) -> float | None:
        """A count as a share of the live stickers, 0 to 1; None where there are none."""
        return count / self.stickers if self.stickers else None


@dataclass(frozen=True, slots=True)
class Usage:
    """What /stats tells.

    :param days: Oldest first, without gaps; the last one is today.
    :param periods: Shortest first.
    :param comparisons: Of rankings in interleaved answers that are still kept; the one with most answers first.
    :param explored: What came of stickers that nobody had seen, or None where none was tried out.
    """

    days: tuple[DayOfUse, ...]
    periods: tuple[Period, ...]
    stock: Stock
    comparisons: tuple[Comparison, ...] = ()
    explored: Explored | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing happened on any of the days."""
        return not any(one.use.queries or one.use.choices for one in self.days)


def sum_up(days: Sequence[DayOfUse], people: int) -> Period:
    """Put days together. A choice whose day has lost its queries says nothing of the click-through."""
    known = _sum([one.use for one in days if one.use.queries])
    return Period(len(days), _sum([one.use for one in days]), people, known.click_through)


def _sum(uses: Sequence[Use]) -> Use:
    return Use(
        queries=sum(use.queries for use in uses),
        answers=sum(use.answers for use in uses),
        choices=sum(use.choices for use in uses),
        places=sum(use.places for use in uses),
    )
