"""The things in the sandbox's world: people, chats, files, stickers and messages, all frozen."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum

from persrv.domain.stickers import PackKind, StickerFormat

FRIENDS = -100500
"""The id of the group where everybody is."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who chats on the page.

    :param language: IETF tag of their app, as in the Bot API's `language_code`.
    :param color: CSS colour of their picture.
    """

    id: int
    name: str
    language: str
    color: str = "#5b8def"


class ChatKind(StrEnum):
    """Bot API `Chat.type`, as far as the sandbox has them."""

    PRIVATE = "private"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation; a private one has the id of its person, the other side is the bot."""

    id: int
    title: str
    kind: ChatKind


class FileKind(StrEnum):
    """What a file was sent as; also the folder of its Bot API `file_path`."""

    STICKER = "stickers"
    PHOTO = "photos"
    DOCUMENT = "documents"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that this Telegram knows.

    :param unique_id: The same for every bot and for ever: derived from the content.
    :param file_id: What the bot sends; another token gives another one.
    :param path: Bot API `File.file_path`.
    :param width: Pixels, 0 where it has none.
    :param height: Pixels, 0 where it has none.
    """

    unique_id: str
    file_id: str
    kind: FileKind
    mime: str
    path: str
    data: bytes
    name: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class StickerItem:
    """A sticker as a message or a set holds it.

    :param set_name: The set it came from, or "" (an uploaded file has none).
    """

    file: StoredFile
    format: StickerFormat
    emoji: str
    set_name: str


@dataclass(frozen=True, slots=True)
class StickerSet:
    """A sticker set; `name` as its author wrote it, though names compare without case."""

    name: str
    title: str
    kind: PackKind
    stickers: tuple[StickerItem, ...]
    credit: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of formatted text (Bot API `MessageEntity`).

    :param offset: In UTF-16 code units, as is `length`.
    :param url: For `text_link` only.
    """

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class FormattedText:
    """Text and what is formatted in it, in order."""

    text: str = ""
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message.

    :param action: The Bot API's field: callback_data, url, switch_inline_query, ...
    :param value: What that field holds.
    """

    text: str
    action: str
    value: str


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a chat.

    :param sender: A person's id or the bot's.
    :param date: Unix seconds; `edited_at` too, 0 where it never was.
    :param body: Its text, or the caption where there is a photo or a document.
    :param via_bot: A person sent it by choosing the bot's inline result.
    :param reply_to: The message it replies to, or None.
    """

    id: int
    chat_id: int
    sender: int
    date: int
    body: FormattedText = FormattedText()
    sticker: StickerItem | None = None
    photo: StoredFile | None = None
    document: StoredFile | None = None
    via_bot: bool = False
    reply_to: int | None = None
    buttons: Keyboard = ()
    edited_at: int = 0

    @property
    def has_media(self) -> bool:
        """Whether `body` is a caption."""
        return self.photo is not None or self.document is not None


class EventKind(StrEnum):
    """What can happen in a chat, as the page is told."""

    MESSAGE = "message"
    EDITED = "edited"
    DELETED = "deleted"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the page shows at once.

    :param person: The only person who sees it (a notice), or None: everybody in the chat.
    :param text: A notice's text: the answer to a pressed button.
    :param alert: A notice that has to be dismissed.
    """

    kind: EventKind
    chat_id: int
    message: Message | None = None
    person: int | None = None
    text: str = ""
    alert: bool = False


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """What the bot said to a pressed button (Bot API `answerCallbackQuery`)."""

    text: str
    alert: bool


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button that may still be answered."""

    id: str
    person: int
    chat_id: int
    answer: Future[PressAnswer] = field(compare=False)
