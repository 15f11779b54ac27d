"""The answer to a query, and why it is in that order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import Sticker
from persrv.domain.trials import Team


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


@dataclass(frozen=True, slots=True)
class Recalled:
    """One sticker that recall found.

    :param relevance: The weighted sum of `by_field`, at least 0.
    :param by_field: BM25 by field, already multiplied by the field's weight.
    :param utility: The sticker's utility (paper, equations 1 to 6), already weighted; at least 0.
    """

    sticker_id: int
    relevance: float
    by_field: Mapping[SemanticField, float] = field(default_factory=lambda: MappingProxyType({}))
    utility: float = 0.0

    @property
    def score(self) -> float:
        """What recall orders by: relevance + utility (paper, section 3.6)."""
        return self.relevance + self.utility


@dataclass(frozen=True, slots=True)
class Ranked:
    """One place in a ranking.

    :param score: What the order is by, falling; 0 where the order is not by score (recents, a pack). Of two rankings
        that were interleaved, each falls by itself.
    :param by_field: BM25 by field, already weighted; with `utility` and `beyond` it sums to the recall score.
    :param utility: Weighted utility, at least 0.
    :param beyond: Weighted parts of persrv-plus by name: meaning, texts, memory, choices, diffusion; those above 0.
    :param preference: How well the sticker's style fits the person: 0 to 1 in the paper's ranking, nats in persrv-plus.
    :param factor: What the recall score was multiplied by to give `score`; 1 for a person without history.
    :param own_packs: What of `factor` is for being of a pack of their own: `factor` divided by it is for style.
    :param team: Whose pick it is in an interleaved answer; None for nobody's, and where one ranking answered.
    """

    sticker_id: int
    reason: Reason
    score: float = 0.0
    by_field: Mapping[SemanticField, float] = field(default_factory=lambda: MappingProxyType({}))
    utility: float = 0.0
    beyond: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    preference: float = 0.0
    factor: float = 1.0
    own_packs: float = 1.0
    team: Team | None = None

    @property
    def recall(self) -> float:
        """What `factor` multiplies (paper, section 3.6: relevance + utility); 0 where the order is not by score."""
        return sum(self.by_field.values()) + self.utility + sum(self.beyond.values())


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
