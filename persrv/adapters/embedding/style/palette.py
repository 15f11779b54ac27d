"""Palette: which colours, how vivid, how light, how many. What a person sees first: pastel, neon, grey, few inks."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style.canvas import Canvas
from persrv.adapters.embedding.style.histograms import soft_histogram

HUES: Final = 12
STEPS: Final = 8
"""Bins of saturation and of lightness."""
COLOURS: Final = 12
"""Steps of red, green and blue in which colours are counted."""
TOP_COLOURS: Final = (1, 2, 4, 8, 16)
LENGTH: Final = HUES + 2 * STEPS + len(TOP_COLOURS)


def palette(canvas: Canvas) -> NDArray[np.float64]:
    """Hues weighed by vividness (12), saturation (8), lightness (8), the few largest colours (5).

    The last five are the shares of the drawing that its 1, 2, 4, 8 and 16 most used colours cover: near 1 for flat
    art, small for photographs and soft shading.

    :return: float64, shape (`LENGTH`,).
    """
    seen = canvas.rgb[canvas.drawn]  # (n, 3)
    hsv = cv2.cvtColor(seen[None], cv2.COLOR_RGB2HSV)[0]  # hue in degrees, saturation and value 0 to 1
    hue, saturation, value = hsv[:, 0] / 360.0, hsv[:, 1], hsv[:, 2]
    light = canvas.light[canvas.drawn] / 100.0
    red, green, blue = np.minimum(seen.T * COLOURS, COLOURS - 1).astype(np.int32)
    inks = np.bincount((red * COLOURS + green) * COLOURS + blue, minlength=COLOURS**3)
    largest = np.cumsum(np.sort(inks)[::-1][: TOP_COLOURS[-1]]) / len(seen)
    return np.concatenate(
        [
            soft_histogram(hue, HUES, circular=True, weights=saturation * value),
            soft_histogram(saturation, STEPS),
            soft_histogram(light, STEPS),
            largest[np.array(TOP_COLOURS) - 1],
        ]
    )
