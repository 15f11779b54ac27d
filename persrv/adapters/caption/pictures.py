"""From a sticker's pixels to the opaque picture that a vision-language model sees."""

from __future__ import annotations

import io
from base64 import b64encode

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from persrv.semantics.flatten import flatten, ground_for


def opaque(image: NDArray[np.uint8]) -> Image.Image:
    """Lay a sticker on the ground on which its lettering survives, as for OCR.

    :param image: uint8 RGBA with straight alpha, shape (height, width, 4), at least one pixel.
    :return: RGB, of the same size.
    :raises ValueError: another shape or type, or no pixel.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 4 or image.size == 0:
        raise ValueError(f"The picture is {image.dtype} of shape {image.shape}; it has to be uint8 (height, width, 4).")
    return Image.fromarray(flatten(image, ground_for(image)))


def data_url(image: NDArray[np.uint8]) -> str:
    """The sticker, made opaque, as a PNG in a `data:` URL. PNG: stickers are flat colours and lettering.

    :param image: As for `opaque`.
    :raises ValueError: as `opaque`.
    """
    stream = io.BytesIO()
    opaque(image).save(stream, "PNG")
    return f"data:image/png;base64,{b64encode(stream.getvalue()).decode('ascii')}"
