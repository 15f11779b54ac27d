"""What taking in packs needs from Telegram."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from persrv.domain.stickers import FetchedPack, FetchedSticker


class StickerSource(Protocol):
    """Sticker sets and files of Telegram; implemented in `bot`."""

    async def fetch_pack(self, name: str) -> FetchedPack:
        """A whole set (Bot API `getStickerSet`).

        :raises PackNotFound: there is no set of that name.
        :raises TelegramUnavailable: it cannot be asked for now.
        """

    async def download(self, file_id: str, *, max_bytes: int) -> bytes:
        """A sticker's file (Bot API `getFile`).

        :raises MediaTooLarge: it is over `max_bytes`.
        :raises TelegramUnavailable: it cannot be had for now.
        """

    async def upload(self, path: Path, *, chat_id: int, emoji: str) -> FetchedSticker:
        """Send a file as a sticker to a chat (Bot API `sendSticker`), which gives it its ids.

        :raises MediaError: Telegram does not take it as a sticker.
        :raises TelegramUnavailable: it cannot be sent for now.
        """
