"""Texture: local binary patterns (Ojala, Pietikäinen and Mäenpää 2002, uniform and rotation-invariant)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style.canvas import Canvas

RADII: Final = (1, 3)
PATTERNS: Final = 10
"""0 to 8 brighter neighbours in one run, and all patterns of several runs together."""
NOTICEABLE: Final = 1.0
"""Difference of L* from which a neighbour is brighter: less is noise of the file's compression."""
LENGTH: Final = PATTERNS * len(RADII)
_CIRCLE: Final = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))


def _table() -> NDArray[np.intp]:
    """Pattern of each 8-bit code."""
    codes = np.arange(256)
    bits = (codes[:, None] >> np.arange(8)) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.where(changes <= 2, bits.sum(axis=1), PATTERNS - 1).astype(np.intp)


_PATTERN_OF: Final = _table()


def texture(canvas: Canvas) -> NDArray[np.float64]:
    """Square roots of the shares of the 10 patterns in the interior, at 1 and 3 pixels: grain, hatching, dots, dither.

    :return: float64, shape (`LENGTH`,).
    """
    return np.concatenate([_patterns(canvas, radius) for radius in RADII])


def _patterns(canvas: Canvas, radius: int) -> NDArray[np.float64]:
    height, width = canvas.light.shape
    framed = np.pad(canvas.light, radius, mode="edge")
    least = canvas.light + np.float32(NOTICEABLE)
    codes = np.zeros((height, width), dtype=np.uint8)
    for bit, (down, right) in enumerate(_CIRCLE):
        top, left = radius * (1 + down), radius * (1 + right)
        codes |= (framed[top : top + height, left : left + width] > least).astype(np.uint8) << np.uint8(bit)
    counts = np.bincount(_PATTERN_OF[codes[canvas.inside]], minlength=PATTERNS)
    return np.asarray(np.sqrt(counts / counts.sum()))
