"""How likely it is that stickers are not for everybody, and which of them a person is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from persrv.domain.work import Maker


@dataclass(frozen=True, slots=True)
class NsfwScore:
    """What an engine thought of a sticker.

    :param score: 0 for one that is for everybody, 1 for one that surely is not.
    """

    score: float
    maker: Maker


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A score that is new, or another than before.

    :param ticket: Rises with every transaction that writes scores.
    """

    sticker_id: int
    score: float
    ticket: int


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """Stickers that are left out of answers. It never changes: a reader takes it once and uses that throughout.

    A mask and not a list of ids: a common word matches a hundred thousand stickers, and each is asked about.

    :param mask: True in the row of a hidden sticker; whoever is beyond its end is not. Shape (at least 1,).
    :param count: How many are True.
    """

    mask: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1, dtype=np.bool_))
    count: int = 0

    def __len__(self) -> int:
        return self.count

    @property
    def ids(self) -> NDArray[np.int64]:
        """The hidden stickers, rising, shape (n,)."""
        return np.flatnonzero(self.mask).astype(np.int64)

    def among(self, sticker_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of each of these stickers whether it is hidden, shape (stickers,).

        :param sticker_ids: At least 0.
        """
        return np.asarray(self.mask.take(sticker_ids, mode="clip") & (sticker_ids < len(self.mask)))

    def leaves(self, sticker_ids: Sequence[int]) -> list[int]:
        """Those of these stickers that are not hidden, in their order."""
        if not self.count:
            return list(sticker_ids)
        ids = np.array(sticker_ids, dtype=np.int64)
        return [int(sticker) for sticker in ids[~self.among(ids)]]

    def changed(self, hide: Sequence[int], show: Sequence[int]) -> Hidden:
        """With some more, and without others."""
        mask = np.zeros(max(len(self.mask), max(hide, default=0) + 1), dtype=np.bool_)
        mask[: len(self.mask)] = self.mask
        mask[[sticker for sticker in show if sticker < len(mask)]] = False
        mask[list(hide)] = True
        return Hidden(mask, int(mask.sum()))


NOTHING_HIDDEN = Hidden()
