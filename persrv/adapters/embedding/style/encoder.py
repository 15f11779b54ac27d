"""The style descriptor as an image encoder: no download, no network, no torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style.descriptor import DIMENSIONS, style_descriptor


class StyleEncoder:
    """`ImageEncoder` by the style descriptor."""

    name = "style"
    version = "style-1"
    """To be counted up with every change of a number."""
    dimensions = DIMENSIONS
    whitens = True

    def embed(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Describe pictures, some milliseconds each; shape (images, `DIMENSIONS`)."""
        rows = [style_descriptor(image) for image in images]
        return np.array(rows, dtype=np.float32).reshape(len(images), DIMENSIONS)

    def close(self) -> None:
        """Nothing to let go of."""
