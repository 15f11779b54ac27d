"""Services on real files, with drawn stickers in them, and a progress that remembers."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from PIL import Image, ImageColor, ImageDraw, ImageFont

from persrv.bootstrap import Services, open_services
from persrv.config import Settings
from persrv.domain.history import Choice
from persrv.domain.runs import JobName
from persrv.domain.stickers import FetchedPack, FetchedSticker, MediaState, PackKind, StickerFormat

FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"
NIGHT = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)


class Seen:
    """A `Progress` that remembers."""

    def __init__(self) -> None:
        self.steps: list[tuple[JobName, int | None]] = []
        self.counts: list[dict[str, int]] = []

    def begin(self, step, total):
        self.steps.append((step, total))

    def advance(self, counts):
        self.counts.append(dict(counts))


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with open_services(settings) as opened:
        yield opened


def drawn(caption: str = "", *, colour: str = "#e34", soft: bool = False) -> bytes:
    """A WEBP file of 256 pixels: a disc with an outline, or a soft ball, perhaps with words under it."""
    size, centre, radius = 256, 108, 64
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    for step in range(radius, 0, -1) if soft else (radius,):
        light = 1.4 - step / radius if soft else 1.0
        fill = tuple(min(255, int(value * light)) for value in ImageColor.getrgb(colour))
        box = (centre - step, centre - step, centre + step, centre + step)
        draw.ellipse(box, fill=fill, outline=None if soft else "black", width=0 if soft else 5)
    if caption:
        font = ImageFont.truetype(str(FONT), 40)
        place = (size // 2, size - 36)
        draw.text(place, caption, font=font, fill="black", stroke_width=3, stroke_fill="white", anchor="mm")
    file = io.BytesIO()
    picture.save(file, "WEBP", lossless=True)
    return file.getvalue()


@pytest.fixture
def picture() -> Callable[..., bytes]:
    return drawn


AddPack = Callable[..., Awaitable[dict[str, int]]]


@pytest.fixture
def add_pack(services: Services) -> AddPack:
    """`await add_pack("cats", c1=bytes, ...)`: the stickers' row numbers by identity."""

    async def add(name: str, emoji: str = "", **files: bytes) -> dict[str, int]:
        stickers = tuple(
            FetchedSticker(identity, f"file-{identity}", StickerFormat.STATIC, emoji, 256, 256, len(data))
            for identity, data in files.items()
        )
        change = await services.catalogue.save_pack(FetchedPack(name, name, PackKind.REGULAR, stickers), at=NIGHT)
        ids = {}
        for sticker in await services.catalogue.pack_stickers(change.pack.id):
            await services.media.write(sticker.file_unique_id, sticker.format, files[sticker.file_unique_id])
            await services.catalogue.note_media(sticker.id, MediaState.STORED)
            ids[sticker.file_unique_id] = sticker.id
        await services.catalogue.finish_pack(name)
        return ids

    return add


@pytest.fixture
def choose(services: Services) -> Callable[..., Awaitable[None]]:
    """`await choose(7, sticker_id, "笑")`."""
    keys = count(1)

    async def record(user_id: int, sticker_id: int, query: str = "笑") -> None:
        choice = Choice(f"1:{next(keys)}", user_id, sticker_id, query, "0123456789abcdef", 0, NIGHT)
        assert await services.history.record_choice(choice)

    return record
