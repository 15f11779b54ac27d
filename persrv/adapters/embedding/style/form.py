"""Form: how the drawing sits on its canvas. Full-bleed photograph, die-cut figure, thin scribble."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style.canvas import Canvas

LENGTH: Final = 5


def form(canvas: Canvas) -> NDArray[np.float64]:
    """Share of the canvas drawn; of its bounding box; glass (half-transparent area); mean depth; raggedness.

    :return: float64, shape (`LENGTH`,).
    """
    drawn = canvas.drawn
    area = np.count_nonzero(drawn)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    box = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    tinted = canvas.alpha > 0.1
    glass = np.count_nonzero(tinted & (canvas.alpha < 0.9)) / np.count_nonzero(tinted)
    border = np.count_nonzero(drawn & (canvas.depth <= 1.5))
    return np.array(
        [area / drawn.size, area / box, np.sqrt(glass), canvas.depth[drawn].mean() / 80.0, np.sqrt(border / area)]
    )
