"""Image embeddings: what the styles that a person likes are learnt from (paper, section 3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class ImageEncoder(Protocol):
    """Turns pictures into vectors. Blocks for as long as it computes, so it belongs into a worker process."""

    name: str
    """The value of `PERSRV_IMAGE_ENCODER`."""
    version: str
    """Package, weights and the way of preparing pictures, stored beside each vector: another version embeds afresh."""
    dimensions: int
    """Of a vector."""
    whitens: bool
    """Whether its vectors are to be z-scored and whitened on the catalogue before directions are compared; a network
    that was trained for cosines wants neither."""

    def embed(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """One vector for each picture.

        :param images: uint8 RGBA with straight alpha, each of a shape (height, width, 4) of its own.
        :return: float32, shape (images, dimensions), finite; a row is all zero for a picture that shows nothing.
        """

    def close(self) -> None:
        """Let go of the model. Idempotent."""


class ImageTextEncoder(ImageEncoder, Protocol):
    """An encoder that puts pictures and texts into one space, such as Chinese-CLIP."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of unit length for each text, float32, shape (texts, dimensions)."""
