"""From an engine's corners in pixels to a box in shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from persrv.ports.ocr import OcrBox


def box_around(corners: ArrayLike, width: int, height: int) -> OcrBox:
    """The upright rectangle around a line.

    :param corners: x and y in pixels, shape (corners, 2).
    :param width: Of the picture, pixels, at least 1.
    :param height: Of the picture, pixels, at least 1.
    """
    points = np.asarray(corners, dtype=np.float64).reshape(-1, 2) / (width, height)
    left, top = np.clip(points.min(axis=0), 0, 1)
    right, bottom = np.clip(points.max(axis=0), 0, 1)
    return OcrBox(float(left), float(top), float(right), float(bottom))
