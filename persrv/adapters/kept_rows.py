"""A large array that came with a library, kept in a file, of which rows are read as they are asked for."""

from __future__ import annotations

import os
import tempfile
import weakref
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_CHUNK: Final = 1 << 22


class KeptRows:
    """Rows of an array, each a microsecond away and none in the process's memory. May be used by any thread.

    Mapped, a few thousand rows here and there would bring nearly all of the file into memory: the system maps sixteen
    pages at a time.
    """

    def __init__(self, array: NDArray[Any], path: Path) -> None:
        """Keep an array.

        :param array: Shape (rows, width), contiguous.
        :param path: Of its bytes, in a folder that is there; written where it does not hold exactly these.
        :raises OSError: the file can be neither read nor written, or this system cannot read at a place.
        """
        if not hasattr(os, "preadv"):
            raise OSError("no reading at a place here")
        content = array.reshape(-1).view(np.uint8).data
        if not _holds(path, content):
            _write(path, content)
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._width, self._type = array.shape[1], array.dtype
        self._bytes = array.shape[1] * array.dtype.itemsize

    def __getitem__(self, rows: NDArray[np.integer]) -> NDArray[Any]:
        """As of the array.

        :param rows: Shape (n,).
        :return: Shape (n, width).
        :raises OSError: the file was cut short.
        """
        found = np.empty((len(rows), self._width), dtype=self._type)
        places = found.reshape(-1).view(np.uint8).data
        size = self._bytes
        read = 0
        for place, row in enumerate(rows.tolist()):
            read += os.preadv(self._file, [places[place * size : (place + 1) * size]], row * size)
        if read != found.nbytes:
            raise OSError("the file of kept rows was cut short")
        return found


def _holds(path: Path, content: memoryview) -> bool:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != len(content):
                return False
            starts = range(0, len(content), _CHUNK)
            return all(file.read(_CHUNK) == content[start : start + _CHUNK] for start in starts)
    except FileNotFoundError:
        return False


def _write(path: Path, content: memoryview) -> None:
    """Whole or not at all: whoever has the old one open goes on reading that."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
