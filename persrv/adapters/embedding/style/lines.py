"""Lines: how wide the dark strokes are, and how much of the drawing is thin detail."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style.canvas import Canvas

WIDTHS: Final = (3, 5, 9, 15)
"""Sides in pixels of the squares that strokes are compared with."""
INK: Final = 30.0
"""L* below which a pixel is ink."""
LENGTH: Final = 3 * len(WIDTHS) + 1


def lines(canvas: Canvas) -> NDArray[np.float64]:
    """Dark detail narrower than each width (4), light detail (4), share of the ink in strokes narrower (4), ink (1).

    Detail is the mean change when closing (for dark) or opening (for light) takes away what is narrower than a
    square: black-hat and top-hat.

    :return: float64, shape (`LENGTH`,).
    """
    light = np.rint(canvas.light * 2.55).astype(np.uint8)
    ink = ((canvas.light < INK) & canvas.drawn).astype(np.uint8)
    inked = int(np.count_nonzero(ink))
    dark, bright, strokes = [], [], []
    for width in WIDTHS:
        square = np.ones((width, width), np.uint8)
        dark.append(cv2.morphologyEx(light, cv2.MORPH_BLACKHAT, square)[canvas.drawn].mean() / 255.0)
        bright.append(cv2.morphologyEx(light, cv2.MORPH_TOPHAT, square)[canvas.drawn].mean() / 255.0)
        kept = int(np.count_nonzero(cv2.morphologyEx(ink, cv2.MORPH_OPEN, square)))
        strokes.append(1.0 - kept / inked if inked else 0.0)
    return np.concatenate([np.sqrt(dark), np.sqrt(bright), strokes, [np.sqrt(ink[canvas.drawn].mean())]])
