"""Sticker sets and files of Telegram, through python-telegram-bot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import telegram
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.refusals import asked_pause
from persrv.bootstrap import as_sticker_file
from persrv.domain.stickers import FetchedPack, FetchedSticker, PackKind, StickerFormat
from persrv.errors import (
    MediaCorrupt,
    MediaTooLarge,
    PackNotFound,
    TelegramUnavailable,
    TokenRejected,
)

T = TypeVar("T")

ATTEMPTS = 4
"""Tries of one request before the set is left for later."""

_KINDS = {
    "regular": PackKind.REGULAR,
    "mask": PackKind.MASK,
    "custom_emoji": PackKind.CUSTOM_EMOJI,
}


class TelegramStickerSource:
    """Implements `persrv.ports.telegram.StickerSource`.

    :ivar bot: The client that it asks.
    """

    def __init__(self, bot: telegram.Bot, *, pause: float = 1.0) -> None:
        """:param pause: Seconds before the second try of a request; doubles with each."""
        self.bot = bot
        self._pause = pause

    async def fetch_pack(self, name: str) -> FetchedPack:
        """A whole set (Bot API `getStickerSet`)."""
        try:
            found = await self._request(lambda: self.bot.get_sticker_set(name))
        except BadRequest as error:
            if "stickerset_invalid" in str(error).lower().replace(" ", ""):
                raise PackNotFound(f"Telegram knows no sticker set called {name}.") from error
            raise TelegramUnavailable(f"Telegram refused to show the sticker set {name}: {error}") from error
        return FetchedPack(
            name=found.name,
            title=found.title,
            kind=_KINDS.get(found.sticker_type, PackKind.CUSTOM_EMOJI),
            stickers=tuple(fetched_sticker(sticker) for sticker in found.stickers),
        )

    async def download(self, file_id: str, *, max_bytes: int) -> bytes:
        """A sticker's file (Bot API `getFile`)."""
        try:
            file = await self._request(lambda: self.bot.get_file(file_id))
            if (file.file_size or 0) > max_bytes:
                raise MediaTooLarge(f"The file has {file.file_size} bytes; at most {max_bytes} are taken.")
            data = await self._request(lambda: self._content(file))
        except BadRequest as error:
            if "too big" in str(error).lower():
                raise MediaTooLarge("Telegram gives bots no file of over 20 MB.") from error
            raise MediaCorrupt(f"Telegram does not give this file: {error}.") from error
        if len(data) > max_bytes:
            raise MediaTooLarge(f"The file has {len(data)} bytes; at most {max_bytes} are taken.")
        return data

    async def _content(self, file: telegram.File) -> bytes:
        """What is in a file. The library takes `stickers/file_1.webp` out of the current folder where that is there."""
        path = file.file_path or ""
        if (
            path and "://" not in path and not Path(path).is_absolute()
        ):  # absolute is what a server on this machine says
            return await self.bot.request.retrieve(f"{self.bot.base_file_url}/{path}")
        return bytes(await file.download_as_bytearray())

    async def upload(self, path: Path, *, chat_id: int, emoji: str) -> FetchedSticker:
        """Send a file as a sticker to a chat (Bot API `sendSticker`), which gives it its ids."""
        data = await asyncio.to_thread(as_sticker_file, path)
        name = f"sticker{path.suffix.lower() if path.suffix.lower() in {'.tgs', '.webm'} else '.webp'}"
        try:
            message = await self._request(
                lambda: self.bot.send_sticker(
                    chat_id,
                    telegram.InputFile(data, filename=name),
                    emoji=emoji or None,
                    disable_notification=True,
                )
            )
        except BadRequest as error:
            if "chat not found" in str(error).lower():
                raise TelegramUnavailable(_storage_chat_problem(chat_id)) from error
            raise MediaCorrupt(f"Telegram does not take {path.name} as a sticker: {error}.") from error
        except Forbidden as error:
            raise TelegramUnavailable(_storage_chat_problem(chat_id)) from error
        if message.sticker is None:
            raise MediaCorrupt(f"Telegram took {path.name} as a file, not as a sticker.")
        return fetched_sticker(message.sticker)

    async def _request(self, request: Callable[[], Awaitable[T]]) -> T:
        """Ask, and ask again after a pause where that can help.

        :raises TelegramUnavailable: it did not help.
        """
        pause = self._pause
        problem: TelegramError
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await request()
            except (BadRequest, Forbidden):
                raise
            except InvalidToken as error:
                raise TokenRejected("Telegram does not know this bot token any more.") from error
            except RetryAfter as error:
                problem, pause = error, asked_pause(error)
            except (NetworkError, TimedOut) as error:
                problem = error
            except TelegramError as error:
                raise TelegramUnavailable(f"Telegram answered with an error: {error}") from error
            if attempt == ATTEMPTS:
                raise TelegramUnavailable(f"Telegram cannot be reached: {problem}") from problem
            await asyncio.sleep(pause)
            pause *= 2
        raise TelegramUnavailable("Telegram cannot be reached.")


def fetched_sticker(sticker: telegram.Sticker) -> FetchedSticker:
    """What Telegram says of a sticker, in our words."""
    kind = (
        StickerFormat.VIDEO
        if sticker.is_video
        else StickerFormat.ANIMATED
        if sticker.is_animated
        else StickerFormat.STATIC
    )
    return FetchedSticker(
        file_unique_id=sticker.file_unique_id,
        file_id=sticker.file_id,
        format=kind,
        emoji=sticker.emoji or "",
        width=sticker.width,
        height=sticker.height,
        size=sticker.file_size,
    )


def _storage_chat_problem(chat_id: int) -> str:
    return (
        f"The bot may not post in the chat {chat_id} that PERSRV_STORAGE_CHAT_ID names: add the bot to it "
        "(as an admin if it is a channel) and check the number."
    )
