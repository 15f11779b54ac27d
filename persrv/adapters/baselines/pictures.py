"""From a sticker's pixels to the opaque picture that a network sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from persrv.errors import MediaCorrupt

WHITE = 255


def checked(image: NDArray[np.uint8], which: str) -> NDArray[np.uint8]:
    """The same picture.

    :param which: Names it in the message, like "Picture 3 of 8".
    :raises MediaCorrupt: it is not uint8 RGBA of shape (height, width, 4).
    """
    if not isinstance(image, np.ndarray):
        raise MediaCorrupt(f"{which} is a {type(image).__name__}; it has to be an array, uint8 (height, width, 4).")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 4:
        raise MediaCorrupt(f"{which} is {image.dtype} of shape {image.shape}; it has to be uint8 (height, width, 4).")
    return image


def shows_something(image: NDArray[np.uint8]) -> bool:
    """Whether any pixel is visible.

    :param image: uint8 RGBA with straight alpha, shape (height, width, 4).
    """
    return bool(image[..., 3].any())


def on_white(image: NDArray[np.uint8]) -> Image.Image:
    """Lay a picture on white, the ground of most photographs and drawings that these networks learnt from.

    :param image: uint8 RGBA with straight alpha, shape (height, width, 4), at least one pixel.
    :return: RGB, of the same size.
    """
    ground = Image.new("RGBA", (image.shape[1], image.shape[0]), (WHITE, WHITE, WHITE, 255))
    return Image.alpha_composite(ground, Image.fromarray(image, "RGBA")).convert("RGB")


def fitted(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Lay a picture on a white square, as large as it fits, in the middle.

    :param image: uint8 RGBA with straight alpha, shape (height, width, 4), at least one pixel.
    :param side: Of the square, pixels.
    :return: uint8 RGB, shape (side, side, 3).
    """
    ground = (WHITE, WHITE, WHITE)
    return np.asarray(ImageOps.pad(on_white(image), (side, side), Image.Resampling.BILINEAR, color=ground), np.uint8)
