"""Imports a folder of sticker files by uploading them to a chat, which gives them their Telegram ids."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from persrv.catalogue.progress import Outcome, PackProgress, ProgressListener
from persrv.domain.stickers import (
    FetchedPack,
    FetchedSticker,
    MediaState,
    Pack,
    PackChange,
    PackKind,
    StickerFormat,
)
from persrv.errors import MediaError, SourceInvalid
from persrv.ports.media import FrameDecoder, FrameLimits, MediaStore
from persrv.ports.storage import CatalogueStore
from persrv.ports.telegram import StickerSource
from persrv.text import find_emoji

_log = logging.getLogger(__name__)

SUFFIXES = {
    ".webp": StickerFormat.STATIC,
    ".png": StickerFormat.STATIC,
    ".jpg": StickerFormat.STATIC,
    ".jpeg": StickerFormat.STATIC,
    ".tgs": StickerFormat.ANIMATED,
    ".webm": StickerFormat.VIDEO,
}
"""Files that are taken as stickers, by their ending."""


@dataclass(frozen=True, slots=True)
class FolderPack:
    """A folder that becomes a pack: its files in order of their names."""

    name: str
    title: str
    files: tuple[Path, ...]

    @property
    def place(self) -> Path:
        """The folder."""
        return self.files[0].parent


def read_folders(folders: Sequence[Path]) -> tuple[FolderPack, ...]:
    """The packs in all these folders, each once; see `read_folder`.

    :raises SourceInvalid: `read_folder` raises it, or two folders would become the same pack: a pack is known by its
        folder's name alone, so that a folder may be moved.
    """
    found: dict[str, FolderPack] = {}
    for pack in (pack for folder in folders for pack in read_folder(folder)):
        first = found.setdefault(pack.name, pack)
        if first.place.resolve() != pack.place.resolve():
            raise SourceInvalid(
                f"{first.place} and {pack.place} would become the same set, which is called like its folder. "
                "Rename one of them."
            )
    return tuple(found.values())


def read_folder(folder: Path) -> tuple[FolderPack, ...]:
    """The packs in a folder: each subfolder that holds sticker files, and the folder itself if it holds some.

    :raises SourceInvalid: there is no such folder, or no sticker file in it.
    """
    if not folder.is_dir():
        raise SourceInvalid(f"There is no folder {folder}.")
    folders = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    packs = tuple(pack for path in folders if (pack := _pack(path)).files)
    if not packs:
        raise SourceInvalid(f"No sticker file ({', '.join(SUFFIXES)}) is in {folder} or its subfolders.")
    return packs


def _pack(folder: Path) -> FolderPack:
    title = folder.resolve().name
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in SUFFIXES)
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    # Titles may be in any script; the digest keeps the names of two such folders apart.
    digest = hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return FolderPack(
        name=f"folder_{slug[:40]}_{digest}" if slug else f"folder_{digest}", title=title, files=tuple(files)
    )


class FolderImport:
    """Uploads folders. A file that was uploaded before, by its content, is not uploaded again."""

    def __init__(
        self,
        *,
        catalogue: CatalogueStore,
        source: StickerSource,
        media: MediaStore,
        decoder: FrameDecoder,
        changed: Callable[[], None],
        now: Callable[[], datetime],
        chat_id: int,
    ) -> None:
        """:param chat_id: The chat that the files are uploaded to (`PERSRV_STORAGE_CHAT_ID`)."""
        self._catalogue = catalogue
        self._source = source
        self._media = media
        self._decoder = decoder
        self._changed = changed
        self._now = now
        self._chat_id = chat_id

    async def take(self, folder: FolderPack, listener: ProgressListener, *, replace: bool = False) -> PackProgress:
        """Upload what is new and make the pack say what the folder says.

        A file that cannot be used is left out and counted. A crash loses no upload: each is noted at once.

        :param replace: Also where the pack has other stickers only, which it then loses.
        :raises SourceInvalid: it has, so that it may have been made from another folder; nothing was changed.
        :raises TelegramUnavailable: nothing more can be uploaded for now; the next call goes on from here.
        """
        found = await asyncio.gather(*(asyncio.to_thread(_digest, path) for path in folder.files))
        files = [(path, digest) for path, digest in zip(folder.files, found, strict=True) if digest]
        digests = [digest for _, digest in files]
        known = await self._catalogue.pack(folder.name)
        before = await self._catalogue.uploaded(digests)
        if known is not None and not replace:
            await self._refuse_another(folder, known, {sticker.id for sticker in before.values()})
        here = {
            digest: FetchedSticker(old.file_unique_id, old.file_id, old.format, old.emoji, 512, 512)
            for digest, old in before.items()
        }
        change = await self._save(folder, digests, here) if here else None
        unusable = len(folder.files) - len(files)
        for number, (path, digest) in enumerate(files, unusable + 1):
            if digest not in here:
                try:
                    here[digest] = await self._upload(path)
                except (MediaError, OSError) as error:
                    unusable += 1
                    _log.warning("%s cannot be used as a sticker: %s", path, error)
                    continue
                # The pack grows with each upload: a crash keeps what is there, and people find it at once.
                change = await self._save(folder, digests, here)
                await self._catalogue.note_upload(here[digest].file_unique_id, digest)
                await self._keep_file(path, here[digest])
            if change is not None:
                await listener.report(
                    PackProgress(change.pack, Outcome.FETCHING, number, len(folder.files), unusable, change)
                )
        progress = await self._finish(folder, known, change, unusable)
        await listener.report(progress)
        return progress

    async def _refuse_another(self, folder: FolderPack, known: Pack, here: Set[int]) -> None:
        there = await self._catalogue.pack_stickers(known.id)
        if there and here.isdisjoint(sticker.id for sticker in there):
            raise SourceInvalid(
                f"There is a set {known.title} with {len(there)} stickers already, none of which is in {folder.place}: "
                "it was made from another folder of that name, or all files have changed. Rename the folder to have "
                "both, or import it with --replace to have it instead of that set."
            )

    async def _upload(self, path: Path) -> FetchedSticker:
        data = await asyncio.to_thread(path.read_bytes)
        await self._decoder.decode(data, SUFFIXES[path.suffix.lower()], frames=1, size=64)
        return await self._source.upload(path, chat_id=self._chat_id, emoji=_emoji(path))

    async def _save(self, folder: FolderPack, digests: Sequence[str], here: Mapping[str, FetchedSticker]) -> PackChange:
        stickers = tuple(dict.fromkeys(here[digest] for digest in digests if digest in here))
        fetched = FetchedPack(folder.name, folder.title, PackKind.FOLDER, stickers)
        change = await self._catalogue.save_pack(fetched, at=self._now())
        self._changed()
        return change

    async def _finish(
        self, folder: FolderPack, known: Pack | None, change: PackChange | None, unusable: int
    ) -> PackProgress:
        total = len(folder.files)
        if change is None:
            pack = known or await self._catalogue.request_pack(folder.name, requested_by=None, progress_chat=None)
            await self._catalogue.retire_pack(folder.name, Outcome.EMPTY.value)
            self._changed()
            return PackProgress(pack, Outcome.EMPTY, 0, total, unusable)
        await self._catalogue.finish_pack(folder.name)
        self._changed()
        fresh = known is None or known.fetched_at is None
        return PackProgress(change.pack, Outcome.ADDED if fresh else Outcome.REFRESHED, total, total, unusable, change)

    async def _keep_file(self, path: Path, sticker: FetchedSticker) -> None:
        row = await self._catalogue.sticker_by_identity(sticker.file_unique_id)
        if row is not None and row.media is MediaState.WANTED:
            await self._media.write(sticker.file_unique_id, sticker.format, await asyncio.to_thread(path.read_bytes))
            await self._catalogue.note_media(row.id, MediaState.STORED)


def _digest(path: Path) -> str:
    """The SHA-256 of a file, or "" where it cannot be read, or is too large to be a sticker: a film, say."""
    try:
        size, most = path.stat().st_size, FrameLimits().max_bytes
        if size > most:
            _log.warning("%s cannot be used as a sticker: it has %d bytes; at most %d are taken", path, size, most)
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        _log.warning("%s cannot be read: %s", path, error.strerror)
        return ""


def _emoji(path: Path) -> str:
    """An emoji in a file's name is the sticker's emoji."""
    return next(iter(find_emoji(path.stem)), "")
