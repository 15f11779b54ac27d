"""The log of clicks, as columns of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.text import normalise

NO_QUERY = -1
"""The code of a click that no words led to: an empty query, or one of which nothing is left."""


@dataclass(frozen=True, slots=True, eq=False)
class Clicks:
    """One row a click; all columns int64, shape (clicks,).

    :param users: Who: any number that is a person's own.
    :param queries: What they typed, as `query_codes` numbers it: equal codes mean the same normalised query, and
        a number below 0 means no query.
    :param stickers: What they clicked: row numbers.
    :raises ValueError: the columns differ in length.
    """

    users: NDArray[np.int64]
    queries: NDArray[np.int64]
    stickers: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not self.users.shape == self.queries.shape == self.stickers.shape or self.users.ndim != 1:
            raise ValueError("the columns of clicks must be one-dimensional and equally long")

    def __len__(self) -> int:
        return len(self.stickers)


def query_codes(queries: Iterable[str]) -> NDArray[np.int64]:
    """Number queries by their normalised form, in the order in which they first come.

    :param queries: As typed, or normalised already.
    :return: Codes from 0, `NO_QUERY` where nothing is left of a query; int64, shape (queries,).
    """
    code_of_form: dict[str, int] = {"": NO_QUERY}
    code_of_text: dict[str, int] = {}
    codes = []
    for text in queries:
        code = code_of_text.get(text)
        if code is None:
            code = code_of_text[text] = code_of_form.setdefault(normalise(text), len(code_of_form) - 1)
        codes.append(code)
    return np.array(codes, dtype=np.int64)
