"""Laying a transparent sticker on a ground on which white and black lettering both survive.

OCR networks see three colours and no alpha. On white, white lettering is gone; on black, black lettering. On mid grey
both stand out. Only lettering that is itself mid grey does not, so the ground moves away when the rim of the drawing,
which is where lettering meets transparency, is mid grey.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

MID_GREY: Final = 128
OTHER_GREYS: Final = (255, 0, 208, 48)
"""Grounds for drawings with a mid-grey rim, in order of preference."""
RIM_PIXELS: Final = 2
"""How deep the rim is. Lettering is thin, so most of its pixels are rim; a drawing's are not."""
NEAR: Final = 44
"""Largest difference in any channel, of 255, at which a pixel is too near to a ground to be told apart."""
LOST_SHARE: Final = 0.2
"""Share of the rim that may be near mid grey before another ground is tried."""
CHANGE: Final = 8
"""Mean difference over a block of pixels, of 255, from which on a frame is another picture."""
MARGIN: Final = 0.08
"""Ground added on each side, as a share of the longer side: detectors miss lettering that touches the border."""
_BLOCK: Final = 16
_VISIBLE: Final = 128


def ground_for(pixels: NDArray[np.uint8]) -> int:
    """The grey level (0 to 255) to lay a picture on.

    :param pixels: uint8 RGBA with straight alpha, shape (height, width, 4).
    """
    opaque = pixels[..., 3] >= _VISIBLE
    rim = pixels[..., :3][opaque & _grown(~opaque, RIM_PIXELS)].astype(np.int16)  # (rim pixels, 3)
    if rim.size == 0:
        return MID_GREY
    lost = {level: _share_near(rim, level) for level in (MID_GREY, *OTHER_GREYS)}
    return MID_GREY if lost[MID_GREY] <= LOST_SHARE else min(lost, key=lambda level: lost[level])


def flatten(pixels: NDArray[np.uint8], ground: int) -> NDArray[np.uint8]:
    """Lay a picture on a grey ground.

    :param pixels: uint8 RGBA with straight alpha, shape (height, width, 4).
    :param ground: Grey level, 0 to 255.
    :return: uint8 RGB, shape (height, width, 3).
    """
    alpha = pixels[..., 3:].astype(np.uint16)
    mixed = pixels[..., :3] * alpha
    mixed += np.uint16(ground) * (255 - alpha) + 128
    mixed += mixed >> 8  # with the shift below: divided by 255 and rounded; at most 65,407, so it fits
    mixed >>= 8
    return mixed.astype(np.uint8)


def distinct_pictures(pixels: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The frames of one sticker, flattened, without those that look like one that came before.

    :param pixels: uint8 RGBA with straight alpha, shape (frames, height, width, 4).
    :return: uint8 RGB pictures, in order, all of one shape (height, width, 3) and on one ground: cut to what is
        drawn in any frame, with a margin around. Nothing when nothing is drawn.
    """
    drawn = pixels[..., 3].max(axis=0, initial=0)  # (height, width)
    if not drawn.any():
        return
    rows, columns = _extent(drawn.max(axis=1)), _extent(drawn.max(axis=0))
    pixels = pixels[:, rows, columns]
    ground = ground_for(pixels.reshape(-1, *pixels.shape[2:]))
    margin = round(MARGIN * max(pixels.shape[1:3]))
    seen: list[NDArray[np.int16]] = []
    for frame in pixels:
        picture = flatten(frame, ground)
        signed = picture.astype(np.int16)
        if all(_differs(signed, other) for other in seen):
            seen.append(signed)
            yield np.pad(picture, ((margin, margin), (margin, margin), (0, 0)), constant_values=ground)


def _extent(used: NDArray[np.uint8]) -> slice:
    places = np.flatnonzero(used)
    return slice(int(places[0]), int(places[-1]) + 1)


def _grown(mask: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """Every pixel within `steps` of a set one, along rows and columns; nothing comes in over the border."""
    for _ in range(steps):
        wider = mask.copy()
        wider[1:] |= mask[:-1]
        wider[:-1] |= mask[1:]
        wider[:, 1:] |= mask[:, :-1]
        wider[:, :-1] |= mask[:, 1:]
        mask = wider
    return mask


def _share_near(rim: NDArray[np.int16], level: int) -> float:
    return float(np.mean(np.abs(rim - level).max(axis=1) < NEAR))


def _differs(one: NDArray[np.int16], other: NDArray[np.int16]) -> bool:
    """Whether any block changed: a new word is a small part of the picture, but all of some block."""
    difference = np.abs(one - other).max(axis=2)
    height, width = difference.shape
    rows = np.add.reduceat(difference.astype(np.int32), np.arange(0, height, _BLOCK), axis=0)
    blocks = np.add.reduceat(rows, np.arange(0, width, _BLOCK), axis=1)
    return bool(blocks.max() >= CHANGE * _BLOCK * _BLOCK)
