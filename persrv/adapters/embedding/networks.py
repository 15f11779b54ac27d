"""What both ways of running Chinese-CLIP share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from persrv.adapters.extras import imported
from persrv.preference.directions import unit_vectors

BATCH: Final = 16
"""Pictures or texts at a time: enough for a GPU, little enough for a small machine."""
_WHITE: Final = (255, 255, 255, 255)
LIBRARIES: Final = {"cn-clip": ("torch", "cn_clip.clip"), "chinese-clip": ("torch", "transformers")}
"""By the value of `PERSRV_IMAGE_ENCODER`, the modules of the extra `clip` that it needs."""


def libraries(encoder: str, wanted_by: str) -> list[Any]:
    """Import the `LIBRARIES` of an encoder, in their order.

    :param wanted_by: Begins the message, like "PERSRV_IMAGE_ENCODER=cn-clip".
    :raises ConfigurationError: one is missing, or breaks as it is imported; says how to install them.
    """
    return imported(wanted_by, "clip", LIBRARIES[encoder])


def on_white(image: NDArray[np.uint8]) -> Image.Image:
    """A picture without transparency, as the network has seen pictures: on white."""
    picture = Image.fromarray(image, "RGBA")
    ground = Image.new("RGBA", picture.size, _WHITE)
    ground.alpha_composite(picture)
    return ground.convert("RGB")


def embed_shown(
    images: Sequence[NDArray[np.uint8]],
    dimensions: int,
    features: Callable[[list[Image.Image]], NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Unit vectors of pictures, all zero for one that shows nothing; float32, shape (images, dimensions).

    :param features: Features of RGB pictures, shape (pictures, dimensions), of any length.
    """
    vectors = np.zeros((len(images), dimensions), dtype=np.float32)
    shown = [place for place, image in enumerate(images) if image.size and image[..., 3].any()]
    for batch in batches(shown):
        vectors[batch] = unit_vectors(features([on_white(images[place]) for place in batch]))
    return vectors


def batches(things: Sequence[Any]) -> Iterator[list[Any]]:
    """The same things, `BATCH` at a time."""
    for start in range(0, len(things), BATCH):
        yield list(things[start : start + BATCH])


def weights_digest(path: Path) -> str:
    """Which weights a file or folder holds: names, sizes and the beginnings of its files, 12 hexadecimal digits.

    The beginnings alone, because a file of gigabytes takes minutes to read; a safetensors file begins with its layout,
    and another training of the same layout differs in the megabyte behind it.
    """
    digest = hashlib.sha256()
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file())
    for file in files:
        digest.update(f"{file.name} {file.stat().st_size}\n".encode())
        with file.open("rb") as opened:
            digest.update(opened.read(1 << 20))
    return digest.hexdigest()[:12]
