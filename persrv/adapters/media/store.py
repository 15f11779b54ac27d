"""Sticker files in a folder, one file each."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Final

from persrv.adapters.whole_files import flush
from persrv.domain.stickers import StickerFormat
from persrv.errors import StorageError

UNFINISHED: Final = ".unfinished"
"""The ending of files that are being written."""
STALE_SECONDS: Final = 3600.0
"""An unfinished file older than this was left by a crash, not by somebody who is writing it now."""


class FolderMediaStore:
    """`MediaStore` in a folder: `{root}/{2 digits}/{2 digits}/{SHA-256 of the identity}{suffix}`.

    The identity comes from outside, so it never becomes part of a path. Two levels of 256 folders keep each
    small with half a million files. Any number of tasks and processes may read and write at once.

    :param root: Made on the first write, when leftovers of crashes are removed too.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._swept = False

    async def write(self, identity: str, format: StickerFormat, data: bytes) -> None:
        """Keep a file whole or not at all; it replaces an earlier one and survives a crash of the machine.

        :raises StorageError: the folder cannot be written.
        """
        await asyncio.to_thread(self._write, self._path(identity, format), data)

    async def read(self, identity: str, format: StickerFormat) -> bytes | None:
        """Give the file's bytes, or None.

        :raises StorageError: it is there but cannot be read.
        """
        return await asyncio.to_thread(self._read, self._path(identity, format))

    def _path(self, identity: str, format: StickerFormat) -> Path:
        # surrogatepass: identities are any text that JSON can hold.
        digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
        return self._root / digest[:2] / digest[2:4] / f"{digest}{format.suffix}"

    def _write(self, path: Path, data: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not self._swept:
                self._swept = True
                self._sweep()
            _replace(path, data)
        except OSError as error:
            raise StorageError(
                f"A sticker's file cannot be kept in {self._root}: {error.strerror}. "
                "Free some space or set PERSRV_DATA_DIR to a folder that can be written."
            ) from error

    def _read(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(
                f"A sticker's file in {self._root} cannot be read: {error.strerror}. Check its rights."
            ) from error

    def _sweep(self) -> None:
        """Remove what crashes have left unfinished."""
        before = time.time() - STALE_SECONDS
        for leftover in self._root.glob(f"*/*/*{UNFINISHED}"):
            try:
                if leftover.stat().st_mtime < before:
                    leftover.unlink()
            except FileNotFoundError:  # another process sweeps as well, or has just finished it
                continue


def _replace(path: Path, data: bytes) -> None:
    """As `whole_files.replace_file`, for any number of writers: each has an unfinished file of its own."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=UNFINISHED)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        flush(unfinished)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    flush(path.parent)  # the new name reaches the disk with its folder
