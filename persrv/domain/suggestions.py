"""The answer to a query, and why it is in that order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import Sticker
from persrv.domain.trials import Team

_Name = TypeVar("_Name")


class Reason(StrEnum):
    """Which part of the product put a sticker into a ranking."""

    RECENT = "recent"
    FREQUENT = "frequent"
    POPULAR = "popular"
    OWN = "own"
    NEWEST = "newest"
    PACK = "pack"
    SEARCH = "search"
    EXPLORING = "exploring"


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The scores of a ranking and what they are made of, an entry for each place.

    :param score: What the order is by, falling; 0 where the order is not by score (recents, a pack); shape (places,).
    :param preference: How well the sticker's style fits the person: 0 to 1 in the paper's ranking, nats in persrv-plus.
    :param factor: What the recall score was multiplied by to give `score`; 1 for a person without history.
    :param own_packs: What of `factor` is for being of a pack of their own: `factor` divided by it is for style.
    :param utility: Weighted utility, at least 0.
    :param by_field: BM25 by field, already weighted; with `utility` and `beyond` it sums to the recall score.
    :param beyond: Weighted parts of persrv-plus by name: meaning, texts, memory, choices, diffusion; at least 0.
    """

    score: NDArray[np.float64]
    preference: NDArray[np.float64]
    factor: NDArray[np.float64]
    own_packs: NDArray[np.float64]
    utility: NDArray[np.float64]
    by_field: Mapping[SemanticField, NDArray[np.float64]] = field(default_factory=dict)
    beyond: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


class Told:
    """What a ranking can tell of its scores: worked out when somebody asks, since an answer needs none of it."""

    def __init__(self, work_out: Callable[[], Scores], *, by_words: bool = False) -> None:
        """Nothing is worked out yet.

        :param work_out: Called at most once, or a few times where several threads ask at once.
        :param by_words: Whether words found any of it.
        """
        self._work_out = work_out
        self.by_words = by_words

    @cached_property
    def scores(self) -> Scores:
        """All of it."""
        return self._work_out()


_NOTHING_TOLD = Told(lambda: Scores(np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.zeros(1)))


class Ranked(NamedTuple):
    """One place in a ranking. What it says of scores is looked up in `told.scores`, as `Scores` explains it.

    A tuple, since a hundred of them are made for each answer, in half the time of a frozen dataclass.

    :param at: Its place in what is told.
    :param team: Whose pick it is in an interleaved answer; None for nobody's, and where one ranking answered. Of two
        rankings that were interleaved, the scores of each fall by themselves.
    """

    sticker_id: int
    reason: Reason
    told: Told = _NOTHING_TOLD
    at: int = 0
    team: Team | None = None

    @property
    def score(self) -> float:
        """What the order is by; 0 where it is not by score."""
        return float(self.told.scores.score[self.at])

    @property
    def by_field(self) -> Mapping[SemanticField, float]:
        """Those above 0."""
        return _above_zero(self.told.scores.by_field, self.at)

    @property
    def utility(self) -> float:
        """Weighted."""
        return float(self.told.scores.utility[self.at])

    @property
    def beyond(self) -> Mapping[str, float]:
        """Those above 0."""
        return _above_zero(self.told.scores.beyond, self.at)

    @property
    def preference(self) -> float:
        """How well the style fits the person."""
        return float(self.told.scores.preference[self.at])

    @property
    def factor(self) -> float:
        """What `recall` is multiplied by."""
        return float(self.told.scores.factor[self.at])

    @property
    def own_packs(self) -> float:
        """What of `factor` is for own packs."""
        return float(self.told.scores.own_packs[self.at])

    @property
    def recall(self) -> float:
        """What `factor` multiplies (paper, section 3.6: relevance + utility); 0 where the order is not by score."""
        return sum(self.by_field.values()) + self.utility + sum(self.beyond.values())


def _above_zero(parts: Mapping[_Name, NDArray[np.float64]], at: int) -> dict[_Name, float]:
    return {name: float(part[at]) for name, part in parts.items() if part[at] > 0}


@dataclass(frozen=True, slots=True)
class Placed:
    """A sticker and the position it is served at, from 0."""

    position: int
    sticker: Sticker


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a ranking, ready to be sent.

    :param impression_id: The ranking it is a part of.
    :param end: How many places of the ranking have been served with this page.
    :param next_offset: What Telegram sends back for the next page; "" at the end (Bot API: 64 bytes).
    :param catalogue_empty: True when the bot has no sticker at all yet.
    :param none_of_own: True when nothing was found and only the person's own packs were looked through.
    """

    impression_id: str
    placed: tuple[Placed, ...]
    end: int
    next_offset: str
    catalogue_empty: bool = False
    none_of_own: bool = False
