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
