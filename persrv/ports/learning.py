"""What the offline stages learn from: the log of choices, and the style profiles that come of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LoggedChoice:
    """One choice of one person.

    :param query: Normalised; "" where there was none.
    """

    user_id: int
    sticker_id: int
    query: str


@dataclass(frozen=True, slots=True)
class TimedChoice:
    """One choice of a person who is known.

    :param query: Normalised; "" where there was none.
    """

    sticker_id: int
    query: str
    chosen_at: datetime


@dataclass(frozen=True, slots=True)
class PersonsChoices:
    """What one person chose, each live or retired sticker once, by id.

    :param sticker_ids: Rising and distinct.
    :param counts: How often each, at least 1, as many.
    """

    user_id: int
    sticker_ids: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A style profile as bytes (`persrv.preference.profile_bytes`).

    :param space_id: The embedding space that it is in; a person has at most one profile in each.
    """

    user_id: int
    space_id: str
    data: bytes


class ChoiceLog(Protocol):
    """The log of choices, to be read."""

    def all_choices(self) -> AsyncIterator[Sequence[LoggedChoice]]:
        """The whole log in parts, oldest first."""

    def by_person(self) -> AsyncIterator[Sequence[PersonsChoices]]:
        """The whole log by person, in parts, by user id."""

    async def choices_of(self, user_id: int) -> PersonsChoices:
        """What one person chose; nothing for a stranger."""

    async def latest_of(self, user_id: int, limit: int) -> Sequence[TimedChoice]:
        """A person's last choices, the latest first."""

    async def queries_of(self, user_id: int) -> Sequence[tuple[int, str, int]]:
        """What one person typed before each sticker they chose, and how often: (sticker id, query, times)."""

    async def latest(self) -> int:
        """A number that grows with every choice: the last one's; 0 when there is none."""

    async def people_since(self, number: int) -> Sequence[int]:
        """Who has chosen something after the choice with this number."""


class ProfileStore(Protocol):
    """Style profiles."""

    async def load(self, user_id: int, space_id: str) -> bytes | None:
        """A person's profile in a space, or None."""

    async def save(self, profiles: Sequence[StoredProfile]) -> None:
        """Keep profiles, in place of the same people's in the same space."""

    async def remove(self, user_ids: Collection[int], space_id: str) -> None:
        """Drop the profiles of these people in a space: there is nothing left to learn from."""

    async def keep_only(self, space_id: str) -> int:
        """Drop the profiles of every other space. Return how many."""
