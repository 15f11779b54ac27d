"""Files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def flush(path: Path) -> None:
    """Make what was written to a file or folder survive a crash of the machine.

    :raises OSError: it cannot be flushed.
    """
    if path.is_dir() and os.name != "posix":
        return  # only POSIX opens folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_text(path: Path, text: str) -> None:
    """Give a file another content at once: readers see the old one or the new one.

    :raises OSError: it cannot be written; the old content stays.
    """
    beside = path.with_name(f"{path.name}.unfinished")
    try:
        beside.write_text(text, encoding="utf-8")
        flush(beside)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    flush(path.parent)
