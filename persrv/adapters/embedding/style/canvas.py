"""A sticker made ready for the descriptor: one scale, colours without what hides under transparency, rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE: Final = 160
"""Longer side at which every picture is described, so that one drawing in two sizes has one description."""
LEAST_PIXELS: Final = 64
"""Visible pixels, as given and at that scale, below which a picture shows nothing: there is no style in a dot."""
VISIBLE: Final = 0.5
"""Alpha from which a pixel belongs to the drawing."""
RIM: Final = 4.0
"""How far from the border of the drawing, in pixels, its interior begins: past a white or black outline."""
LEAST_INTERIOR: Final = 0.1
"""Share of the drawing that its interior must have; in drawings of mere lines all of it counts instead."""


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """One picture, seen once and measured by every family. All arrays are of the shape (height, width), or with 3.

    :param rgb: float32, 0 to 1, shape (height, width, 3); transparent pixels have the mean colour of the drawing.
    :param lab: CIE L*a*b*, float32, L from 0 to 100, shape (height, width, 3).
    :param light: L* alone, float32, 0 to 100.
    :param alpha: float32, 0 to 1.
    :param drawn: Which pixels belong to the drawing.
    :param inside: Which of them are its interior.
    :param depth: Distance to what is not drawn or not on the canvas, in pixels, float32; 0 outside the drawing.
    """

    rgb: NDArray[np.float32]
    lab: NDArray[np.float32]
    light: NDArray[np.float32]
    alpha: NDArray[np.float32]
    drawn: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    depth: NDArray[np.float32]


def canvas_of(pixels: NDArray[np.uint8]) -> Canvas | None:
    """Scale a picture and find what is drawn on it.

    :param pixels: uint8 RGBA with straight alpha, shape (height, width, 4).
    :return: None for a picture that shows nothing.
    """
    if np.count_nonzero(pixels[..., 3]) < LEAST_PIXELS:
        return None
    scaled = _scaled(pixels)
    alpha = np.ascontiguousarray(scaled[..., 3])
    drawn = alpha >= VISIBLE
    if np.count_nonzero(drawn) < LEAST_PIXELS:
        return None
    rgb: NDArray[np.float32] = np.divide(scaled[..., :3], np.maximum(alpha, VISIBLE)[..., None], dtype=np.float32)
    # The mean colour outside, so that nothing there shows up as an edge of its own.
    rgb[~drawn] = cv2.mean(rgb, drawn.view(np.uint8))[:3]
    np.minimum(rgb, 1.0, out=rgb)
    # A frame around, so that a drawing which fills the canvas has a border too.
    framed = np.pad(drawn, 1).astype(np.uint8)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    inside = depth > RIM
    if np.count_nonzero(inside) < LEAST_INTERIOR * np.count_nonzero(drawn):
        inside = drawn
    lab = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), dtype=np.float32)
    light = np.ascontiguousarray(lab[..., 0])
    return Canvas(rgb, lab, light, alpha, drawn, inside, np.asarray(depth, dtype=np.float32))


def _scaled(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Premultiplied RGBA from 0 to 1 with a longer side of `SIDE`; colours are weighed by alpha as they mix."""
    premultiplied = cv2.multiply(pixels[..., :3], cv2.merge([pixels[..., 3]] * 3), scale=1.0 / 255.0)
    height, width = pixels.shape[:2]
    longer = max(height, width)
    target = max(1, round(width * SIDE / longer)), max(1, round(height * SIDE / longer))
    # Areas are averaged exactly on the way down; on the way up, they are only drawn larger.
    method = cv2.INTER_AREA if longer > SIDE else cv2.INTER_LINEAR
    layers = cv2.merge([premultiplied, pixels[..., 3]])
    resized = cv2.resize(layers, target, interpolation=method)
    return np.asarray(resized, dtype=np.float32) * np.float32(1.0 / 255.0)
