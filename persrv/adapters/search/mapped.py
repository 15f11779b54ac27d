"""Whoosh's segment files, mapped: Whoosh maps them too, and then copies all of them into memory."""

from __future__ import annotations

import io
import mmap
from pathlib import Path

from whoosh.filedb.structfile import BufferFile

from persrv.adapters.search.schema import Untyped

_READ_AHEAD = 4096


class MappedFile(BufferFile):  # type: ignore[misc]  # Whoosh has no types
    """A file, or a part of one, of which only what is read is in memory. One thread at a time.

    It has no `fileno`, so that Whoosh asks it for its parts (`subset`) and makes no mapping of its own.
    """

    def __init__(self, buffer: memoryview, name: str | None = None) -> None:
        self._buf = buffer
        self._name = name
        self.file = io.BufferedReader(_Window(buffer), _READ_AHEAD)
        self.onclose = None
        self.is_real = False
        self.is_closed = False

    @classmethod
    def open(cls, path: Path) -> MappedFile:
        """Map a file; one that is empty is read as it is.

        :raises OSError: it cannot be opened.
        """
        with path.open("rb") as file:
            empty = file.seek(0, io.SEEK_END) == 0
            content = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(memoryview(content), path.name)

    def subset(self, position: int, length: int, name: str | None = None) -> MappedFile:
        """A part, without a copy."""
        return MappedFile(self._buf[position : position + length], name or self._name)


class _Window(io.RawIOBase):
    """A buffer as a file."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer = buffer
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, target: Untyped) -> int:
        found = self._buffer[self._at : self._at + len(target)]
        target[: len(found)] = found
        self._at += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._buffer)}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at
