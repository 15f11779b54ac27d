"""From scores to a ranking in which no two scores are equal, so that a run file has one reading alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from persrv.evaluation.systems.system import Ranking
from persrv.recall.top import top


def best(scores: NDArray[np.float64], rows: NDArray[np.int64], docids: Sequence[str], limit: int) -> Ranking:
    """The best by score; equal scores: the lower row, which is the lower docid.

    :param scores: Finite, shape (n,).
    :param rows: Distinct rows of the catalogue, shape (n,).
    :param docids: Of the catalogue, sorted.
    """
    order = top(scores, rows, limit)
    return strictly_falling((docids[int(rows[place])], float(scores[place])) for place in order)


def strictly_falling(ranked: Iterable[tuple[str, float]]) -> Ranking:
    """Lower each score that does not fall by the least step that a float64 can take.

    :param ranked: In their final order, scores falling or equal, finite.
    """
    falling: list[tuple[str, float]] = []
    last = math.inf
    for docid, score in ranked:
        last = score if score < last else math.nextafter(last, -math.inf)
        falling.append((docid, last))
    return falling
