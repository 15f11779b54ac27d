"""The pictures of a dataset folder: which there are, without opening one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from persrv.domain.stickers import StickerFormat
from persrv.errors import DatasetInvalid
from persrv.ports.progress import Progress, silent

FORMATS: Final[Mapping[str, StickerFormat]] = {
    ".webp": StickerFormat.STATIC,
    ".png": StickerFormat.STATIC,
    ".jpg": StickerFormat.STATIC,
    ".jpeg": StickerFormat.STATIC,
    ".gif": StickerFormat.STATIC,
    ".tgs": StickerFormat.ANIMATED,
    ".webm": StickerFormat.VIDEO,
}
"""The endings that count as pictures, in lower case. Of several files of one sticker the first of these is taken."""
_EVERY: Final = 5_000


def list_images(folder: Path, progress: Progress = silent) -> dict[str, str]:
    """Docid -> ending as it is on disk; empty where there is no folder.

    :raises DatasetInvalid: the folder cannot be read.
    """
    rank = {suffix: place for place, suffix in enumerate(FORMATS)}
    found: dict[str, str] = {}
    if not folder.is_dir():
        return found
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries, 1):
                stem, dot, ending = entry.name.rpartition(".")
                suffix = dot + ending
                if number % _EVERY == 0:
                    progress("listing pictures", number, None)
                if not stem or suffix.lower() not in rank or not _is_file(entry):
                    continue
                other = found.get(stem)
                if other is None or (rank[suffix.lower()], suffix) < (rank[other.lower()], other):
                    found[stem] = suffix
    except OSError as error:
        raise DatasetInvalid(f"{folder} cannot be read ({error.strerror}).") from error
    progress("listing pictures", len(found), len(found))
    return found


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether there is a file; a link that leads nowhere, or back to itself, is none."""
    try:
        return entry.is_file()
    except OSError:
        return False
