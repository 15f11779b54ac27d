"""Which frames of a loop are kept, and how they are fitted into a square."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from persrv.ports.media import Frames


def spread(starts: Sequence[float], duration: float, count: int) -> list[int]:
    """Choose at most `count` frames: those on screen at 0, 1/count, 2/count ... of the loop.

    :param starts: Seconds at which each frame is first shown, rising from 0.
    :param duration: Seconds of one loop.
    :return: Indices into `starts`, rising, each once, the first of them 0; all of them where they are few.
    """
    if len(starts) <= count:
        return list(range(len(starts)))
    # A hair is added because i * duration / count may fall just short of the start that it is meant to hit.
    hair = 1e-6 * duration
    shown = {bisect_right(starts, i * duration / count + hair) - 1 for i in range(count)}
    return sorted(shown)


def fitted(width: int, height: int, size: int) -> tuple[int, int]:
    """Width and height with the same aspect and a longer side of exactly `size`; no side is below 1."""
    longer = max(width, height)
    return max(1, round(width * size / longer)), max(1, round(height * size / longer))


def fit(picture: Image.Image, size: int) -> NDArray[np.uint8]:
    """Scale a picture, down or up, to a longer side of `size` pixels.

    :return: uint8 RGBA with straight alpha, shape (height, width, 4). Pillow weighs colours by alpha while it
        scales, so that what is hidden under transparent pixels does not bleed into the outline.
    """
    rgba = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    target = fitted(rgba.width, rgba.height, size)
    if rgba.size != target:
        rgba = rgba.resize(target, Image.Resampling.LANCZOS)
    return np.asarray(rgba, dtype=np.uint8)


def assembled(pictures: Sequence[NDArray[np.uint8]], times: Sequence[float], duration: float) -> Frames:
    """Put frames of one shape (height, width, 4) together; a single one is a still picture of duration 0."""
    still = len(pictures) == 1
    return Frames(
        pixels=np.stack(list(pictures)),
        times=np.asarray([0.0] if still else times, dtype=np.float32),
        duration=0.0 if still else float(duration),
    )
