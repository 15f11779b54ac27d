"""The nearest of many vectors."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Near = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Row numbers and their cosines, both of one shape."""


class NearestVectors(Protocol):
    """Unit vectors that are asked which of them are nearest to another. Safe from any thread."""

    def __len__(self) -> int:
        """How many vectors there are."""

    def find(self, vector: NDArray[np.float32], most: int) -> Near:
        """The nearest rows, in no particular order, at most `most`.

        :param vector: Unit length, finite, shape (dimensions,).
        """

    def find_each(self, vectors: NDArray[np.float32], most: int) -> Near:
        """The same for several, each of shape (vectors, at most `most`); -1 and a cosine of 0 fill what is missing.

        :param vectors: Shape (n, dimensions).
        """
