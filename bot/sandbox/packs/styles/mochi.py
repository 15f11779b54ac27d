"""Mochi: a soft pastel rice cake with a small face, and captions as if lettered by hand."""

from __future__ import annotations

from bot.sandbox.packs.contours import svg_path
from bot.sandbox.packs.faces import EXPRESSIONS, face
from bot.sandbox.packs.glyphs import sans
from bot.sandbox.packs.lettering import Caption, caption
from bot.sandbox.packs.marks import moved, svg_marks
from bot.sandbox.packs.phrases import BY_KEY, PHRASES
from bot.sandbox.packs.props import scene
from bot.sandbox.packs.svg import die_cut, document, render, webp

_SKINS = (
    ("#fff6ef", "#ffd9cf", "#e9a99c", "#e2604f"),
    ("#f3fbff", "#c6e6fb", "#8dbde0", "#2f7fb8"),
    ("#f7fff2", "#cdeec1", "#93c98a", "#3f9350"),
    ("#fffbe8", "#ffe7a3", "#e3bd5e", "#d9861a"),
    ("#fbf5ff", "#dfccf8", "#b196dc", "#7b53bd"),
    ("#fff3f8", "#ffcbe0", "#ea94b8", "#d9427f"),
)
"""Light, body, shade and lettering colours of each flavour."""
_MOOD = {"angry": 0, "love": 5, "shy": 5, "sad": 1, "shock": 1, "night": 4, "morning": 3, "tired": 4, "hungry": 3}
_BODY = (
    "M256 62 C352 60 424 128 430 226 C436 300 424 340 388 356 C348 372 164 372 124 356"
    " C88 340 76 300 82 226 C88 128 160 60 256 62 Z"
)
_DARK = "#4a3540"


def _lettered(text: Caption, colour: str) -> str:
    d = svg_path(text.contours)
    join = 'stroke-linejoin="round" stroke-linecap="round"'
    return (
        f'<path d="{d}" fill="#fff" stroke="#fff" stroke-width="{text.stroke(200):.1f}" {join}/>'
        f'<path d="{d}" fill="{colour}" stroke="{colour}" stroke-width="{text.stroke(52):.1f}" {join}/>'
    )


def draw(key: str) -> bytes:
    """Return the sticker of a phrase as WebP."""
    phrase = BY_KEY[key]
    number = PHRASES.index(phrase)
    light, body, shade, ink = _SKINS[_MOOD.get(key, number % len(_SKINS))]
    palette = {
        "dark": _DARK, "white": "#ffffff", "red": "#f2685f", "blue": "#7cc7f2", "gold": "#ffd257",
        "green": "#7ecb7f", "pink": "#ff9fc0", "grey": "#9aa0b5", "silver": "#c8ccdb", "brown": "#b98256",
        "wood": "#e6bd8b", "mouth": "#a8434c", "tongue": "#ff8f93", "blush": "#ff8fa0", "skin": body,
    }  # fmt: skip
    expression = EXPRESSIONS[key]
    around = scene(expression.props)
    defs = (
        f'<radialGradient id="b" cx=".38" cy=".26" r=".85"><stop offset="0" stop-color="{light}"/>'
        f'<stop offset=".55" stop-color="{body}"/><stop offset="1" stop-color="{shade}"/></radialGradient>'
    )
    at = {"x": 256.0, "y": 222.0, "scale": 1.62}
    figure = (
        svg_marks(moved(around.behind, at["x"], at["y"] - 6, scale=1.5), palette)
        + f'<path d="M150 340 Q150 388 190 384 Q216 380 214 352 Z M362 340 Q362 388 322 384 Q296 380 298 352 Z"'
        f' fill="{body}" stroke="{_DARK}" stroke-width="7" stroke-linejoin="round"/>'
        + f'<path d="{_BODY}" fill="url(#b)" stroke="{_DARK}" stroke-width="7.5"/>'
        '<path d="M140 172 Q158 116 206 98" fill="none" stroke="#fff" stroke-width="17" stroke-linecap="round"'
        ' opacity=".85"/><circle cx="128" cy="206" r="8.500" fill="#fff" opacity=".85"/>'
        + svg_marks(moved(face(expression), 256, 240, scale=1.62), palette)
        + svg_marks(moved(around.front, 256, 226, scale=1.5), palette)
    )
    figure = f'<g transform="translate(256 24) scale(.87) translate(-256 -2)">{figure}</g>'
    words = caption(phrase.chinese(0), sans(), x=256, y=438, size=88, fit=420, spacing=0.04, sway=6, seed=number)
    small = caption(phrase.english(0), sans(), x=256, y=486, size=37, fit=420, spacing=0.05, sway=3, seed=number)
    lettering = _lettered(small, _DARK) + _lettered(words, ink)
    picture = render(document(figure + lettering, defs=defs))
    return webp(die_cut(picture, width=9))
