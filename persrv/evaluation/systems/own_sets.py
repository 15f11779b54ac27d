"""Whose sets are whose in a training part, for what becomes of a ranking where people want their own packs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.domain.dataset import StickerTable
from persrv.domain.own_packs import OwnStickers
from persrv.domain.semantics import SemanticField
from persrv.evaluation.systems.system import Training


@dataclass(frozen=True, slots=True, eq=False)
class OwnSets:
    """A person's own packs: the sets that they chose a sticker from. A dataset does not tell who added which.

    :param sets: Each sticker's set, or -1 for none; int64, shape (stickers,).
    :param own: Person -> their sets, distinct.
    """

    sets: NDArray[np.int64]
    own: Mapping[str, NDArray[np.int64]]

    def stickers(self, user: str) -> OwnStickers:
        """The stickers of a person's own packs, by row; none for a person whom nobody knows."""
        return OwnStickers(np.flatnonzero(np.isin(self.sets, self.own.get(user, ()))).astype(np.int64))

    def told(self) -> str:
        """For whom own packs can make a difference at all: not for those who have every set."""
        sets = len(np.unique(self.sets[self.sets >= 0]))
        everything = sum(len(own) == sets for own in self.own.values())
        return (
            f"Own packs are the sets that a person chose from in train. {everything} of {len(self.own)} people chose "
            f"from each of the {sets} sets: for them it is the same to prefer their own packs, or to see no others."
        )


def own_sets(training: Training) -> OwnSets | None:
    """Learn it; None where no sticker has a set."""
    sets = set_codes(training.stickers)
    if (sets < 0).all():
        return None
    own: dict[str, set[int]] = defaultdict(set)
    for click, row in zip(training.clicks, training.rows().tolist(), strict=True):
        own[click.uid].add(int(sets[row]))
    return OwnSets(sets, {user: np.array(sorted(codes - {-1}), dtype=np.int64) for user, codes in own.items()})


def set_codes(stickers: StickerTable) -> NDArray[np.int64]:
    """A number for each sticker's set, by name, or -1 for none; int64, shape (stickers,)."""
    names = [stickers.texts[SemanticField.PACK][row] or "" for row in range(len(stickers))]
    codes = {name: code for code, name in enumerate(sorted(set(names) - {""}))}
    return np.array([codes.get(name, -1) for name in names], dtype=np.int64)
