"""What a sample pack is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from persrv.domain.stickers import StickerFormat


@dataclass(frozen=True, slots=True)
class SampleSticker:
    """One sticker file, as an artist would upload it.

    :param path: The file: `.webp`, `.tgs` or `.webm`.
    :param emoji: The emoji that its artist gave.
    :param width: Pixels.
    :param height: Pixels.
    """

    path: Path
    format: StickerFormat
    emoji: str
    width: int = 512
    height: int = 512


@dataclass(frozen=True, slots=True)
class SamplePack:
    """A sticker set that the stand-in of Telegram knows from the start.

    :param credit: Who made the art, and under which licence.
    """

    name: str
    title: str
    stickers: tuple[SampleSticker, ...]
    credit: str
