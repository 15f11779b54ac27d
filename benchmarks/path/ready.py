"""A catalogue of `benchmarks.growth`, and what `benchmarks.ranking` made up as learnt of it: half a million of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from bot.sandbox.files import FileStore
from bot.sandbox.model import FileKind, StickerItem, StoredFile
from bot.sandbox.sets import StickerSets
from bot.sandbox.world import World
from persrv.bootstrap import open_services, utc_now
from persrv.config import Settings
from persrv.domain.runs import JobName, RunState
from persrv.domain.stickers import StickerFormat

FIRST_CHOOSER: Final = 1
"""The people of `benchmarks.growth` are numbered from here, and have chosen something."""


async def take(settings: Settings, data: Path, learnt: Path) -> int:
    """Copy both into an empty data folder; how many stickers there are.

    :param data: `WORK/SIZE/data` of `benchmarks.growth`.
    :param learnt: `WORK/learnt-SIZE` of `benchmarks.ranking`.
    """
    shutil.copytree(data, settings.data_dir, dirs_exist_ok=True)
    shutil.copytree(learnt, settings.artefacts_dir)
    async with open_services(settings) as services:
        log = services.job_log  # or the bot would catch up on the night meanwhile
        await log.end(await log.begin(JobName.NIGHTLY.value, at=utc_now()), RunState.DONE, at=utc_now(), counts={})
        return await services.catalogue.count_stickers()


def know_them(world: World, size: int) -> None:
    """Let a Telegram know these stickers without a list of them: their ids say which they are."""
    world.files = _Files(world.bot_token, size)
    world.sets = _Sets(world.files)


class _Files(FileStore):
    def __init__(self, bot_token: str, size: int) -> None:
        super().__init__(bot_token)
        self._size = size

    def by_file_id(self, file_id: str) -> StoredFile | None:
        known = super().by_file_id(file_id)
        number = int(file_id[1:]) if file_id[:1] == "f" and file_id[1:].isdecimal() else self._size
        if known is not None or number >= self._size:
            return known
        return StoredFile(f"u{number}", file_id, FileKind.STICKER, "image/webp", "", b"", "", 512, 512)


class _Sets(StickerSets):
    def sticker(self, unique_id: str) -> StickerItem | None:
        file = self._files.by_file_id(f"f{unique_id[1:]}")
        return super().sticker(unique_id) or (file and StickerItem(file, StickerFormat.STATIC, "", ""))
