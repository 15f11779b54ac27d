"""Stickers and the packs they come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StickerFormat(StrEnum):
    """How a sticker's file is encoded; Bot API `Sticker.is_animated` and `Sticker.is_video`."""

    STATIC = "static"
    ANIMATED = "animated"
    VIDEO = "video"

    @property
    def suffix(self) -> str:
        """The file's ending, with its dot."""
        return {"static": ".webp", "animated": ".tgs", "video": ".webm"}[self.value]


class PackKind(StrEnum):
    """Bot API `StickerSet.sticker_type`, and `folder` for a folder of files that we uploaded."""

    REGULAR = "regular"
    MASK = "mask"
    CUSTOM_EMOJI = "custom_emoji"
    FOLDER = "folder"


class PackState(StrEnum):
    """Where a pack is in its life."""

    PENDING = "pending"
    """Asked for; not all of it is here yet. Taken up again after a crash."""
    ACTIVE = "active"
    RETIRED = "retired"
    """Telegram no longer has it: kept for history, never shown."""


class MediaState(StrEnum):
    """What is known of a sticker's file."""

    WANTED = "wanted"
    STORED = "stored"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class FetchedSticker:
    """One sticker as Telegram tells it (Bot API `Sticker`).

    :param file_unique_id: The sticker's identity: the same for every bot and for ever.
    :param file_id: What is sent; belongs to one bot and may change.
    :param emoji: The emoji that its artist gave, or "".
    :param size: Bytes, or None where Telegram does not say.
    """

    file_unique_id: str
    file_id: str
    format: StickerFormat
    emoji: str
    width: int
    height: int
    size: int | None = None


@dataclass(frozen=True, slots=True)
class FetchedPack:
    """A whole sticker set as Telegram tells it (Bot API `getStickerSet`), in its order."""

    name: str
    title: str
    kind: PackKind
    stickers: tuple[FetchedSticker, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A sticker set that this bot knows.

    :param requested_by: The Telegram user id of the person who added it, or None (command line, erased).
    :param progress_chat: The private chat that wants to see its progress, or None.
    :param sticker_count: How many live stickers it has.
    :param wanted_count: How many of their files are still to be fetched.
    :param problem: Why it is retired or could not be fetched last time, for a person, or "".
    """

    id: int
    name: str
    title: str
    kind: PackKind
    state: PackState
    requested_by: int | None
    progress_chat: int | None
    fetched_at: datetime | None
    sticker_count: int = 0
    wanted_count: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PackChange:
    """What taking in a set changed, in numbers of stickers."""

    pack: Pack
    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Sticker:
    """A sticker that can be suggested.

    :param id: Our row number: the key of index, embeddings and run-time arrays.
    :param pack: The name of the first pack that has it, or "".
    :param media_problem: Why its file cannot be used, or "".
    """

    id: int
    file_unique_id: str
    file_id: str
    format: StickerFormat
    emoji: str
    pack: str
    media: MediaState
    media_problem: str = ""
