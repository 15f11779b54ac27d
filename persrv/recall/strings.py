"""Many strings in one piece of memory: by itself each takes 50 to 80 bytes beside its characters."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np

_AFTER_ALL = "\U0010ffff".encode()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # in the order of the characters, also as bytes


class Strings:
    """Strings by number, from 0. Read-only."""

    def __init__(self, strings: Iterable[str]) -> None:
        """:param strings: Of four gigabytes at most."""
        pieces = [_encoded(each) for each in strings]
        self._text = b"".join(pieces)
        self._ends = array("I", [0])
        self._ends.frombytes(np.cumsum([len(piece) for piece in pieces], dtype=np.uint32).tobytes())

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        return self.encoded(number).decode("utf-8", "surrogatepass")

    def encoded(self, number: int) -> bytes:
        """UTF-8 of a string."""
        return self._text[self._ends[number] : self._ends[number + 1]]


class Sorted:
    """Some of these strings in order: equal ones and those with a common beginning stand together."""

    def __init__(self, strings: Strings, numbers: Sequence[int]) -> None:
        """:param numbers: Which, rising, so that of equals the lower comes first."""
        self._strings = strings
        self._order = np.array(sorted(numbers, key=strings.encoded), dtype=np.int32)
        self._places = self._order.data

    def _at(self, place: int) -> bytes:
        return self._strings.encoded(self._places[place])

    def _first(self, wanted: bytes, start: int = 0) -> int:
        return bisect_left(range(len(self._order)), wanted, lo=start, key=self._at)

    def equal(self, string: str, limit: int) -> list[int]:
        """Numbers of those that are this string, rising, so many at most."""
        wanted = _encoded(string)
        start = end = self._first(wanted)
        while end < len(self._order) and end - start < limit and self._at(end) == wanted:
            end += 1
        numbers: list[int] = self._order[start:end].tolist()
        return numbers

    def beginning(self, prefix: str, limit: int) -> list[int]:
        """Numbers of those that begin so and are longer, rising, the lowest so many."""
        wanted = _encoded(prefix)
        start = self._first(wanted)
        end = self._first(wanted + _AFTER_ALL, start)
        while start < end and self._at(start) == wanted:
            start += 1
        numbers = self._order[start:end]
        if len(numbers) > limit:
            numbers = np.partition(numbers, limit)[:limit]
        best: list[int] = np.sort(numbers).tolist()
        return best
