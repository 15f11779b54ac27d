"""Utility by sticker, as it is looked up online."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class UtilityTable:
    """The weighted utility of every sticker; row i is sticker i.

    :param values: At least 0, float32, shape (stickers,).
    :param unclicked: The utility of a sticker without a click: also that of one newer than the table.
    """

    values: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    unclicked: float = 0.0

    def lookup(self, sticker_ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """A `persrv.ports.search.UtilityLookup`; safe from any thread, as nothing here changes.

        :param sticker_ids: Any row numbers, shape (n,); an unknown one counts as never clicked.
        :return: Weighted utility, float64, shape (n,).
        """
        known = (sticker_ids >= 0) & (sticker_ids < len(self.values))
        found = np.full(sticker_ids.shape, self.unclicked, dtype=np.float64)
        found[known] = self.values[sticker_ids[known]]
        return found
