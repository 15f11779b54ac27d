"""A person's own packs: those they added, and those that they chose a sticker from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class OwnPacks(StrEnum):
    """What a person wants of their own packs in every answer."""

    OFF = "off"
    PREFER = "prefer"
    ONLY = "only"


@dataclass(frozen=True, slots=True, eq=False)
class OwnStickers:
    """The live stickers of a person's own packs. It never changes: a reader takes it once and uses that throughout.

    :param ids: Distinct, as an empty query shows them: the pack that came last first, each in its order; shape (n,).
    """

    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ids)

    def among(self, sticker_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of each of these stickers whether it is in an own pack, shape (stickers,).

        :param sticker_ids: At least 0.
        """
        # A mask, made anew: half a million are looked up at once, and to hold one for everybody would be much.
        mask = np.zeros(int(self.ids.max(initial=-1)) + 2, dtype=np.bool_)
        mask[self.ids] = True
        return np.asarray(mask.take(sticker_ids, mode="clip"))


@dataclass(frozen=True, slots=True, eq=False)
class OwnWanted:
    """What an answer has to do with a person's own packs.

    :param only: True: nothing else is shown; False: they are preferred.
    """

    stickers: OwnStickers
    only: bool

    def factors(self, sticker_ids: NDArray[np.int64], bonus: float) -> NDArray[np.float64]:
        """What the score of each sticker is multiplied by for being of an own pack or not, shape (stickers,).

        :param bonus: What an own pack that is preferred adds to 1. Where nothing else is shown, all are alike.
        """
        if self.only:
            return np.ones(len(sticker_ids))
        return np.where(self.stickers.among(sticker_ids), 1.0 + bonus, 1.0)
