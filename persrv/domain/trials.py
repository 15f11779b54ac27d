"""What is tried out on a share of the answers: another ranking, and stickers that nobody has seen yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Team(StrEnum):
    """Whose pick a place of an interleaved answer is."""

    SERVING = "s"
    """The ranking that serves everybody."""
    RIVAL = "r"
    """The ranking that it is compared with."""


NO_TEAM = "-"
"""Stands for a place that is nobody's pick."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two rankings, by name."""

    serving: str
    rival: str

    def name_of(self, team: Team | None) -> str:
        """The ranking whose pick a place is, or ""."""
        return "" if team is None else self.serving if team is Team.SERVING else self.rival


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried out in one answer.

    :param compared: What its places were drawn from; None where only one ranking answered.
    :param teams: One letter a place, a `Team` or `NO_TEAM`; "" where nothing was compared.
    :param explored: The place that was given to a sticker nobody had seen, from 0, or None.
    """

    compared: Compared | None = None
    teams: str = ""
    explored: int | None = None


NOTHING_TRIED = Trial()


def letter(team: Team | None) -> str:
    """A place's letter in `Trial.teams`."""
    return NO_TEAM if team is None else team.value


@dataclass(frozen=True, slots=True)
class Credits:
    """What one person chose for one query in interleaved answers, by whose pick it was.

    :param neither: Choices of places that are nobody's pick.
    :param first: Whose pick the first choice was that was anybody's; None while there is none. Later choices never
        change it.
    """

    compared: Compared
    serving: int = 0
    rival: int = 0
    neither: int = 0
    first: Team | None = None


@dataclass(frozen=True, slots=True)
class Wins:
    """How many queries of people each of two rankings has won, and how many neither."""

    serving: int = 0
    rival: int = 0
    neither: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What people chose where two rankings were interleaved.

    :param answers: Interleaved answers that are still kept.
    :param credits: All choices from them.
    :param wins: One for each query of each person who chose something: the ranking that they first chose from. However
        often somebody chooses for the same query, it is one.
    :param p: Two-sided and valid whenever one looks: how often luck alone would ever bring it as low as this, at the
        most; 0 to 1.
    """

    compared: Compared
    answers: int
    credits: Credits
    wins: Wins
    p: float


@dataclass(frozen=True, slots=True)
class Explored:
    """What came of places that were given to stickers nobody had seen.

    :param shown: Such places that were served.
    :param chosen: Choices of them.
    """

    shown: int = 0
    chosen: int = 0
