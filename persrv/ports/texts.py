"""Texts as vectors."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class TextEncoder(Protocol):
    """Turns texts into vectors whose angle tells how near they are in meaning. Blocks for as long as it computes."""

    name: str
    """Package and version, stored beside vectors and shown in reports: vectors of two names are never compared."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """L2-normalised rows, float32, shape (texts, dimensions); all 0 where nothing of a text is known."""
