"""Eyes, mouths and brows that every drawn style shares.

A face is drawn about (0, 0) on a head of radius 100; x to the right, y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.packs.contours import ellipse, star
from bot.sandbox.packs.marks import Mark, fill, mirrored, moved, shape, stroke

_EYE_X, _EYE_Y, _MOUTH_Y = 38.0, -8.0, 30.0


@dataclass(frozen=True, slots=True)
class Expression:
    """What a face does.

    :param eyes, mouth, brows: Names of the drawings below; brows may be "".
    :param blush: Whether the cheeks are pink.
    :param props: Names of the things around the face (`props.py`).
    """

    eyes: str
    mouth: str
    brows: str = ""
    blush: bool = True
    props: tuple[str, ...] = ()


EXPRESSIONS = {
    "laugh": Expression("squeeze", "grin", props=("joy",)),
    "sad": Expression("teary", "wail", "sad", props=("tears",)),
    "thanks": Expression("happy", "smile", props=("palms", "sparkles")),
    "night": Expression("closed", "small", props=("moon", "zzz")),
    "cheer": Expression("star", "grin", "angry", props=("fists",)),
    "angry": Expression("glare", "teeth", "angry", blush=False, props=("vein", "steam")),
    "love": Expression("heart", "cat", props=("hearts",)),
    "sorry": Expression("teary", "frown", "sad", props=("palms", "sweat")),
    "ok": Expression("wink", "tongue", props=("ring",)),
    "got": Expression("dot", "smile", props=("tick",)),
    "shock": Expression("wide", "gasp", "raised", blush=False, props=("gloom", "bang")),
    "speechless": Expression("line", "flat", blush=False, props=("ellipsis", "sweat")),
    "party": Expression("happy", "grin", props=("hat", "confetti")),
    "hungry": Expression("dot", "drool", props=("bowl",)),
    "tired": Expression("half", "wavy", "sad", blush=False, props=("bags", "sweat")),
    "morning": Expression("happy", "grin", props=("sun",)),
    "bye": Expression("happy", "smile", props=("wave",)),
    "great": Expression("dot", "grin", props=("thumb", "sparkles")),
    "confused": Expression("odd", "slant", "one", blush=False, props=("question",)),
    "shy": Expression("side", "wavy", props=("fingers", "blushing")),
    "there": Expression("look", "small", "raised", props=("wall",)),
    "work": Expression("half", "flat", blush=False, props=("laptop", "sweat")),
    "off": Expression("star", "grin", props=("confetti", "briefcase")),
    "birthday": Expression("happy", "cat", props=("hat", "cake")),
}
"""One expression for each phrase (`phrases.py`)."""


def _dot() -> list[Mark]:
    return [shape(ellipse(0, 0, 10, 12.5), "dark", ""), shape(ellipse(-3, -5, 3.6), "white", "")]


def _teary() -> list[Mark]:
    return [
        shape(ellipse(0, 0, 15, 17), "dark", ""),
        shape(ellipse(-4, -6, 5.5), "white", ""),
        shape(ellipse(5, 5, 3), "white", ""),
        fill("M-11 8 Q0 15 11 8 Q6 17 0 17 Q-6 17 -11 8 Z", "blue", ""),
    ]


def _open(pupil: float, x: float = 0.0, y: float = 0.0, radius: float = 18.0) -> list[Mark]:
    return [shape(ellipse(0, 0, radius), "white"), shape(ellipse(x, y, pupil), "dark", "")]


def heart(x: float, y: float, size: float, role: str = "red", edge: str = "dark") -> Mark:
    """Return a heart about (x, y), `size` from its middle to its side."""
    text = "M0 9 C-14 -1 -10 -12 -4 -10 C-1 -9 0 -6 0 -5 C0 -6 1 -9 4 -10 C10 -12 14 -1 0 9 Z"
    # The 3.6 undoes most of the scaling of the line.
    return moved([fill(text, role, edge, 36 / size)], x, y, scale=size / 10)[0]


_HAPPY = stroke("M-15 7 Q0 -16 15 7", width=7)
_CLOSED = stroke("M-15 -3 Q0 14 15 -3", width=7)
_HALF = [
    fill("M-12 -2 L12 -2 Q11 13 0 13 Q-11 13 -12 -2 Z", "dark", ""),
    stroke("M-17 -3 L17 -3", width=6),
]
_SIDE = [shape(ellipse(7, 3, 8, 10), "dark", ""), stroke("M-14 -10 Q0 -17 15 -8", width=5)]


def _eyes(name: str) -> tuple[list[Mark], list[Mark]]:
    """Return the left and the right eye about (0, 0)."""
    squeeze = [stroke("M-13 -13 L11 0 L-13 13", width=7)]
    both = {
        "dot": _dot(),
        "glare": [shape(ellipse(2, 2, 9), "dark", ""), shape(ellipse(0, -1, 3), "white", "")],
        "happy": [_HAPPY],
        "closed": [_CLOSED],
        "wide": _open(5),
        "line": [stroke("M-15 0 L15 0", width=7)],
        "teary": _teary(),
        "star": [shape(star(0, 0, 19, 9, 5), "gold", "dark", 4)],
        "heart": [heart(0, 1, 19)],
        "half": _HALF,
        "look": _open(9, 6, -2),
    }
    if name in both:
        return both[name], both[name]
    special = {
        "squeeze": (squeeze, mirrored(squeeze)),
        "wink": (_dot(), mirrored(squeeze)),
        "odd": (_open(6, 2, -3, 20), _dot()),
        "side": (_SIDE, _SIDE),
    }
    return special[name]


def _mouth(name: str) -> list[Mark]:
    """Return a mouth about (0, 0)."""
    drawings = {
        "smile": [stroke("M-17 -5 Q0 15 17 -5")],
        "small": [stroke("M-8 -3 Q0 6 8 -3", width=5)],
        "grin": [
            fill("M-27 -8 Q0 -3 27 -8 Q25 27 0 27 Q-25 27 -27 -8 Z", "mouth", "dark", 5),
            fill("M-14 21 Q0 5 14 21 Q7 25.5 0 25.5 Q-7 25.5 -14 21 Z", "tongue", ""),
        ],
        "wail": [
            fill("M-23 16 Q-19 -14 0 -14 Q19 -14 23 16 Q0 8 -23 16 Z", "mouth", "dark", 5),
            fill("M-13 10 Q0 -2 13 10 Q0 8 -13 10 Z", "tongue", ""),
        ],
        "frown": [stroke("M-15 7 Q0 -10 15 7")],
        "flat": [stroke("M-14 2 L14 2")],
        "gasp": [shape(ellipse(0, 8, 13, 20), "mouth", "dark", 5), shape(ellipse(0, 18, 8, 6), "tongue", "")],
        "wavy": [stroke("M-20 3 Q-14 -7 -7 3 Q0 12 7 3 Q14 -7 20 3")],
        "cat": [stroke("M-18 -4 Q-12 12 0 -2 Q12 12 18 -4")],
        "teeth": [
            fill("M-25 -4 Q0 -13 25 -4 Q28 15 22 16 Q0 9 -22 16 Q-28 15 -25 -4 Z", "white", "dark", 5),
            stroke("M-12 -7 L-11 11 M0 -8 L0 11 M12 -7 L11 11 M-24 5 Q0 -3 24 5", width=3),
        ],
        "tongue": [
            fill("M3 4 Q4 21 13 19 Q22 16 16 -1 Q9 4 3 4 Z", "tongue", "dark", 4),
            stroke("M-19 -5 Q0 15 20 -5"),
        ],
        "drool": [
            fill("M-22 -6 Q0 -2 22 -6 Q19 20 0 20 Q-19 20 -22 -6 Z", "mouth", "dark", 5),
            fill("M15 8 Q25 24 18 30 Q10 30 11 20 Z", "blue", "", 0),
        ],
        "slant": [stroke("M-14 6 Q0 -5 15 -1")],
    }
    return drawings[name]


def _brows(name: str) -> list[Mark]:
    left = {
        "angry": "M-58 -39 L-25 -25",
        "sad": "M-58 -31 Q-42 -34 -27 -44",
        "raised": "M-54 -40 Q-40 -52 -25 -42",
    }
    if name == "one":
        return [stroke("M-56 -40 Q-40 -56 -22 -44", width=6), stroke("M24 -32 L54 -30", width=6)]
    if name not in left:
        return []
    brow = [stroke(left[name], width=6)]
    return brow + mirrored(brow)


def face(expression: Expression) -> list[Mark]:
    """Return the marks of a face, back to front."""
    left, right = _eyes(expression.eyes)
    marks = []
    if expression.blush:
        marks += [shape(ellipse(x, 17, 14, 9), "blush", "") for x in (-62, 62)]
    marks += moved(left, -_EYE_X, _EYE_Y) + moved(right, _EYE_X, _EYE_Y)
    return marks + _brows(expression.brows) + moved(_mouth(expression.mouth), 0, _MOUTH_Y)
