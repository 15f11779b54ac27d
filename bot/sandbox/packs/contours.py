"""Outlines as cubic curves: the one geometry that SVG, brush, neon and lottie drawings share."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[float, float]
Curve = tuple[Point, Point, Point]
"""First control point, second control point, end; the start is where the previous curve ended."""

_KAPPA = 0.5522847498
"""How far a cubic's controls stand off to make a quarter of a circle."""
_TOKEN = re.compile(r"[MLCQZ]|-?\d*\.?\d+")
_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6}


@dataclass(frozen=True, slots=True)
class Contour:
    """One open or closed line of cubic curves; x grows to the right, y downwards.

    :param start: Where the pen touches the paper.
    :param curves: The curves in order; a straight line is a curve with its controls on it.
    :param closed: Whether the pen comes back to the start.
    """

    start: Point
    curves: tuple[Curve, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Affine:
    """x' = a x + c y + e; y' = b x + d y + f (the order of SVG's `matrix`)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def point(self, point: Point) -> Point:
        """Return where a point goes."""
        x, y = point
        return (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)

    def contour(self, contour: Contour) -> Contour:
        """Return where a contour goes."""
        curves = tuple((self.point(p), self.point(q), self.point(r)) for p, q, r in contour.curves)
        return Contour(self.point(contour.start), curves, contour.closed)


def placed(x: float, y: float, *, scale: float = 1.0, turn: float = 0.0) -> Affine:
    """Return the map that scales, turns clockwise by degrees, then moves to (x, y)."""
    cos, sin = math.cos(math.radians(turn)) * scale, math.sin(math.radians(turn)) * scale
    return Affine(cos, sin, -sin, cos, x, y)


def line_to(start: Point, end: Point) -> Curve:
    """Return a straight line as a curve."""
    (x0, y0), (x1, y1) = start, end
    third = ((x1 - x0) / 3, (y1 - y0) / 3)
    return ((x0 + third[0], y0 + third[1]), (x1 - third[0], y1 - third[1]), end)


def path(text: str) -> tuple[Contour, ...]:
    """Read SVG path text that uses only absolute M, L, Q, C and Z.

    :raises ValueError: if the text uses another command.
    """
    tokens = _TOKEN.findall(text)
    contours: list[Contour] = []
    start: Point | None = None
    here: Point = (0.0, 0.0)
    curves: list[Curve] = []

    def finish(*, closed: bool) -> None:
        nonlocal start, curves
        if start is not None and curves:
            contours.append(Contour(start, tuple(curves), closed))
        start, curves = None, []

    at, command = 0, ""
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
            if command == "Z":
                finish(closed=True)
                continue
        if command not in _ARGUMENTS:
            raise ValueError(f"This path cannot be read from item {at}: {text!r}")
        numbers = [float(token) for token in tokens[at : at + _ARGUMENTS[command]]]
        at += _ARGUMENTS[command]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command == "M":
            finish(closed=False)
            start, command = points[0], "L"
        elif command == "L":
            curves.append(line_to(here, points[0]))
        elif command == "Q":
            (cx, cy), (x, y) = points
            first = (here[0] + (cx - here[0]) * 2 / 3, here[1] + (cy - here[1]) * 2 / 3)
            curves.append((first, (x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3), (x, y)))
        else:
            curves.append((points[0], points[1], points[2]))
        here = points[-1]
    finish(closed=False)
    return tuple(contours)


def ellipse(x: float, y: float, rx: float, ry: float | None = None) -> Contour:
    """Return an ellipse (a circle where `ry` is left out), clockwise from its rightmost point."""
    ry = rx if ry is None else ry
    kx, ky = rx * _KAPPA, ry * _KAPPA
    return Contour(
        (x + rx, y),
        (
            ((x + rx, y + ky), (x + kx, y + ry), (x, y + ry)),
            ((x - kx, y + ry), (x - rx, y + ky), (x - rx, y)),
            ((x - rx, y - ky), (x - kx, y - ry), (x, y - ry)),
            ((x + kx, y - ry), (x + rx, y - ky), (x + rx, y)),
        ),
        True,
    )


def polygon(points: Iterable[Point], *, closed: bool = True) -> Contour:
    """Return straight lines through the points."""
    first, *rest = points
    stops = [*rest, first] if closed else rest
    curves, here = [], first
    for point in stops:
        curves.append(line_to(here, point))
        here = point
    return Contour(first, tuple(curves), closed)


def star(x: float, y: float, outer: float, inner: float, spikes: int, *, turn: float = -90.0) -> Contour:
    """Return a star, its first spike at `turn` degrees."""
    corners = []
    for index in range(spikes * 2):
        radius = inner if index % 2 else outer
        angle = math.radians(turn + index * 180 / spikes)
        corners.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return polygon(corners)


def svg_path(contours: Iterable[Contour]) -> str:
    """Return contours as the text of an SVG path's `d`, to a hundredth of a unit."""
    parts = []
    for contour in contours:
        parts.append(f"M{contour.start[0]:.2f} {contour.start[1]:.2f}")
        for p, q, r in contour.curves:
            parts.append(f"C{p[0]:.2f} {p[1]:.2f} {q[0]:.2f} {q[1]:.2f} {r[0]:.2f} {r[1]:.2f}")
        if contour.closed:
            parts.append("Z")
    return "".join(parts)


def sampled(contour: Contour, step: float) -> list[Point]:
    """Return points along a contour, about `step` apart, both ends included."""
    points = [contour.start]
    here = contour.start
    for p, q, r in contour.curves:
        length = math.dist(here, p) + math.dist(p, q) + math.dist(q, r)
        count = max(2, math.ceil(length / step))
        for index in range(1, count + 1):
            t = index / count
            u = 1 - t
            weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
            knots = (here, p, q, r)
            points.append(
                (
                    sum(w * k[0] for w, k in zip(weights, knots, strict=True)),
                    sum(w * k[1] for w, k in zip(weights, knots, strict=True)),
                )
            )
        here = r
    return points
