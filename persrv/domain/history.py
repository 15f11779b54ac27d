"""What people were shown and what they chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from persrv.domain.broadcasts import Delivery
from persrv.domain.own_packs import OwnPacks
from persrv.domain.trials import NOTHING_TRIED, Trial


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who uses the bot.

    :param id: The Telegram user id.
    :param language: The IETF language tag of their Telegram app, or "".
    """

    id: int
    language: str = ""


@dataclass(frozen=True, slots=True)
class Impression:
    """One ranking that a person was shown, at least in part.

    :param id: 16 lower-case hexadecimal digits, random.
    :param query: What was typed, as typed (at most 256 characters).
    :param sticker_ids: The whole ranking, best first; positions count from 0.
    :param served: How many of them, from the start, have been sent.
    :param trial: What was tried out in it.
    """

    id: str
    user_id: int
    query: str
    sticker_ids: tuple[int, ...]
    served: int
    shown_at: datetime
    trial: Trial = NOTHING_TRIED


@dataclass(frozen=True, slots=True)
class Choice:
    """A person chose a sticker (Bot API `ChosenInlineResult`).

    :param key: Says which choice this is however often Telegram delivers it: "{bot id}:{update id}".
    :param position: The place it was served at, from 0.
    """

    key: str
    user_id: int
    sticker_id: int
    query: str
    impression_id: str
    position: int
    chosen_at: datetime
    language: str = ""


@dataclass(frozen=True, slots=True)
class KeptChoice:
    """A choice as /mydata tells it.

    :param sticker: Its `file_unique_id`.
    """

    sticker: str
    query: str
    position: int
    chosen_at: datetime
    impression_id: str


@dataclass(frozen=True, slots=True)
class KeptImpression:
    """An answer as /mydata tells it."""

    id: str
    query: str
    sticker_ids: Sequence[int]
    served: int
    shown_at: datetime
    trial: Trial = NOTHING_TRIED


@dataclass(frozen=True, slots=True)
class PersonalRecord:
    """Everything in the database that names one person, each part oldest first.

    :param language: None where we never noted them.
    :param sets: Names of the sets that they added.
    :param profiles: Their style profiles, as `persrv.preference.profile_bytes` writes them.
    :param nsfw: Whether they have switched NSFW stickers on.
    :param own_packs: What they want of their own packs.
    :param banned_at: Since when they are banned, or None.
    :param private_chat: Whether the bot can write to them; None where they never wrote to it.
    :param broadcasts_to: What became of broadcasts to them that are not over.
    :param broadcasts_by: When they, as an admin, made broadcasts that are not over.
    """

    user_id: int
    language: str | None
    choices: tuple[KeptChoice, ...]
    impressions: tuple[KeptImpression, ...]
    sets: tuple[str, ...]
    profiles: tuple[bytes, ...]
    nsfw: bool
    banned_at: datetime | None
    private_chat: bool | None = None
    broadcasts_to: tuple[Delivery, ...] = ()
    broadcasts_by: tuple[datetime, ...] = ()
    own_packs: OwnPacks = OwnPacks.OFF


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, in rows."""

    choices: int
    impressions: int
