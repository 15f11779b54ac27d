"""Neon: glowing tubes on a dark board, as a short VP9 video with alpha."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from bot.sandbox.packs.contours import ellipse, path, svg_path
from bot.sandbox.packs.faces import EXPRESSIONS, face
from bot.sandbox.packs.glyphs import sans
from bot.sandbox.packs.lettering import caption
from bot.sandbox.packs.marks import Mark, moved
from bot.sandbox.packs.phrases import BY_KEY, PHRASES
from bot.sandbox.packs.props import scene
from bot.sandbox.packs.svg import document, render
from bot.sandbox.packs.video import webm

FRAMES, RATE = 20, 10
"""Two seconds."""
_PALETTE = {
    "dark": "", "white": "#f4f7ff", "red": "#ff2d55", "blue": "#2ab7ff", "gold": "#ffc928", "green": "#2dff8a",
    "pink": "#ff5cc8", "mouth": "", "tongue": "#ff2d7a", "blush": "#ff4fa0", "skin": "", "brown": "#ff8a2a",
    "grey": "#8fa3ff", "silver": "#8fa3ff", "wood": "#ff8a2a",
}  # fmt: skip
_TUBES = ("#2de2ff", "#ff4fd8", "#b6ff3b", "#ffb92e", "#9d7bff", "#ff5a5a")
_MOOD = {"love": 1, "night": 4, "angry": 5, "sad": 0, "party": 2, "morning": 3}
_RIM = path("M86 34 L426 34 Q478 34 478 86 L478 426 Q478 478 426 478 L86 478 Q34 478 34 426 L34 86 Q34 34 86 34 Z")
Light = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Part:
    """Tubes that share a switch.

    :param off: What is seen of them unlit, RGB of shape (512, 512, 3), 0-255.
    :param on: What their light adds, the same shape.
    """

    off: Light
    on: Light


def _tubes(marks: Iterable[Mark], colour: str) -> list[tuple[str, str, float]]:
    """Return (path, colour, width) of each tube: every outline becomes one."""
    tubes = []
    for mark in marks:
        own = _PALETTE.get(mark.stroke, "") if not mark.fill else _PALETTE.get(mark.fill, "")
        tubes.append((svg_path(mark.contours), own or colour, 7.0))
    return tubes


def _part(tubes: list[tuple[str, str, float]]) -> _Part:
    lines = []
    for d, colour, width in tubes:
        for paint, share in ((colour, 1.0), ("#fff", 0.34)):
            lines.append(f'<path d="{d}" stroke="{paint}" stroke-width="{width * share:.2f}"/>')
    drawing = (
        '<rect width="512" height="512"/><g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f"{''.join(lines)}</g>"
    )
    glass = render(document(drawing)).convert("RGB")
    near = glass.filter(ImageFilter.GaussianBlur(5))
    # A wide blur of a small picture looks the same and costs a sixteenth.
    far = glass.resize((128, 128), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(5))
    far = far.resize((512, 512), Image.Resampling.BICUBIC)
    lit = ImageChops.add(ImageChops.screen(glass, near), far)
    return _Part(
        np.asarray(glass, np.float32) * np.float32(0.17),
        np.asarray(lit, np.float32) + np.asarray(far, np.float32) * np.float32(0.8),
    )


@cache
def _board() -> tuple[Light, npt.NDArray[np.uint8]]:
    """Return the board's RGB and its alpha: round corners, a thin rim, bricks barely seen."""
    bricks = []
    for row in range(13):
        for column in range(-1, 7):
            x, y = column * 84 + (42 if row % 2 else 0), 14 + row * 38
            bricks.append(f'<rect x="{x + 3}" y="{y + 3}" width="78" height="32" rx="4" fill="#1b1a2e"/>')
    defs = '<clipPath id="c"><rect x="12" y="12" width="488" height="488" rx="70"/></clipPath>'
    body = (
        '<g clip-path="url(#c)"><rect width="512" height="512" fill="#131222"/>' + "".join(bricks) + "</g>"
        '<rect x="15" y="15" width="482" height="482" rx="67" fill="none" stroke="#3a3860" stroke-width="6"/>'
    )
    picture = np.asarray(render(document(body, defs=defs)))
    return picture[:, :, :3].astype(np.float32), picture[:, :, 3].copy()


def _flicker(number: int, frame: int, seed: int) -> float:
    """Return how brightly a part shines, 0-1.

    The face breathes, the caption stutters like an old tube, the rest blinks. All is lit in the first
    frame, which is what previews and readers of captions see.
    """
    if number == 0:
        return 0.9 + 0.1 * math.sin(math.tau * frame / FRAMES)
    if number == 1:
        return 0.12 if frame + seed % 3 in (3, 4, 7, 14) else 1.0
    return 0.25 if frame // 4 % 2 else 0.7


def _frames(parts: list[_Part], seed: int) -> Iterator[npt.NDArray[np.uint8]]:
    board, alpha = _board()
    dark = board.copy()
    for part in parts:
        dark += part.off
    for frame in range(FRAMES):
        light = dark.copy()
        for number, part in enumerate(parts):
            light += part.on * np.float32(_flicker(number, frame, seed))
        out = np.empty((512, 512, 4), np.uint8)
        out[:, :, :3] = np.minimum(light, 255)
        out[:, :, 3] = alpha
        yield out


def draw(key: str) -> bytes:
    """Return the sticker of a phrase as WebM."""
    phrase = BY_KEY[key]
    number = PHRASES.index(phrase)
    colour = _TUBES[_MOOD.get(key, number % len(_TUBES))]
    expression = EXPRESSIONS[key]
    around = scene(expression.props)
    head = Mark((ellipse(0, 0, 104, 100),), "", "dark", 7)
    figure = moved([head, *face(expression)], 256, 214, scale=1.08)
    things = moved([*around.behind, *around.front], 256, 214, scale=1.08)
    text = phrase.english(1) if number % 2 == 0 else phrase.chinese(1)
    words = caption(text, sans(), x=256, y=440, size=100, fit=384, spacing=0.06)
    other = _TUBES[(_TUBES.index(colour) + 1) % len(_TUBES)]
    parts = [_part(_tubes(figure, colour)), _part([(svg_path(words.contours), other, 4.4 if text.isascii() else 3.4)])]
    parts.append(_part([*_tubes(things, other), (svg_path(_RIM), other, 5.0)]))
    return webm(_frames(parts, number), rate=RATE)
