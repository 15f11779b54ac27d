"""What admins keep out, and what people report to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BanKind(StrEnum):
    """What can be banned."""

    PERSON = "person"
    PACK = "pack"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class Banned:
    """One person, set or sticker that may be banned.

    :param key: A Telegram user id in digits, a set's name in lower case, or a sticker's `file_unique_id`.
    """

    kind: BanKind
    key: str

    @classmethod
    def person(cls, user_id: int) -> Banned:
        """A person by their Telegram user id."""
        return cls(BanKind.PERSON, str(user_id))

    @classmethod
    def pack(cls, name: str) -> Banned:
        """A set by its name in any case, known to us or not."""
        return cls(BanKind.PACK, name.casefold())

    @classmethod
    def sticker(cls, file_unique_id: str) -> Banned:
        """A sticker by Telegram's identity of it."""
        return cls(BanKind.STICKER, file_unique_id)


@dataclass(frozen=True, slots=True)
class Ban:
    """A ban that holds.

    :param by: The admin's Telegram user id; 0 where they had themselves forgotten since.
    """

    what: Banned
    by: int
    at: datetime


class ReportState(StrEnum):
    """How a report stands."""

    OPEN = "open"
    KEPT = "kept"
    BANNED = "banned"


@dataclass(frozen=True, slots=True)
class Report:
    """A sticker that somebody reported. Who it was is not kept.

    :param sticker_id: The sticker's row number.
    """

    id: int
    sticker_id: int
    state: ReportState
    at: datetime
