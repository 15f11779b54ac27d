"""Captions as outlines: emboldened, tilted letter by letter, fitted into a width."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.sandbox.packs.contours import Contour, placed
from bot.sandbox.packs.glyphs import GlyphFont


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption's outlines and how large they came out.

    :param contours: For non-zero winding; draw them with a stroke to embolden.
    :param size: The font size used.
    :param width: From the first letter's origin to the last one's end.
    """

    contours: tuple[Contour, ...]
    size: float
    width: float

    def stroke(self, weight: float) -> float:
        """Return the stroke width that emboldens by `weight` thousandths of the size."""
        return self.size * weight / 1000


def caption(
    text: str,
    font: GlyphFont,
    *,
    x: float,
    y: float,
    size: float,
    fit: float = 450.0,
    spacing: float = 0.0,
    sway: float = 0.0,
    arc: float = 0.0,
    seed: int = 0,
) -> Caption:
    """Lay a line of text out about x, its baseline at y.

    :param size: The font size, made smaller where the line is wider than `fit`.
    :param spacing: Between letters, in ems.
    :param sway: How far letters turn and hop, in degrees: a hand's unsteadiness, the same for a seed.
    :param arc: How far the middle of the line rises above its ends, in units.
    """
    advances = [font.advance(character) for character in text]
    ems = sum(advances) + spacing * (len(text) - 1)
    size = min(size, fit / ems)
    width = ems * size
    contours: list[Contour] = []
    pen = x - width / 2
    for number, (character, advance) in enumerate(zip(text, advances, strict=True)):
        middle = pen + advance * size / 2
        along = (middle - x) / (width / 2) if width else 0.0
        lift = arc * (1 - along * along)
        # Two sines out of step look unsteady without a random number.
        wobble = math.sin((number + 1) * 2.4 + seed * 1.7) * sway
        hop = math.cos((number + 1) * 1.9 + seed) * sway * size / 160
        tilt = wobble + along * arc * 0.28
        place = placed(middle, y - lift + hop - size * 0.36, scale=size, turn=tilt)
        centre = placed(-advance / 2, 0.36)
        for contour in font.outline(character):
            contours.append(place.contour(centre.contour(contour)))
        pen += (advance + spacing) * size
    return Caption(tuple(contours), size, width)
