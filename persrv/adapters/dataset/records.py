"""The records of a CSV file, and where each begins."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Self


class Records:
    """Records one after the other.

    :raises csv.Error: while one is read, where it is none; `line` is where it began.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._reader = csv.reader(lines, strict=True)
        self.line = 1
        """On which the last record began, from 1: one whose quotation mark was lost ends far from there."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[str]:
        self.line = self._reader.line_num + 1
        return next(self._reader)
