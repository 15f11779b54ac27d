"""The best k of many, in a total order."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_SMALL: Final = 256
"""So many are sorted as fast as the best are looked for."""


def top(scores: NDArray[np.float64], ids: NDArray[np.int64], k: int) -> NDArray[np.intp]:
    """Where the k best stand: score falling, and among equal scores id rising.

    The order is total, so a longer list always begins with the shorter one, and pages fit together.

    :param scores: Finite, float64, shape (n,).
    :param ids: Distinct, int64, shape (n,).
    :param k: At most how many; 0 or less gives none.
    :return: Positions into `scores`, shape (min(k, n),), best first.
    """
    if k <= 0 or not len(scores):
        return np.empty(0, dtype=np.intp)
    if len(scores) <= max(_SMALL, k):
        return np.asarray(np.lexsort((ids, -scores))[:k])
    candidates = np.arange(len(scores), dtype=np.intp)
    if k < len(scores):
        # Everything that ties with the k-th best must stay in: which of them is kept is decided by id.
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        candidates = np.flatnonzero(scores >= threshold)
    order = np.lexsort((ids[candidates], -scores[candidates]))
    return np.asarray(candidates[order[:k]])
