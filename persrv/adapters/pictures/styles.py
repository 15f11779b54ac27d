"""A person's styles as a picture: one card a style."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from persrv.ports.pictures import DrawnStyle

WIDTH: Final = 1280
MARGIN: Final = 40
CARD: Final = 240
GAP: Final = 28
RADIUS: Final = 36
BADGE: Final = 210
"""Width of the part of a card that holds the share."""
CELL: Final = 160
CELLS: Final = 6
PALETTE: Final = ("#ff7a66", "#f2a93b", "#4fb98b", "#4f94e8", "#9a78e0")
"""A colour for each style, strong on light and on dark."""
_SCALE: Final = 2
"""Cards are drawn this much larger and scaled down, so that round corners are smooth."""


class PillowStylePainter:
    """`persrv.ports.pictures.StylePainter`. Letters are digits alone: words belong into the message beside it."""

    def paint(self, styles: Sequence[DrawnStyle]) -> bytes:
        """A PNG file of 1280 pixels' width, one card a style."""
        if not styles:
            raise ValueError("there is no style to paint")
        height = 2 * MARGIN + len(styles) * CARD + (len(styles) - 1) * GAP
        picture = _ground(height)
        for row, style in enumerate(styles):
            card = _card(style, PALETTE[row % len(PALETTE)])
            picture.alpha_composite(card, (MARGIN, MARGIN + row * (CARD + GAP)))
        file = io.BytesIO()
        picture.convert("RGB").save(file, "PNG", optimize=True)
        return file.getvalue()


def _ground(height: int) -> Image.Image:
    """A calm slope of colour, dark enough for white cards, light enough for a dark chat."""
    top, bottom = np.array([0x3B, 0x42, 0x74]), np.array([0x6D, 0x5B, 0x97])
    slope = np.linspace(0.0, 1.0, height)[:, None] * np.ones((1, WIDTH))
    rgb = top + (bottom - top) * slope[..., None]
    return Image.fromarray(np.rint(rgb).astype(np.uint8), "RGB").convert("RGBA")


def _card(style: DrawnStyle, colour: str) -> Image.Image:
    width = WIDTH - 2 * MARGIN
    large = Image.new("RGBA", (width * _SCALE, CARD * _SCALE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(large)
    box = (0, 0, width * _SCALE - 1, CARD * _SCALE - 1)
    draw.rounded_rectangle(box, RADIUS * _SCALE, fill="#fdfcff")
    badge = (0, 0, BADGE * _SCALE, CARD * _SCALE - 1)
    draw.rounded_rectangle(badge, RADIUS * _SCALE, fill=colour, corners=(True, False, False, True))
    _share(draw, style.share, colour)
    card = large.resize((width, CARD), Image.Resampling.LANCZOS)
    step = (width - BADGE) // CELLS
    cells = [(image, True) for image in style.own] + [(image, False) for image in style.others]
    for place, (image, own) in enumerate(cells[:CELLS]):
        left, top = BADGE + place * step + (step - CELL) // 2, (CARD - CELL) // 2
        sticker = _fitted(image)
        card.alpha_composite(sticker, (left + (CELL - sticker.width) // 2, top + (CELL - sticker.height) // 2))
        if own:
            _mark(card, left + CELL // 2, CARD - 20, colour)
    return card


def _share(draw: ImageDraw.ImageDraw, share: float, colour: str) -> None:
    """The share in per cent, and a bar of its length."""
    # Mixed here, because drawing with a transparent colour would make a hole in the card.
    faint, bright = _lighter(colour, 0.4), _lighter(colour, 0.85)
    middle, unit = BADGE * _SCALE // 2, _SCALE
    number, sign = ImageFont.load_default(84 * unit), ImageFont.load_default(40 * unit)
    text = str(max(1, round(100 * share)))
    length = draw.textlength(text, number) + draw.textlength("%", sign) + 8 * unit
    left, line = middle - length / 2, CARD * unit * 0.56
    draw.text((left, line), text, "white", number, anchor="ls")
    draw.text((left + length, line), "%", bright, sign, anchor="rs")
    track = (36 * unit, 168 * unit, (BADGE - 36) * unit, 182 * unit)
    draw.rounded_rectangle(track, 7 * unit, fill=faint)
    filled = track[0] + max(14 * unit, (track[2] - track[0]) * min(1.0, share))
    draw.rounded_rectangle((track[0], track[1], filled, track[3]), 7 * unit, fill="white")


def _lighter(colour: str, share: float) -> tuple[int, int, int]:
    """A colour with so much white in it."""
    red, green, blue = (round(value + (255 - value) * share) for value in ImageColor.getrgb(colour)[:3])
    return red, green, blue


def _fitted(pixels: NDArray[np.uint8]) -> Image.Image:
    sticker = Image.fromarray(pixels, "RGBA")
    sticker.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
    return sticker


def _mark(card: Image.Image, x: int, y: int, colour: str) -> None:
    """A dot under a sticker that the person chose themselves."""
    dot = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    ImageDraw.Draw(dot).ellipse((0, 0, 31, 31), fill=colour)
    card.alpha_composite(dot.resize((10, 10), Image.Resampling.LANCZOS), (x - 5, y - 5))
