"""The things around a face: tears, a moon, a cake; on the same canvas as `faces.py` (head radius 100).

A style's canvas reaches to about 150 on each side. "skin" is the colour of the style's figure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bot.sandbox.packs.contours import ellipse, polygon, star
from bot.sandbox.packs.faces import heart
from bot.sandbox.packs.marks import Mark, fill, mirrored, moved, shape, stroke


@dataclass(frozen=True, slots=True)
class Scene:
    """What is behind the figure and what is before it, each back to front."""

    behind: list[Mark] = field(default_factory=list)
    front: list[Mark] = field(default_factory=list)


def _drop(x: float, y: float, size: float, turn: float = 0.0) -> list[Mark]:
    return moved(
        [fill("M0 -16 Q13 2 10 8 Q6 16 0 16 Q-6 16 -10 8 Q-13 2 0 -16 Z", "blue")], x, y, scale=size, turn=turn
    )


def _sparkle(x: float, y: float, size: float) -> Mark:
    text = "M0 -10 Q2 -2 10 0 Q2 2 0 10 Q-2 2 -10 0 Q-2 -2 0 -10 Z"
    return moved([fill(text, "gold", "dark", 30 / size)], x, y, scale=size / 10)[0]


def _hand(x: float, y: float, rx: float = 19, ry: float = 16) -> Mark:
    return shape(ellipse(x, y, rx, ry), "skin", "dark", 5)


def _both(marks: list[Mark]) -> list[Mark]:
    return marks + mirrored(marks)


def _zzz() -> list[Mark]:
    letter = [stroke("M-9 -10 L9 -10 L-9 10 L9 10", "blue", 6)]
    return moved(letter, 78, -92, scale=0.9) + moved(letter, 102, -116, scale=1.15, turn=8)


def _sun() -> list[Mark]:
    rays = []
    for index in range(16):
        angle = index * math.tau / 16
        near, far = 112, 148 if index % 2 else 138
        wide = 0.085
        rays.append(
            polygon(
                [
                    (near * math.cos(angle - wide), near * math.sin(angle - wide)),
                    (far * math.cos(angle), far * math.sin(angle)),
                    (near * math.cos(angle + wide), near * math.sin(angle + wide)),
                ]
            )
        )
    return [Mark(tuple(rays), "gold", "dark", 4)]


def _confetti() -> list[Mark]:
    roles = ("red", "gold", "blue", "green", "pink")
    places = ((-122, -60), (-98, -104), (-60, -126), (64, -128), (102, -100), (126, -56), (-134, -8), (134, 0))
    marks = []
    for index, (x, y) in enumerate(places):
        bit = (
            fill("M-8 -4 L8 -4 L8 4 L-8 4 Z", roles[index % 5], "", 0),
            stroke("M-10 0 Q-5 -9 0 0 Q5 9 10 0", roles[index % 5], 5),
            shape(ellipse(0, 0, 6), roles[index % 5], ""),
        )[index % 3]
        marks += moved([bit], x, y, scale=1.15, turn=index * 47)
    return marks


def _bowl() -> list[Mark]:
    return [
        stroke("M52 30 L92 -8 M66 38 L108 2", "brown", 6),
        fill("M-46 68 Q-40 42 -22 50 Q-12 34 4 44 Q20 34 28 50 Q42 44 46 68 Z", "white"),
        fill("M-56 64 L56 64 Q54 104 26 110 L-26 110 Q-54 104 -56 64 Z", "red", "dark", 5),
        stroke("M-44 80 Q-22 90 0 80 Q22 70 44 80", "white", 5),
    ]


def _cake() -> list[Mark]:
    marks = [
        fill("M-62 116 L-62 76 Q-62 66 -50 66 L50 66 Q62 66 62 76 L62 116 Z", "pink", "dark", 5),
        fill(
            "M-62 76 Q-62 66 -50 66 L50 66 Q62 66 62 76 L62 84 Q52 98 42 84 Q31 98 21 84 Q10 98 0 84"
            " Q-10 98 -21 84 Q-31 98 -42 84 Q-52 98 -62 84 Z",
            "white",
        ),
    ]
    for x in (-30, 0, 30):
        marks += [
            fill(f"M{x - 4} 66 L{x - 4} 46 L{x + 4} 46 L{x + 4} 66 Z", "blue", "dark", 3),
            fill(f"M{x} 26 Q{x + 8} 38 {x} 43 Q{x - 8} 38 {x} 26 Z", "gold", "dark", 3),
        ]
    return marks


def _laptop() -> list[Mark]:
    return [
        fill("M-52 60 Q-52 54 -46 54 L46 54 Q52 54 52 60 L56 104 L-56 104 Z", "grey", "dark", 5),
        heart(0, 79, 11, "white", ""),
        fill("M-68 104 L68 104 Q68 114 58 114 L-58 114 Q-68 114 -68 104 Z", "silver", "dark", 5),
        _hand(-62, 96, 14, 13),
        _hand(62, 96, 14, 13),
    ]


def _thumb() -> list[Mark]:
    hand = [
        fill(
            "M-12 -6 Q-4 -14 -4 -30 Q2 -40 10 -31 Q13 -20 9 -9 L24 -9 Q33 -7 30 2 Q33 8 28 13 Q29 20 23 23"
            " Q22 31 14 31 L-12 29 Z",
            "skin",
            "dark",
            5,
        ),
        stroke("M14 3 L28 3 M13 13 L26 13 M13 22 L22 22", "dark", 3),
    ]
    return moved(hand, 92, 42, scale=1.15, turn=6)


def _ring() -> list[Mark]:
    """The OK hand: a ring of thumb and finger, three fingers up."""
    hand = [
        fill(
            "M-2 0 L4 -36 Q10 -42 15 -34 L11 0 Z M8 0 L20 -32 Q27 -36 30 -28 L19 4 Z"
            " M16 4 L33 -20 Q41 -22 42 -14 L24 12 Z",
            "skin",
            "dark",
            4.5,
        ),
        shape(ellipse(4, 16, 24, 22), "skin", "dark", 5),
        shape(ellipse(-6, 12, 9), "mouth", "dark", 5),
    ]
    return moved(hand, 92, 42, scale=1.05)


def _question() -> list[Mark]:
    mark = [
        stroke("M-11 -12 Q-11 -26 2 -26 Q14 -26 14 -14 Q14 -5 2 0 L2 8", "dark", 15),
        shape(ellipse(2, 22, 7.5), "dark", ""),
        stroke("M-11 -12 Q-11 -26 2 -26 Q14 -26 14 -14 Q14 -5 2 0 L2 8", "gold", 8),
        shape(ellipse(2, 22, 4), "gold", ""),
    ]
    return moved(mark, 98, -92, scale=1.15, turn=14) + moved(mark, -102, -86, scale=0.8, turn=-16)


_BANG = [
    fill("M-7 -28 Q0 -34 7 -28 L4 8 L-4 8 Z", "red"),
    shape(ellipse(0, 22, 6.5), "red"),
]
_BEHIND: dict[str, list[Mark]] = {"sun": _sun()}
_FRONT: dict[str, list[Mark]] = {
    "joy": _both(_drop(-74, -2, 1.0, 50)),
    "tears": _both([
        fill("M-50 12 Q-38 18 -26 12 Q-22 50 -30 82 Q-42 92 -54 76 Q-58 40 -50 12 Z", "blue", "", 0),
        stroke("M-44 26 Q-46 52 -45 70", "white", 4),
    ]),
    "palms": [
        fill("M-3 104 Q-22 100 -20 80 Q-16 58 -3 48 Z M3 104 Q22 100 20 80 Q16 58 3 48 Z", "skin", "dark", 5),
    ],
    "sparkles": [_sparkle(-110, -72, 24), _sparkle(112, -78, 19), _sparkle(-128, -34, 13)],
    "moon": moved(
        [fill("M8 -34 Q-34 -30 -30 6 Q-22 38 16 30 Q-10 20 -10 -4 Q-8 -24 8 -34 Z", "gold", "dark", 5)],
        -104, -88, scale=0.95, turn=-10),
    "zzz": _zzz(),
    "fists": _both([_hand(-92, 34, 22, 20), stroke("M-100 26 L-100 42 M-90 24 L-90 44", "dark", 3)])
    + _both([stroke("M-122 -6 L-138 -18 M-128 20 L-146 18 M-108 -26 L-116 -42", "gold", 7)]),
    "vein": moved([stroke("M-16 -6 Q-4 -4 -6 -16 M6 -16 Q4 -4 16 -6 M16 6 Q4 4 6 16 M-6 16 Q-4 4 -16 6",
                          "red", 7)], 66, -74, scale=1.2, turn=8),
    "steam": _both([fill("M-102 -28 Q-120 -20 -132 -34 Q-150 -38 -144 -54 Q-148 -72 -130 -70"
                         " Q-116 -82 -108 -66 Q-94 -62 -100 -48 Q-94 -38 -102 -28 Z", "white")]),
    "hearts": [heart(-112, -62, 22), heart(108, -88, 27), heart(128, -30, 13, "pink")],
    "sweat": _drop(88, -52, 1.25, 14),
    "ring": _ring(),
    "tick": moved([
        shape(ellipse(0, 0, 32), "green", "dark", 5),
        stroke("M-14 1 L-4 12 L15 -11", "white", 9),
    ], 92, 52),
    "gloom": [stroke("M-34 -92 L-34 -64 M-14 -96 L-14 -58 M6 -96 L6 -62 M26 -94 L26 -68", "blue", 5)],
    "bang": moved(_BANG, 106, -84, scale=1.1, turn=16) + moved(_BANG, 132, -58, scale=0.8, turn=32),
    "ellipsis": moved([
        fill("M-44 -24 Q-44 -34 -34 -34 L34 -34 Q44 -34 44 -24 L44 14 Q44 24 34 24 L-14 24 L-32 42 L-30 24"
             " Q-44 24 -44 14 Z", "white", "dark", 5),
        *(shape(ellipse(x, -5, 6.5), "dark", "") for x in (-22, 0, 22)),
    ], -94, -98, scale=0.85),
    "hat": [
        *moved([
            fill("M-34 10 L0 -66 L34 10 Q0 24 -34 10 Z", "red", "dark", 5),
            stroke("M-21 -12 Q0 -4 18 -22 M-11 -36 Q0 -32 9 -44", "gold", 7),
            shape(star(0, -68, 19, 10, 8), "gold", "dark", 4),
        ], 6, -86, scale=0.74, turn=8),
    ],
    "confetti": _confetti(),
    "bowl": [*_bowl(), _hand(-58, 80, 15, 14), _hand(58, 80, 15, 14)],
    "bags": _both([stroke("M-52 12 Q-38 20 -25 12", "grey", 4)]),
    "wave": [
        *moved([fill("M-16 24 Q-26 4 -22 -8 Q-18 -14 -14 -6 L-10 4 L-12 -24 Q-8 -32 -3 -24 L0 -2 L4 -28"
                     " Q9 -34 13 -26 L11 0 L19 -20 Q26 -24 27 -16 Q24 8 18 24 Q0 36 -16 24 Z",
                     "skin", "dark", 5)], 104, -22, scale=1.1, turn=16),
        stroke("M132 -66 Q146 -52 146 -34 M76 -62 Q66 -48 70 -34", "gold", 6),
    ],
    "thumb": _thumb(),
    "question": _question(),
    "fingers": [_hand(-16, 74, 17, 14), _hand(16, 74, 17, 14)],
    "blushing": _both([stroke("M-70 12 L-74 24 M-61 12 L-65 24 M-52 12 L-56 24", "red", 4)]),
    "wall": [
        fill("M-150 58 L150 58 L150 118 L-150 118 Z", "wood", "dark", 5),
        stroke("M-150 84 L150 84", "brown", 3),
        _hand(-62, 60, 18, 15), _hand(62, 60, 18, 15),
    ],
    "laptop": _laptop(),
    "briefcase": moved([
        stroke("M-12 -22 L-12 -32 L12 -32 L12 -22", "dark", 6),
        fill("M-36 -22 L36 -22 Q42 -22 42 -16 L42 24 Q42 30 36 30 L-36 30 Q-42 30 -42 24 L-42 -16"
             " Q-42 -22 -36 -22 Z", "brown", "dark", 5),
        stroke("M-42 2 L42 2", "dark", 4),
        fill("M-7 -4 L7 -4 L7 9 L-7 9 Z", "gold", "dark", 3),
    ], 84, 78, scale=0.9, turn=-10),
    "cake": _cake(),
}  # fmt: skip


def scene(props: tuple[str, ...]) -> Scene:
    """Return the named things, back to front.

    :raises KeyError: for a name that is not drawn here.
    """
    drawn = Scene()
    for name in props:
        if name in _BEHIND:
            drawn.behind.extend(_BEHIND[name])
        else:
            drawn.front.extend(_FRONT[name])
    return drawn
