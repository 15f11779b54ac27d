"""The weights of persrv-plus on the validation part: one after the other, as `persrv.evaluation.tuning` does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import Found, Pool
from persrv.domain.own_packs import OwnPacks
from persrv.evaluation.pairs import Pair
from persrv.evaluation.scoring import MAIN, score
from persrv.evaluation.systems.plus import PerSRVPlus, PlusSettings
from persrv.evaluation.tuning import TuningStep, tried
from persrv.ports.progress import Progress, silent
from persrv.ranking.plus import PlusWeights, order_plus

GRIDS: Final = {
    "meaning": (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2),
    "texts": (0.0, 0.05, 0.1, 0.2, 0.4),
    "choices": (0.0, 0.1, 0.2, 0.5, 1.0),
    "diffusion": (0.0, 0.5, 1.0, 1.5, 2.0, 3.0),
    "style": (0.0, 0.5, 0.8, 1.0, 1.5, 2.0),
}
"""Memory is not tuned: a log without repeats would say 0, and one of simulated people anything."""
ORDER: Final = (*GRIDS, "meaning", "diffusion")
"""These two stand in for each other, so that each is looked at again beside what was chosen for the other."""
OWN_GRID: Final = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
SMALL: Final = 50_000
"""Stickers up to which a person's preference is computed once for all of them."""


def tune_plus(
    system: PerSRVPlus, pairs: Sequence[Pair], progress: Progress = silent
) -> tuple[PlusWeights, tuple[TuningStep, ...]]:
    """Choose the weights.

    :param system: Fitted.
    :param pairs: Of the validation part.
    """
    trier = _Trier(system, pairs)
    weights = system.settings.weights
    steps: list[TuningStep] = []

    def quality(weights: PlusWeights, name: str, value: float | None) -> float:
        return trier.score(replace(system.settings, weights=_with(weights, name, value)))

    def told(*_trials: int) -> None:
        progress("tuning persrv-plus on valid", len(steps), len(ORDER))

    for name in ORDER:
        default = float(getattr(weights, name))
        step = tried(f"plus.{name}", "persrv-plus", default, GRIDS[name], partial(quality, weights, name), told)
        steps.append(step)
        weights = _with(weights, name, step.chosen)
    told()
    return weights, tuple(steps)


def tune_own_packs(
    system: PerSRVPlus, pairs: Sequence[Pair], progress: Progress = silent
) -> tuple[float, tuple[TuningStep, ...]]:
    """Choose what it adds to be of an own pack, as if everybody preferred their own.

    :param system: Fitted, with the other weights as they are to be.
    :param pairs: Of the validation part.
    :return: No step where there is nothing to choose by: no sticker has a set.
    """
    default = system.settings.own_bonus
    if not system.knows_sets:
        return default, ()
    trier = _Trier(system, pairs)

    def quality(value: float | None) -> float:
        return trier.score(replace(system.settings, own_packs=OwnPacks.PREFER, own_bonus=value or 0.0))

    told = partial(progress, "tuning own packs on valid")
    step = tried("own_packs", "persrv-plus, own packs preferred", default, OWN_GRID, quality, told)
    return step.chosen or 0.0, (step,)


def _with(weights: PlusWeights, name: str, value: float | None) -> PlusWeights:
    return replace(weights, **{name: value or 0.0})


class _Trier:
    """Scores weights of one wish for own packs; what does not depend on them is found once."""

    def __init__(self, system: PerSRVPlus, pairs: Sequence[Pair]) -> None:
        self._system = system
        self._pairs = pairs
        self._found: dict[tuple[str, str], dict[str, Found]] = {}
        self._remembered: dict[tuple[str, str], dict[str, Found]] = {}
        self._liked: dict[str, NDArray[np.float64]] = {}

    def score(self, settings: PlusSettings) -> float:
        """`MAIN` by user."""
        system = self._system.weighing(settings)
        rankings = []
        for pair in self._pairs:
            own = system.wanted(pair.user)
            sought = "" if own is None else pair.user, pair.query
            if sought not in self._found:
                self._found[sought] = system.find(pair.query, own)
            asked = pair.user, pair.query
            if asked not in self._remembered:
                self._remembered[asked] = system.remembered(*asked)
            pooled = system.pool(self._found[sought] | self._remembered[asked], own)
            order = order_plus(
                pooled,
                self._preference(system, pair.user, pooled),
                style=settings.weights.style,
                limit=settings.recall_size,
                own_packs=system.own_factors(own, pooled.ids),
            )
            rankings.append([system.docid(row) for row in pooled.ids[order].tolist()])
        return score(rankings, self._pairs).by_user([MAIN])[MAIN]

    def _preference(self, system: PerSRVPlus, user: str, pooled: Pool) -> NDArray[np.float64]:
        size = system.catalogue_size
        if size > SMALL:
            return system.preference(user, pooled.ids)
        if user not in self._liked:
            self._liked[user] = system.preference(user, np.arange(size, dtype=np.int64))
        return self._liked[user][pooled.ids]
