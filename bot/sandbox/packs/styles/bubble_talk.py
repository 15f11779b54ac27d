"""Bubble Talk: comic speech bubbles in loud colours, halftone dots and big words."""

from __future__ import annotations

import math
from collections.abc import Callable

from bot.sandbox.packs.contours import Contour, ellipse, path, star, svg_path
from bot.sandbox.packs.faces import heart
from bot.sandbox.packs.glyphs import sans
from bot.sandbox.packs.lettering import Caption, caption
from bot.sandbox.packs.marks import Mark, moved, shape, svg_marks
from bot.sandbox.packs.phrases import BY_KEY
from bot.sandbox.packs.props import scene
from bot.sandbox.packs.svg import die_cut, document, render, webp

_LINE = "#161320"


def _speech() -> tuple[Contour, ...]:
    return path(
        "M256 70 C400 70 478 130 478 228 C478 326 400 384 270 388 L166 452 L186 378 C88 362 34 306 34 228"
        " C34 130 112 70 256 70 Z"
    )


def _box() -> tuple[Contour, ...]:
    return path("M52 92 L470 66 L482 356 L330 366 L352 446 L232 372 L34 382 Z")


def _burst() -> tuple[Contour, ...]:
    corners = []
    for index in range(28):
        angle = math.tau * index / 28 - 0.1
        reach = (1.0 + 0.10 * math.sin(index * 2.3)) if index % 2 == 0 else 0.79
        corners.append((256 + 226 * reach * math.cos(angle), 240 + 196 * reach * math.sin(angle)))
    first, *rest = corners
    return path(f"M{first[0]:.1f} {first[1]:.1f}" + "".join(f"L{x:.1f} {y:.1f}" for x, y in rest) + "Z")


def _cloud() -> tuple[Contour, ...]:
    text = ""
    for index in range(12):
        angle = math.tau * index / 11
        spot = (256 + 190 * math.cos(angle), 226 + 132 * math.sin(angle))
        if not index:
            text = f"M{spot[0]:.1f} {spot[1]:.1f}"
        else:
            middle = math.tau * (index - 0.5) / 11
            bulge = (256 + 282 * math.cos(middle), 226 + 212 * math.sin(middle))
            text += f"Q{bulge[0]:.1f} {bulge[1]:.1f} {spot[0]:.1f} {spot[1]:.1f}"
    return (*path(text + "Z"), ellipse(132, 408, 27, 21), ellipse(88, 452, 16, 13))


def _heart() -> tuple[Contour, ...]:
    return moved([heart(0, 0, 10)], 256, 258, scale=20.5)[0].contours


_SHAPES: dict[str, Callable[[], tuple[Contour, ...]]] = {
    "speech": _speech, "box": _box, "burst": _burst, "cloud": _cloud, "heart": _heart,
}  # fmt: skip
_LOOKS = {
    # key: shape, paper, dots, letters, props, Chinese first
    "laugh": ("burst", "#ffd60a", "#ff9f0a", "#ff2d55", ()),
    "sad": ("cloud", "#8ed8ff", "#3fa9f5", "#ffffff", ("sweat",)),
    "thanks": ("speech", "#ff8fc7", "#ff4fa3", "#fff27a", ("sparkles",)),
    "night": ("cloud", "#3b2f8f", "#5a49c9", "#ffe66b", ("moon", "zzz")),
    "cheer": ("burst", "#ff453a", "#c9141f", "#ffe94a", ()),
    "angry": ("burst", "#2a2438", "#ff3b30", "#ff5a3c", ("vein",)),
    "love": ("heart", "#ff4f7b", "#ff8aa8", "#ffffff", ()),
    "sorry": ("speech", "#b9a7ff", "#8b6cf6", "#ffffff", ("sweat",)),
    "ok": ("box", "#34d36c", "#12a150", "#ffffff", ()),
    "got": ("box", "#27c4f5", "#078fd0", "#fff27a", ("tick",)),
    "shock": ("burst", "#b44dff", "#7a17d8", "#d8ff3e", ("bang",)),
    "speechless": ("speech", "#d8dce6", "#aab1c4", "#ffffff", ()),
    "party": ("burst", "#ff5fb8", "#ffc400", "#fff27a", ("confetti",)),
    "hungry": ("speech", "#ffb02e", "#ff7a1a", "#ffffff", ()),
    "tired": ("cloud", "#b7c3d4", "#8495b2", "#ffffff", ("zzz",)),
    "morning": ("speech", "#ffe14d", "#ffb300", "#ff6a3d", ("sparkles",)),
    "bye": ("box", "#ff7a59", "#ff4a2b", "#ffffff", ()),
    "great": ("burst", "#19d3c5", "#06a39a", "#fff27a", ()),
    "confused": ("cloud", "#ffd1f0", "#ff9bdd", "#9b3dff", ("question",)),
    "shy": ("heart", "#ffb3c7", "#ff7f9f", "#ffffff", ()),
    "there": ("speech", "#c6f24e", "#8fd014", "#ffffff", ("question",)),
    "work": ("box", "#8f9bb3", "#6b7894", "#ffe94a", ("sweat",)),
    "off": ("burst", "#4dd7ff", "#ffde3b", "#ff3d81", ("confetti",)),
    "birthday": ("speech", "#ff86d3", "#ffd54a", "#ffffff", ("confetti",)),
}
_PALETTE = {
    "dark": _LINE, "white": "#ffffff", "red": "#ff3b4e", "blue": "#46c4ff", "gold": "#ffd60a",
    "green": "#2fd06d", "pink": "#ff77b7",
}  # fmt: skip
_BIG_IN_ENGLISH = frozenset({"ok", "shock", "laugh", "off", "great", "bye"})


def _halftone() -> str:
    """Return dots that grow towards the lower right."""
    dots = []
    for row in range(34):
        for column in range(18):
            x = column * 30 + (15 if row % 2 else 0)
            y = row * 15.0
            radius = 11.5 * ((x * 0.45 + y) / 740) ** 1.25 - 0.8
            if radius > 1:
                dots.append(ellipse(x, y, radius))
    return svg_path(dots)


def _big(text: Caption, colour: str) -> str:
    d, bold = svg_path(text.contours), text.stroke(58)
    rim = 'stroke-linejoin="round"'
    return (
        f'<path transform="translate(7 8)" d="{d}" fill="{_LINE}" stroke="{_LINE}"'
        f' stroke-width="{bold + 15:.1f}" {rim}/>'
        f'<path d="{d}" fill="{_LINE}" stroke="{_LINE}" stroke-width="{bold + 15:.1f}" {rim}/>'
        f'<path d="{d}" fill="{colour}" stroke="{colour}" stroke-width="{bold:.1f}" {rim}/>'
    )


def _spark(size: float) -> Mark:
    return shape(star(0, 0, size, size * 0.42, 4), "gold", "dark", 6)


def draw(key: str) -> bytes:
    """Return the sticker of a phrase as WebP."""
    phrase = BY_KEY[key]
    form, paper, dots, letters, props = _LOOKS[key]
    bubble = svg_path(_SHAPES[form]())
    english = key in _BIG_IN_ENGLISH
    large, small = phrase.chinese(3), phrase.english(2)
    if english:
        large, small = phrase.english(0 if key in ("ok", "great") else 1).upper(), phrase.chinese(3)
    fit = {"burst": 318.0, "heart": 300.0, "cloud": 330.0}.get(form, 372.0)
    size = caption(large, sans(), x=0, y=0, size=164, fit=fit, spacing=0.03).size
    words = caption(large, sans(), x=254, y=218 + size * 0.36, size=size, spacing=0.03, sway=4, arc=10)
    strip = caption(small, sans(), x=256, y=344, size=46, fit=fit * 0.78, spacing=0.03)
    half = strip.width / 2 + 22
    banner = (
        '<g transform="rotate(-4 256 330)">'
        f'<path d="M{256 - half:.1f} 303 L{256 + half:.1f} 300 L{256 + half + 8:.1f} 357 L{256 - half - 6:.1f} 360 Z"'
        f' fill="#fff" stroke="{_LINE}" stroke-width="6" stroke-linejoin="round"/>'
        f'<path d="{svg_path(strip.contours)}" fill="{_LINE}" stroke="{_LINE}" stroke-width="2.600"/></g>'
    )
    marks = moved(scene(props).front, 256, 232, scale=1.62)
    if form == "burst":
        marks += [m for x, y, r in ((56, 92, 26), (462, 404, 30), (66, 410, 18))
                  for m in moved([_spark(r)], x, y)]  # fmt: skip
    body = (
        f'<path transform="translate(9 11)" d="{bubble}" fill="{_LINE}" stroke="{_LINE}" stroke-width="10"'
        ' stroke-linejoin="round"/>'
        f'<path d="{bubble}" fill="{paper}"/>'
        f'<g clip-path="url(#in)"><path d="{_halftone()}" fill="{dots}"/></g>'
        f'<path d="{bubble}" fill="none" stroke="{_LINE}" stroke-width="10" stroke-linejoin="round"/>'
        + svg_marks(marks, _PALETTE)
        + banner
        + _big(words, letters)
    )
    defs = f'<clipPath id="in"><path d="{bubble}"/></clipPath>'
    return webp(die_cut(render(document(body, defs=defs)), width=7), flat=True)
