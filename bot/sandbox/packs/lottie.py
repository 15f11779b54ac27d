"""Telegram's animated stickers: a small part of lottie, packed with gzip as `.tgs`.

Telegram asks for 512 x 512, 30 or 60 frames a second, at most 3 seconds and 64 KB, and shapes only.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.sandbox.packs.contours import Contour, Point
from bot.sandbox.packs.marks import Mark

RATE = 60
"""Frames a second."""
_Json = dict[str, object]
Keys = tuple[tuple[int, tuple[float, ...]], ...]
"""An animated value: (frame, value) in order of frames."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How a layer moves; each of the four is still where it is left out.

    :param anchor: The point of the layer that the others speak about.
    :param position: Where the anchor is.
    :param scale: Per cent, across and down.
    :param turn: Degrees, clockwise.
    :param opacity: Per cent.
    """

    anchor: Point = (0.0, 0.0)
    position: Keys = ((0, (0.0, 0.0)),)
    scale: Keys = ((0, (100.0, 100.0)),)
    turn: Keys = ((0, (0.0,)),)
    opacity: Keys = ((0, (100.0,)),)


@dataclass(frozen=True, slots=True)
class Layer:
    """Marks that move together, back to front."""

    marks: Sequence[Mark]
    motion: Motion = field(default_factory=Motion)


def _hex(colour: str) -> list[float]:
    return [round(int(colour[at : at + 2], 16) / 255, 3) for at in (1, 3, 5)] + [1.0]


def _shape(contour: Contour) -> _Json:
    """Return a lottie path: points, with tangents relative to them."""
    points: list[Point] = [contour.start]
    into: list[Point] = [contour.start]
    out: list[Point] = []
    for first, second, end in contour.curves:
        out.append(first)
        into.append(second)
        points.append(end)
    out.append(points[-1])
    if contour.closed and max(abs(points[-1][0] - points[0][0]), abs(points[-1][1] - points[0][1])) < 0.01:
        into[0] = into.pop()
        out.pop()
        points.pop()

    def near(tangents: list[Point]) -> list[list[float]]:
        pairs = zip(tangents, points, strict=True)
        return [[round(tx - x, 1), round(ty - y, 1)] for (tx, ty), (x, y) in pairs]

    corners = [[round(x, 1), round(y, 1)] for x, y in points]
    return {
        "ty": "sh",
        "ks": {"a": 0, "k": {"c": contour.closed, "v": corners, "i": near(into), "o": near(out)}},
    }


def _still(value: object) -> _Json:
    return {"a": 0, "k": value}


def _group(mark: Mark, palette: Mapping[str, str]) -> _Json:
    items: list[_Json] = [_shape(contour) for contour in mark.contours]
    if mark.stroke:
        items.append(
            {"ty": "st", "c": _still(_hex(palette[mark.stroke])), "o": _still(100),
             "w": _still(round(mark.width, 1)), "lc": 2, "lj": 2}
        )  # fmt: skip
    if mark.fill:
        items.append({"ty": "fl", "c": _still(_hex(palette[mark.fill])), "o": _still(100), "r": 1})
    items.append(
        {"ty": "tr", "p": _still([0, 0]), "a": _still([0, 0]), "s": _still([100, 100]), "r": _still(0),
         "o": _still(100)}
    )  # fmt: skip
    return {"ty": "gr", "it": items}


def _animated(keys: Keys) -> _Json:
    if len(keys) == 1:
        still = list(keys[0][1])
        return _still(still if len(still) > 1 else still[0])
    frames: list[_Json] = []
    for number, (frame, value) in enumerate(keys):
        entry: _Json = {"t": frame, "s": [round(part, 2) for part in value]}
        if number < len(keys) - 1:
            size = len(value)
            entry["i"] = {"x": [0.5] * size, "y": [1.0] * size}
            entry["o"] = {"x": [0.5] * size, "y": [0.0] * size}
        frames.append(entry)
    return {"a": 1, "k": frames}


def _layer(number: int, layer: Layer, palette: Mapping[str, str], length: int) -> _Json:
    motion = layer.motion
    return {
        "ddd": 0, "ind": number, "ty": 4, "sr": 1, "ip": 0, "op": length, "st": 0, "bm": 0,
        "ks": {
            "a": _still([*motion.anchor, 0]), "p": _animated(motion.position), "s": _animated(motion.scale),
            "r": _animated(motion.turn), "o": _animated(motion.opacity),
        },
        # Lottie lists the topmost shape first.
        "shapes": [_group(mark, palette) for mark in reversed(layer.marks)],
    }  # fmt: skip


def tgs(layers: Iterable[Layer], palette: Mapping[str, str], *, frames: int) -> bytes:
    """Return the layers, back to front, as the bytes of a `.tgs` file of that many frames at 60 a second."""
    stack = list(layers)[::-1]
    whole: _Json = {
        "tgs": 1, "v": "5.5.2", "fr": RATE, "ip": 0, "op": frames, "w": 512, "h": 512, "nm": "", "ddd": 0,
        "assets": [],
        "layers": [_layer(number + 1, layer, palette, frames) for number, layer in enumerate(stack)],
    }  # fmt: skip
    text = json.dumps(whole, separators=(",", ":"), ensure_ascii=True)
    # No time in the header: the same drawing must give the same bytes.
    return gzip.compress(text.encode("ascii"), 9, mtime=0)
