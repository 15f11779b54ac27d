"""The nearest vectors, exactly, without looking at all of most of them.

Vectors are turned so that their first `_FIRST` of the dimensions hold most of what they say (principal directions). The
dot product of those, with the lengths of the rest, bounds the cosine (Cauchy and Schwarz): whoever cannot be among the
nearest by that is not looked at further. Of texts, some hundreds of ten thousand are left.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.ports.nearest import Near

_AT_ONCE: Final = 1_024
"""Vectors that are asked for at once: bounds the memory."""
_TURNED: Final = 4_096
"""Vectors from which it is worth turning them: fewer are looked at sooner than bounded."""
_FIRST: Final = 3 / 8
"""Dimensions that every vector is looked at in. Of 6,128 queries of StickerQueries in 512 dimensions, 192 of them leave
137 to be looked at further, 128 leave 363 (medians)."""
_ROUNDING: Final = 1e-5
"""More than float32 may be off in a dot product of unit vectors."""


class ExactNearest:
    """`persrv.ports.nearest.NearestVectors` in numpy. A vector that is not finite is near to nothing.

    Cosines are those of float32, to some units in the last place.
    """

    def __init__(self, vectors: NDArray[np.floating]) -> None:
        """:param vectors: Unit length, shape (n, dimensions); copied to float32."""
        usable = np.isfinite(vectors).all(axis=1, keepdims=True)
        known = np.where(usable, vectors, 0.0).astype(np.float32)
        self._turn: NDArray[np.float32] | None = None
        first = known.shape[1]
        if len(known) >= _TURNED:
            self._turn = _principal(known)
            known = known @ self._turn
            first = int(first * _FIRST)
        # By dimension: a query is then a few long sums, and the memory is read from one end to the other.
        self._first = np.ascontiguousarray(known[:, :first].T)
        self._rest = np.ascontiguousarray(known[:, first:])
        self._lengths = np.linalg.norm(self._rest, axis=1)

    def __len__(self) -> int:
        return len(self._rest)

    def find(self, vector: NDArray[np.float32], most: int) -> Near:
        """See `NearestVectors.find`."""
        first, rest = self._parts(vector)
        cosines = first @ self._first
        if self._turn is None or most >= len(self):
            return _best(cosines + self._rest @ rest, most)
        likely = np.argpartition(-cosines, most - 1)[:most]
        least = (cosines[likely] + self._rest[likely] @ rest).min() - _ROUNDING
        rows = np.flatnonzero(cosines + np.linalg.norm(rest) * self._lengths >= least)
        if 2 * len(rows) > len(self):  # vectors in no direction more than another: to pick them out takes longer
            return _best(cosines + self._rest @ rest, most)
        places, found = _best(cosines[rows] + self._rest[rows] @ rest, most)
        return rows[places], found

    def find_each(self, vectors: NDArray[np.float32], most: int) -> Near:
        """See `NearestVectors.find_each`."""
        width = min(most, len(self))
        rows, cosines = np.empty((len(vectors), width), dtype=np.int64), np.empty((len(vectors), width))
        for start in range(0, len(vectors), _AT_ONCE):
            first, rest = self._parts(vectors[start : start + _AT_ONCE])
            for place, one in enumerate(first @ self._first + rest @ self._rest.T, start):
                rows[place], cosines[place] = _best(one, width)
        return rows, cosines

    def _parts(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The first dimensions and the rest of what is asked for, turned as the vectors are."""
        turned = vectors if self._turn is None else vectors @ self._turn
        return turned[..., : len(self._first)], turned[..., len(self._first) :]


def _principal(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """An orthogonal matrix that turns what the vectors say most to the first dimensions, shape (dimensions, same)."""
    _, directions = np.linalg.eigh((vectors.T @ vectors).astype(np.float64))
    return np.ascontiguousarray(directions[:, ::-1], dtype=np.float32)


def _best(cosines: NDArray[np.float32], most: int) -> Near:
    """Rows rise; of equals at the end any may be left out."""
    rows = np.arange(len(cosines)) if len(cosines) <= most else np.sort(np.argpartition(-cosines, most - 1)[:most])
    return rows.astype(np.int64), cosines[rows].astype(np.float64)
