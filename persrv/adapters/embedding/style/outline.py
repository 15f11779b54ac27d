"""Outline: what colour the drawing has just inside its border. White die-cut rim, black ink line, or none."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style.canvas import Canvas

RINGS: Final = (0.0, 1.5, 3.0, 5.0, 8.0, 12.0)
"""Depths in pixels between which a ring lies."""
DARK: Final = 30.0
WHITE: Final = 92.0
"""L* below which a pixel is ink and above which it is white."""
LENGTH: Final = 6 * (len(RINGS) - 1)


def outline(canvas: Canvas) -> NDArray[np.float64]:
    """For each of five rings from the border inwards: mean L, a, b (in hundreds), spread of L, shares of ink and white.

    :return: float64, shape (`LENGTH`,); a drawing too thin for a ring has the numbers of the ring before.
    """
    numbers = np.zeros((len(RINGS) - 1, 6))
    for ring, (shallow, deep) in enumerate(pairwise(RINGS)):
        here = canvas.lab[canvas.drawn & (canvas.depth > shallow) & (canvas.depth <= deep)]  # (n, 3)
        if len(here):
            light = here[:, 0]
            numbers[ring, :3] = here.mean(axis=0) / 100.0
            numbers[ring, 3:] = light.std() / 100.0, (light < DARK).mean(), (light > WHITE).mean()
        elif ring:
            numbers[ring] = numbers[ring - 1]
    return numbers.ravel()
