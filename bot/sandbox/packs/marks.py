"""Marks: filled or stroked outlines whose colours are roles, so that each style paints them its own way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.sandbox.packs.contours import Affine, Contour, path, placed, svg_path


@dataclass(frozen=True, slots=True)
class Mark:
    """One outline.

    :param fill: The role of its colour ("dark", "white", "red", ...), or "".
    :param stroke: The role of its line's colour, or "".
    :param width: The line's width, in the units of the contours.
    """

    contours: tuple[Contour, ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.0


def stroke(text: str, role: str = "dark", width: float = 6.0) -> Mark:
    """Return a line along an SVG path."""
    return Mark(path(text), "", role, width)


def fill(text: str, role: str, edge: str = "dark", width: float = 4.0) -> Mark:
    """Return a filled SVG path, with an edge unless that role is ""."""
    return Mark(path(text), role, edge, width if edge else 0.0)


def shape(contour: Contour, role: str, edge: str = "dark", width: float = 4.0) -> Mark:
    """Return a filled contour, with an edge unless that role is ""."""
    return Mark((contour,), role, edge, width if edge else 0.0)


def moved(marks: Iterable[Mark], x: float, y: float, *, scale: float = 1.0, turn: float = 0.0) -> list[Mark]:
    """Return the marks scaled, turned clockwise by degrees and moved."""
    return mapped(marks, placed(x, y, scale=scale, turn=turn), scale)


def mapped(marks: Iterable[Mark], affine: Affine, scale: float = 1.0) -> list[Mark]:
    """Return the marks where `affine` sends them, their lines `scale` times as wide."""
    return [
        replace(mark, contours=tuple(affine.contour(c) for c in mark.contours), width=mark.width * scale)
        for mark in marks
    ]


def mirrored(marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks as a mirror at x = 0 shows them."""
    return mapped(marks, Affine(a=-1.0))


def svg_marks(marks: Iterable[Mark], palette: Mapping[str, str]) -> str:
    """Return the marks as SVG elements, each role in its palette's colour; an unknown role is an error."""
    parts = []
    for mark in marks:
        colour = palette[mark.fill] if mark.fill else "none"
        line = ""
        if mark.stroke:
            line = (
                f' stroke="{palette[mark.stroke]}" stroke-width="{mark.width:.2f}"'
                ' stroke-linecap="round" stroke-linejoin="round"'
            )
        parts.append(f'<path d="{svg_path(mark.contours)}" fill="{colour}"{line}/>')
    return "".join(parts)
