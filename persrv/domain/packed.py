"""Half a million short texts in little memory: one buffer, and where in it each text stands."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackedTexts:
    """One text a row, or none.

    :param buffer: All texts in UTF-8, one after the other.
    :param starts: Where each row's text begins, -1 where nothing is known; int64, shape (rows,).
    :param ends: Where it ends; int64, shape (rows,).
    """

    buffer: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"PackedTexts({int(self.known.sum())} of {len(self)} rows)"

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, row: int) -> str | None:
        """The text; "" where it is known that there is none, None where nobody looked."""
        start = int(self.starts[row])
        return None if start < 0 else self.buffer[start : int(self.ends[row])].decode("utf-8", "surrogatepass")

    @property
    def known(self) -> NDArray[np.bool_]:
        """Of which rows something is known, even that there is no text; shape (rows,)."""
        return np.asarray(self.starts >= 0)

    def at(self, places: NDArray[np.int64]) -> PackedTexts:
        """The same texts in another order.

        :param places: For each new row the old one, or -1 for one of which nothing is known; shape (rows,).
        """
        if not len(self):
            return PackedTexts(b"", np.full(len(places), -1, np.int64), np.full(len(places), -1, np.int64))
        starts, ends = self.starts[places], self.ends[places]
        # Place -1 is the last row to numpy: neither its beginning nor its end may stay.
        starts[places < 0] = -1
        ends[places < 0] = -1
        return PackedTexts(self.buffer, starts, ends)


class TextPacker:
    """Takes texts one by one."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._starts = array("q")
        self._ends = array("q")

    def add(self, text: str | None) -> None:
        """Take the next row's text, or None."""
        if text is None:
            self._starts.append(-1)
            self._ends.append(-1)
            return
        self._starts.append(len(self._buffer))
        self._buffer += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._buffer))

    def packed(self) -> PackedTexts:
        """Everything taken so far."""
        return PackedTexts(
            bytes(self._buffer), np.array(self._starts, dtype=np.int64), np.array(self._ends, dtype=np.int64)
        )
