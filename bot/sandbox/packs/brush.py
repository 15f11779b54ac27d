"""A writing brush: a line becomes a black shape that swells, thins and frays as ink does."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

from bot.sandbox.packs.contours import Contour, Point, polygon, sampled

_STEP = 5.0
"""Between two samples of a line, in pixels."""


def _pressure(along: float) -> float:
    """Return how hard the brush is pressed, 0-1: a firm start, a swelling, a flick at the end."""
    swell = 0.72 + 0.28 * math.sin(math.pi * (along * 1.1 + 0.08))
    lift = min(1.0, (1 - along) / 0.22) ** 0.7
    touch = 0.55 + 0.45 * min(1.0, along / 0.07)
    return float(swell * touch * (0.28 + 0.72 * lift))


def _direction(points: list[Point], at: int) -> Point:
    (x0, y0), (x1, y1) = points[max(0, at - 1)], points[min(len(points) - 1, at + 1)]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    return ((x1 - x0) / length, (y1 - y0) / length)


def brushed(contour: Contour, width: float, dice: random.Random, *, even: bool = False) -> Contour:
    """Return the shape that a brush leaves along a line.

    :param width: The widest it gets, in pixels.
    :param dice: Frays the edges; the same seed gives the same stroke.
    :param even: For edges of shapes: no flick at the end.
    """
    points = sampled(contour, _STEP)
    left: list[Point] = []
    right: list[Point] = []
    rough_left = rough_right = 0.0
    for at, (x, y) in enumerate(points):
        dx, dy = _direction(points, at)
        along = at / (len(points) - 1)
        half = width / 2 * (0.8 + 0.2 * math.sin(along * 9 + width) if even else _pressure(along))
        # A slow random walk: the hairs wander, they do not jump.
        rough_left = 0.7 * rough_left + dice.uniform(-0.055, 0.055) * width
        rough_right = 0.7 * rough_right + dice.uniform(-0.055, 0.055) * width
        left.append((x - dy * (half + rough_left), y + dx * (half + rough_left)))
        right.append((x + dy * (half + rough_right), y - dx * (half + rough_right)))
    (x0, y0), (ux, uy) = points[0], _direction(points, 0)
    cap = (x0 - ux * width * 0.24, y0 - uy * width * 0.24)
    (x1, y1), (vx, vy) = points[-1], _direction(points, len(points) - 1)
    tip = (x1 + vx * width * 0.2, y1 + vy * width * 0.2)
    return polygon([cap, *left, tip, *reversed(right)])


def dry_streaks(contour: Contour, width: float, dice: random.Random, *, since: float) -> list[Contour]:
    """Return thin gaps, to be drawn in the paper's colour, where the brush runs out of ink.

    :param since: From which part of the line on, 0-1.
    """
    points = sampled(contour, _STEP)
    streaks = []
    for _ in range(9):
        begin = int(len(points) * dice.uniform(since, 0.95))
        end = min(len(points) - 1, begin + dice.randint(8, 30))
        offset = dice.uniform(-0.36, 0.36) * width
        run = []
        for at in range(begin, end):
            dx, dy = _direction(points, at)
            run.append((points[at][0] - dy * offset, points[at][1] + dx * offset))
        if len(run) > 3:
            streaks.append(polygon(run, closed=False))
    return streaks


def splashes(x: float, y: float, reach: float, count: int, dice: random.Random) -> Iterable[tuple[Point, float]]:
    """Return drops of ink about (x, y): their middles and radii."""
    for _ in range(count):
        angle, far = dice.uniform(0, math.tau), reach * dice.random() ** 0.6
        yield ((x + far * math.cos(angle), y + far * math.sin(angle)), dice.uniform(1.5, 6.5) * (1.2 - far / reach))
