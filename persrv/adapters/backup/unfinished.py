"""The folder beside a backup in which it is made, and what is left of those that were killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from persrv.adapters.backup.format import DATABASE
from persrv.adapters.locks import locked
from persrv.errors import StorageError

ARCHIVE: Final = "backup.tar"
_LOCK: Final = "lock"
_OURS: Final = {ARCHIVE, _LOCK, DATABASE, f"{DATABASE}-journal"}
"""What such a folder has in it; one with anything else is somebody else's."""
_OLD_SECONDS: Final = 24 * 3600
"""Nothing is written for so long into a folder without a lock: earlier versions took none."""


@contextlib.contextmanager
def work_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target that this process alone writes, gone at the end.

    What killed backups left in the target's folder goes first: their names tell the time, so that no later one would
    ever come upon them, and each is a copy of everything.

    :raises StorageError: another process makes a backup of this name.
    :raises OSError: it cannot be made.
    """
    work = target.with_name(f".{target.name}.unfinished")
    for folder in target.parent.glob(".*.unfinished"):
        with contextlib.suppress(OSError):  # another user's
            _remove_if_left(folder)
    if work.exists():
        raise StorageError(f"Another backup is being written to {target}: wait for it, or remove {work}.")
    work.mkdir(mode=0o700)
    try:
        with locked(work / _LOCK) as held:
            if not held:
                raise StorageError(f"Another backup is being written to {target}: wait for it.")
            yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def private_file(path: Path) -> BinaryIO:
    """A new file that its owner alone may read.

    :raises OSError: it is there already, or cannot be made.
    """
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _remove_if_left(folder: Path) -> None:
    if folder.is_symlink() or not folder.is_dir():
        return
    files = list(folder.iterdir())
    if not {path.name for path in files} <= _OURS:
        return
    lock = folder / _LOCK
    if lock in files:
        with locked(lock) as free:
            left = free
    else:
        left = time.time() - max(path.stat().st_mtime for path in (folder, *files)) > _OLD_SECONDS
    if left:
        shutil.rmtree(folder)
