"""Files that are whole or not there, and that survive a crash of the machine."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def flush(path: Path) -> None:
    """Make what was written to a file or folder survive a crash of the machine.

    :raises OSError: it cannot be flushed.
    """
    posix = os.name == "posix"
    if path.is_dir() and not posix:
        return  # only POSIX opens folders
    descriptor = os.open(path, os.O_RDONLY if posix else os.O_RDWR)  # Windows flushes what may be written alone
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: str | bytes) -> None:
    """Give a file another content at once: readers see the old one or the new one. One writer at a time.

    :param content: A text is written as UTF-8; halves of characters, which JSON can hold, are kept.
    :raises OSError: it cannot be written; the old content stays.
    """
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    beside = path.with_name(f"{path.name}.unfinished")
    try:
        beside.write_bytes(data)
        flush(beside)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    flush(path.parent)
