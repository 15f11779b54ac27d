"""Shading: whether surfaces are flat, softly shaded or rough. Measured in the interior, away from the outline."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style.canvas import Canvas
from persrv.adapters.embedding.style.histograms import soft_histogram

STEPS: Final = 8
LENGTH: Final = 3 * STEPS
_FAINT: Final = 0.05
_STRONG: Final = 50.0
"""Differences of lightness, of 100, between which the logarithmic bins lie."""


def shading(canvas: Canvas) -> NDArray[np.float64]:
    """Gradient (8), Laplacian (8) and slow change over a tenth of the drawing (8), as histograms of their size.

    Flat art has nothing between "none" and "edge"; an airbrush has much that is faint; a photograph has everything.

    :return: float64, shape (`LENGTH`,).
    """
    light = canvas.light
    gradient = np.hypot(cv2.Scharr(light, cv2.CV_32F, 1, 0), cv2.Scharr(light, cv2.CV_32F, 0, 1)) / 32.0
    laplacian = np.abs(cv2.Laplacian(light, cv2.CV_32F, ksize=3)) / 4.0
    near, far = cv2.GaussianBlur(light, (0, 0), 2.0), cv2.GaussianBlur(light, (0, 0), 6.0)
    return np.concatenate([_sizes(measure[canvas.inside]) for measure in (gradient, laplacian, np.abs(near - far))])


def _sizes(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Logarithmic: the eye tells faint from fainter as well as strong from stronger."""
    logarithm = np.log(np.maximum(values, _FAINT) / _FAINT) / np.log(_STRONG / _FAINT)
    return soft_histogram(logarithm, STEPS)
