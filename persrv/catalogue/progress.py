"""How taking in a pack is going, for the person who added it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from persrv.domain.stickers import Pack, PackChange


class Outcome(StrEnum):
    """Where the work on one pack stands."""

    WAITING = "waiting"
    FETCHING = "fetching"
    ADDED = "added"
    REFRESHED = "refreshed"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    NOT_FOUND = "not_found"
    NOT_STICKERS = "not_stickers"
    BANNED = "banned"
    RETIRED = "retired"
    RETRYING = "retrying"

    @property
    def final(self) -> bool:
        """True when nothing more will be said of this request."""
        return self not in {Outcome.WAITING, Outcome.FETCHING, Outcome.RETRYING}


@dataclass(frozen=True, slots=True)
class PackProgress:
    """One report.

    :param done: Sticker files that are here or known to be unusable.
    :param total: Stickers in the set.
    :param unusable: Files that could not be read; their stickers are found by emoji and pack all the same.
    :param change: What changed in the catalogue, once that is known.
    """

    pack: Pack
    outcome: Outcome
    done: int = 0
    total: int = 0
    unusable: int = 0
    change: PackChange | None = None


class ProgressListener(Protocol):
    """Somebody who wants to know. Must not raise, and must be quick or drop reports."""

    async def report(self, progress: PackProgress) -> None:
        """Take one report."""


class SilentProgress:
    """Nobody wants to know."""

    async def report(self, progress: PackProgress) -> None:
        """Take one report and do nothing."""


class SharedProgress:
    """Several want to know of one set; all are told at the same time."""

    def __init__(self, listeners: Sequence[ProgressListener]) -> None:
        self.listeners = listeners

    async def report(self, progress: PackProgress) -> None:
        """Hand one report on."""
        await asyncio.gather(*(listener.report(progress) for listener in self.listeners))
