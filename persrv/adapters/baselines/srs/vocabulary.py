"""Words as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.text import tokenise_characters

PADDING: Final = 0
UNKNOWN: Final = 1
_FIRST: Final = 2


class Vocabulary:
    """The words of the training queries: Chinese as single characters, all else as words.

    :param queries: Any strings.
    :param most_words: A longer query is cut.
    """

    def __init__(self, queries: Iterable[str], most_words: int) -> None:
        words = sorted({word for query in queries for word in tokenise_characters(query)[:most_words]})
        self._numbers = {word: number for number, word in enumerate(words, _FIRST)}
        self._most_words = most_words

    def __len__(self) -> int:
        return len(self._numbers) + _FIRST

    def numbers(self, query: str) -> tuple[int, ...]:
        """The query's words, in order, unknown ones as `UNKNOWN`; nothing if not a single one is known."""
        numbers = tuple(self._numbers.get(word, UNKNOWN) for word in tokenise_characters(query)[: self._most_words])
        return numbers if any(number != UNKNOWN for number in numbers) else ()


def padded(queries: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Word numbers side by side, int64, shape (queries, words of the longest), `PADDING` at the ends."""
    table = np.full((len(queries), max(map(len, queries))), PADDING, np.int64)
    for row, numbers in zip(table, queries, strict=True):
        row[: len(numbers)] = numbers
    return table
