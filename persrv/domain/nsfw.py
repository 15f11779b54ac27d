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

    :param ids: Distinct, rising, int64, shape (n,).
    """

    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ids)

    def among(self, sticker_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of each of these stickers whether it is hidden, shape (stickers,)."""
        if not len(self.ids):
            return np.zeros(len(sticker_ids), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.ids, sticker_ids), len(self.ids) - 1)
        return np.asarray(self.ids[places] == sticker_ids)

    def leaves(self, sticker_ids: Sequence[int]) -> list[int]:
        """Those of these stickers that are not hidden, in their order."""
        if not len(self.ids):
            return list(sticker_ids)
        ids = np.array(sticker_ids, dtype=np.int64)
        return [int(sticker) for sticker in ids[~self.among(ids)]]

    def changed(self, hide: Sequence[int], show: Sequence[int]) -> Hidden:
        """With some more, and without others."""
        kept = np.setdiff1d(self.ids, np.array(show, dtype=np.int64), assume_unique=False)
        return Hidden(np.union1d(kept, np.array(hide, dtype=np.int64)))


NOTHING_HIDDEN = Hidden()
