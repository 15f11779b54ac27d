"""Orientation: which way edges run. Pixel art has only two ways, ruled drawings few, round ones all."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style.canvas import Canvas
from persrv.adapters.embedding.style.histograms import soft_histogram

WAYS: Final = 8
LENGTH: Final = WAYS


def orientation(canvas: Canvas) -> NDArray[np.float64]:
    """Histogram of the gradient's direction, folded to half a turn and weighed by its size, in the interior.

    :return: float64, shape (`LENGTH`,).
    """
    across = cv2.Scharr(canvas.light, cv2.CV_32F, 1, 0)[canvas.inside]
    down = cv2.Scharr(canvas.light, cv2.CV_32F, 0, 1)[canvas.inside]
    turn = np.arctan2(down, across) / np.pi % 1.0
    return soft_histogram(turn, WAYS, circular=True, weights=np.hypot(across, down))
