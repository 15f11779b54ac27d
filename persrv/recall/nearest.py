"""The nearest vectors by looking at all of them: exact, and fast enough for some ten thousand."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.ports.nearest import Near

_AT_ONCE: Final = 1_024
"""Vectors that are asked for at once: bounds the memory."""


class ExactNearest:
    """`persrv.ports.nearest.NearestVectors` in numpy. A vector that is not finite is near to nothing."""

    def __init__(self, vectors: NDArray[np.floating]) -> None:
        """:param vectors: Unit length, shape (n, dimensions); copied to float32."""
        usable = np.isfinite(vectors).all(axis=1, keepdims=True)
        self._vectors = np.where(usable, vectors, 0.0).astype(np.float32)

    def __len__(self) -> int:
        return len(self._vectors)

    def find(self, vector: NDArray[np.float32], most: int) -> Near:
        """See `NearestVectors.find`."""
        return _best(self._vectors @ vector, most)

    def find_each(self, vectors: NDArray[np.float32], most: int) -> Near:
        """See `NearestVectors.find_each`."""
        width = min(most, len(self))
        rows, cosines = np.empty((len(vectors), width), dtype=np.int64), np.empty((len(vectors), width))
        for start in range(0, len(vectors), _AT_ONCE):
            all_cosines = vectors[start : start + _AT_ONCE] @ self._vectors.T
            for place, one in enumerate(all_cosines, start):
                rows[place], cosines[place] = _best(one, width)
        return rows, cosines


def _best(cosines: NDArray[np.float32], most: int) -> Near:
    """Rows rise; of equals at the end any may be left out."""
    rows = np.arange(len(cosines)) if len(cosines) <= most else np.sort(np.argpartition(-cosines, most - 1)[:most])
    return rows.astype(np.int64), cosines[rows].astype(np.float64)
