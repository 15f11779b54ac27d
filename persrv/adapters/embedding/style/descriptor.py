"""The style descriptor: 133 numbers for how a picture is drawn, whatever it shows.

Content features say what is drawn, and drown how (docs/style-preference.md). So this measures, family by family, what
tells one artist from another at a glance:

    numbers  family       what a person sees
    0-32     palette      pastel, neon, grey; few inks or many
    33-56    shading      flat, airbrushed or photographic surfaces
    57-86    outline      white die-cut rim, black line, or none
    87-99    lines        pen, brush or no ink; fine detail
    100-119  texture      grain, hatching, dots, dither
    120-127  orientation  pixel art, ruled or round drawing
    128-132  form         full-bleed, die-cut figure, scribble

Histograms are square-rooted shares, all other numbers lie within about -1 to 1. Families have different numbers of
entries and different spreads, so vectors are compared after z-scoring and whitening on the catalogue
(`persrv.preference.space`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.embedding.style import form, lines, orientation, outline, palette, shading, texture
from persrv.adapters.embedding.style.canvas import Canvas, canvas_of

_FAMILIES: Final[tuple[tuple[str, int, Callable[[Canvas], NDArray[np.float64]]], ...]] = (
    ("palette", palette.LENGTH, palette.palette),
    ("shading", shading.LENGTH, shading.shading),
    ("outline", outline.LENGTH, outline.outline),
    ("lines", lines.LENGTH, lines.lines),
    ("texture", texture.LENGTH, texture.texture),
    ("orientation", orientation.LENGTH, orientation.orientation),
    ("form", form.LENGTH, form.form),
)
DIMENSIONS: Final = sum(length for _, length, _ in _FAMILIES)


def _layout() -> Mapping[str, slice]:
    places, start = {}, 0
    for name, length, _ in _FAMILIES:
        places[name] = slice(start, start + length)
        start += length
    return MappingProxyType(places)


LAYOUT: Final = _layout()
"""Where each family's numbers are."""


def style_descriptor(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Describe how one picture is drawn.

    :param pixels: uint8 RGBA with straight alpha, shape (height, width, 4).
    :return: float32, shape (`DIMENSIONS`,), finite; all zero for a picture that shows nothing.
    """
    canvas = canvas_of(pixels)
    if canvas is None:
        return np.zeros(DIMENSIONS, dtype=np.float32)
    return np.concatenate([measure(canvas) for _, _, measure in _FAMILIES]).astype(np.float32)
