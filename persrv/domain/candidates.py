"""Stickers that a query found, as arrays: what the stages of recall hand to one another and to ranking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Sticker ids, distinct and rising, and a score of each, above 0 and but for `CHOICES` to 1; both of shape (found,)."""
NOTHING: Final[Found] = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64))

MIXED: Final = ("lexical", "meaning", "texts", "memory")
"""What finds stickers in persrv-plus by some likeness of its own, from 0 to 1."""
CHOICES: Final = "choices"
"""What was chosen for this very query: its scores are counts."""
PARTS: Final = (*MIXED, CHOICES)
"""Everything that finds stickers, in the order in which arrays have them."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The candidates of a query, before anybody's style.

    :param ids: Distinct, rising, int64, shape (n,).
    :param parts: Weighted, by the order of `PARTS`, shape (n, 5).
    :param lent: What diffusion added, shape (n,).
    """

    ids: NDArray[np.int64]
    parts: NDArray[np.float64]
    lent: NDArray[np.float64]

    @property
    def recall(self) -> NDArray[np.float64]:
        """Shape (n,)."""
        return np.asarray(self.parts.sum(axis=1) + self.lent)
