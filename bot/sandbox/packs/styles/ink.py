"""Ink: a circle in one stroke of the brush for a head, and a red seal for a caption."""

from __future__ import annotations

import math
import random

from bot.sandbox.packs.brush import brushed, dry_streaks, splashes
from bot.sandbox.packs.contours import Contour, ellipse, placed, polygon, svg_path
from bot.sandbox.packs.faces import EXPRESSIONS, face
from bot.sandbox.packs.glyphs import serif
from bot.sandbox.packs.lettering import caption
from bot.sandbox.packs.marks import Mark, moved
from bot.sandbox.packs.phrases import BY_KEY
from bot.sandbox.packs.props import scene
from bot.sandbox.packs.svg import die_cut, document, render, webp

_INK, _RED, _PAPER = "#1b1917", "#c4271f", "#fffdf7"
_FILLS = {
    "dark": _INK, "white": _PAPER, "red": _RED, "blue": "#b9b5ae", "gold": _PAPER, "green": _INK,
    "pink": "#efb3a8", "grey": "#6d6862", "silver": "#cfcac2", "brown": "#8d877f", "wood": "#dcd7cd",
    "mouth": _INK, "tongue": _RED, "blush": "#efb3a8", "skin": _PAPER,
}  # fmt: skip
_LINES = {**_FILLS, "white": _PAPER, "gold": _RED, "blue": "#6d6862", "brown": _INK}
_MIDDLE = (246.0, 214.0)


def _circle(dice: random.Random) -> Contour:
    """Return the head: a little more or less than one turn, as a hand makes it."""
    turn, start = math.tau * dice.uniform(0.95, 1.02), dice.uniform(-2.2, -1.75)
    points = []
    for step in range(61):
        angle = start + turn * step / 60
        radius = 168 + 7 * math.sin(angle * 2 + start * 5) - 9 * step / 60
        points.append((_MIDDLE[0] + radius * math.cos(angle), _MIDDLE[1] + radius * 0.96 * math.sin(angle)))
    return polygon(points, closed=False)


def _painted(marks: list[Mark], dice: random.Random) -> str:
    parts = []
    for mark in marks:
        if mark.fill:
            parts.append(f'<path d="{svg_path(mark.contours)}" fill="{_FILLS[mark.fill]}"/>')
        if mark.stroke:
            # Thin lines are for a pen; a brush is thicker. What is thick already stays.
            width = mark.width * 1.5 if mark.width < 11 else mark.width
            line = [brushed(c, width, dice, even=c.closed) for c in mark.contours]
            parts.append(f'<path d="{svg_path(line)}" fill="{_LINES[mark.stroke]}"/>')
    return "".join(parts)


def _seal(text: str, dice: random.Random) -> str:
    """Return a seal at the lower right: columns from right to left, as seals are read."""
    rows = len(text) if len(text) <= 2 else math.ceil(len(text) / 2)
    columns = math.ceil(len(text) / rows)
    cell = {1: 104.0, 2: 72.0, 3: 58.0}[rows]
    width, height = columns * cell + 26, rows * cell + 24
    right, bottom = 486.0, 486.0
    left, top = right - width, bottom - height
    edge = []
    for x0, y0, x1, y1 in (
        (left, top, right, top), (right, top, right, bottom), (right, bottom, left, bottom), (left, bottom, left, top)
    ):  # fmt: skip
        for step in range(12):
            share = step / 12
            edge.append(
                (x0 + (x1 - x0) * share + dice.uniform(-2.4, 2.4), y0 + (y1 - y0) * share + dice.uniform(-2.4, 2.4))
            )
    letters: list[Contour] = []
    for number, character in enumerate(text):
        x = right - 13 - cell * (number // rows + 0.5)
        y = top + 12 + cell * (number % rows + 0.5)
        place = placed(x - cell * 0.47, y + cell * 0.35, scale=cell * 0.94)
        letters += [place.contour(contour) for contour in serif().outline(character)]
    chips = "".join(
        f'<circle cx="{dice.uniform(left, right):.1f}" cy="{dice.uniform(top, bottom):.1f}"'
        f' r="{dice.uniform(0.8, 2.4):.1f}"/>'
        for _ in range(16)
    )
    d = svg_path(letters)
    middle = f"{(left + right) / 2:.1f} {(top + bottom) / 2:.1f}"
    return (
        f'<g transform="rotate({dice.uniform(-4, 4):.2f} {middle})">'
        f'<path d="{svg_path([polygon(edge)])}" fill="{_RED}" stroke="{_RED}" stroke-width="6"'
        ' stroke-linejoin="round"/>'
        f'<path d="{d}" fill="{_PAPER}" stroke="{_PAPER}" stroke-width="{cell * 0.035:.1f}"/>'
        f'<g fill="{_PAPER}" opacity=".8">{chips}</g></g>'
    )


def draw(key: str) -> bytes:
    """Return the sticker of a phrase as WebP."""
    phrase = BY_KEY[key]
    dice = random.Random(f"ink {key}")  # noqa: S311 - for a hand's unsteadiness, the same on every run
    expression = EXPRESSIONS[key]
    around = scene(expression.props)
    circle = _circle(dice)
    x, y = _MIDDLE
    streaks = svg_path(dry_streaks(circle, 30, dice, since=0.45))
    end = circle.curves[-1][2]
    drops = [ellipse(*middle, radius) for middle, radius in splashes(end[0], end[1], 64, 12, dice)]
    words = caption(phrase.english(1), serif(), x=172, y=482, size=46, fit=270, spacing=0.02, sway=3)
    body = (
        _painted(moved(around.behind, x, y, scale=1.42), dice)
        + f'<path d="{svg_path([circle])}" fill="{_PAPER}"/>'
        + f'<path d="{svg_path([brushed(circle, 31, dice)])}" fill="{_INK}"/>'
        + f'<path d="{streaks}" fill="none" stroke="{_PAPER}" stroke-width="1.700" stroke-linecap="round"/>'
        + f'<path d="{svg_path(drops)}" fill="{_INK}"/>'
        + _painted(moved(face(expression), x, y + 4, scale=1.42), dice)
        + _painted(moved(around.front, x, y, scale=1.42), dice)
        + f'<path d="{svg_path(words.contours)}" fill="{_INK}" stroke="{_INK}" stroke-width="2.500"/>'
        + _seal(phrase.chinese(2), dice)
    )
    return webp(die_cut(render(document(body)), width=8, colour=_PAPER))
