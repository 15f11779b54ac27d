"""Asking a system every question of a part, and timing it (paper, table 7)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.evaluation.pairs import Pair
from persrv.evaluation.systems import Ranking, System
from persrv.ports.progress import Progress, silent

DEPTH: Final = 100
"""Stickers of a ranking that are kept."""
WARM_UP: Final = 10
"""Pairs that are asked once before the clock runs: caches and lazy imports are not what is timed."""
_EVERY: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a system answered.

    :param rankings: One for each pair, at most `DEPTH` long.
    :param milliseconds: Wall time of each answer, float64, shape (pairs,).
    :param encoder_milliseconds: How much of each went into encoding the query; 0 without an encoder.
    """

    name: str
    rankings: tuple[Ranking, ...]
    milliseconds: NDArray[np.float64]
    encoder_milliseconds: NDArray[np.float64]

    def docids(self) -> list[list[str]]:
        """The rankings without their scores."""
        return [[docid for docid, _ in ranking] for ranking in self.rankings]


def run_system(system: System, pairs: Sequence[Pair], progress: Progress = silent) -> Run:
    """Ask for every pair, one after the other."""
    for pair in pairs[:WARM_UP]:
        system.rank(pair.user, pair.query, DEPTH)
    rankings: list[Ranking] = []
    times = np.zeros((2, len(pairs)), dtype=np.float64)
    for place, pair in enumerate(pairs):
        encoded = system.encoder_seconds
        began = time.perf_counter()
        rankings.append(system.rank(pair.user, pair.query, DEPTH))
        times[:, place] = time.perf_counter() - began, system.encoder_seconds - encoded
        if place % _EVERY == 0:
            progress(f"asking {system.name}", place, len(pairs))
    progress(f"asking {system.name}", len(pairs), len(pairs))
    return Run(system.name, tuple(rankings), times[0] * 1000, times[1] * 1000)
