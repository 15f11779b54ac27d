"""Bouncy: an animated ball that hops, shakes, sways and swells, with captions that pop."""

from __future__ import annotations

from bot.sandbox.packs.contours import ellipse
from bot.sandbox.packs.faces import EXPRESSIONS, face
from bot.sandbox.packs.glyphs import sans
from bot.sandbox.packs.lettering import caption
from bot.sandbox.packs.lottie import Keys, Layer, Motion, tgs
from bot.sandbox.packs.marks import Mark, fill, moved, shape, stroke
from bot.sandbox.packs.phrases import BY_KEY, PHRASES
from bot.sandbox.packs.props import scene

_LENGTH = 120
"""Frames: two seconds."""
_X, _FLOOR, _RADIUS = 256.0, 384.0, 136.0
_BALLS = (
    ("#ffd23f", "#f2a516"), ("#ff8a5c", "#e2603a"), ("#5fd3bc", "#2fa893"),
    ("#7cb8ff", "#4a8be0"), ("#c79bff", "#9a66e0"), ("#ff86b3", "#e0558c"),
)  # fmt: skip
_MOOD = {"angry": 1, "sad": 3, "shock": 3, "love": 5, "shy": 5, "night": 4, "tired": 4, "morning": 0, "got": 2}
_LETTERS = ("#e2603a", "#2f7fd0", "#12976f", "#d9427f", "#7a4fd0")
_DANCE = {
    "hop": ("laugh", "cheer", "ok", "party", "off", "great", "birthday", "hungry", "thanks", "got"),
    "shake": ("angry", "shock", "there"),
    "sway": ("sad", "sorry", "tired", "night", "speechless", "confused", "bye", "work"),
    "swell": ("love", "shy", "morning"),
}


def _hop() -> Motion:
    """Return two hops: a crouch, a stretch, a landing that squashes."""
    place: list[tuple[int, tuple[float, ...]]] = []
    size: list[tuple[int, tuple[float, ...]]] = []
    for begin in (0, 60):
        place += [(begin, (_X, _FLOOR)), (begin + 10, (_X, _FLOOR)), (begin + 28, (_X, _FLOOR - 46)),
                  (begin + 46, (_X, _FLOOR))]  # fmt: skip
        size += [(begin, (100.0, 100.0)), (begin + 9, (112.0, 87.0)), (begin + 18, (93.0, 108.0)),
                 (begin + 30, (100.0, 100.0)), (begin + 42, (94.0, 107.0)), (begin + 49, (115.0, 85.0)),
                 (begin + 55, (97.0, 103.0))]  # fmt: skip
    place.append((_LENGTH, (_X, _FLOOR)))
    size.append((_LENGTH, (100.0, 100.0)))
    return Motion((0.0, 0.0), tuple(place), tuple(size))


def _shake() -> Motion:
    place = tuple(
        (frame, (_X + (0, 13, -13)[0 if frame % 60 >= 42 else 1 + frame // 6 % 2], _FLOOR))
        for frame in range(0, _LENGTH + 1, 6)
    )
    place = ((0, (_X, _FLOOR)), *place[1:-1], (_LENGTH, (_X, _FLOOR)))
    size: Keys = ((0, (100.0, 100.0)), (20, (106.0, 97.0)), (48, (100.0, 100.0)), (80, (106.0, 97.0)),
                  (_LENGTH, (100.0, 100.0)))  # fmt: skip
    return Motion((0.0, 0.0), place, size)


def _sway() -> Motion:
    turn: Keys = ((0, (-5.0,)), (60, (5.0,)), (_LENGTH, (-5.0,)))
    size: Keys = ((0, (103.0, 97.0)), (30, (98.0, 102.0)), (60, (103.0, 97.0)), (90, (98.0, 102.0)),
                  (_LENGTH, (103.0, 97.0)))  # fmt: skip
    return Motion((0.0, 0.0), ((0, (_X, _FLOOR)),), size, turn)


def _swell() -> Motion:
    size: Keys = ((0, (100.0, 100.0)), (14, (110.0, 110.0)), (28, (100.0, 100.0)), (42, (112.0, 112.0)),
                  (70, (100.0, 100.0)), (_LENGTH, (100.0, 100.0)))  # fmt: skip
    turn: Keys = ((0, (-3.0,)), (60, (3.0,)), (_LENGTH, (-3.0,)))
    return Motion((0.0, 0.0), ((0, (_X, _FLOOR)),), size, turn)


_MOTIONS = {"hop": _hop, "shake": _shake, "sway": _sway, "swell": _swell}
_DANCES = {key: dance for dance, keys in _DANCE.items() for key in keys}


def _ball() -> list[Mark]:
    """Return the ball, its lowest point at (0, 0)."""
    r = _RADIUS
    return [
        shape(ellipse(0, -r, r), "white", "white", 26),
        shape(ellipse(0, -r, r), "body", ""),
        fill(f"M{-r * 0.72} {-r * 0.31} C{-r * 0.3} {r * 0.02} {r * 0.62} {-r * 0.05} {r * 0.86} {-r * 1.5}"
             f" C{r * 1.2} {-r * 0.8} {r * 0.9} 0 0 0 C{-r * 0.4} 0 {-r * 0.6} {-r * 0.16} {-r * 0.72} {-r * 0.31} Z",
             "shade", ""),
        shape(ellipse(0, -r, r), "", "dark", 8),
        stroke(f"M{-r * 0.72} {-r * 1.36} Q{-r * 0.56} {-r * 1.68} {-r * 0.24} {-r * 1.8}", "white", 13),
    ]  # fmt: skip


def draw(key: str) -> bytes:
    """Return the sticker of a phrase as `.tgs`."""
    phrase = BY_KEY[key]
    number = PHRASES.index(phrase)
    body, shade = _BALLS[_MOOD.get(key, number % len(_BALLS))]
    palette = {
        "dark": "#3a2b38", "white": "#ffffff", "red": "#f5484f", "blue": "#59b6f5", "gold": "#ffd23f",
        "green": "#46bf6c", "pink": "#ff8fc0", "grey": "#8d94ab", "silver": "#c8ccdb", "brown": "#b47a4a",
        "wood": "#e2b27c", "mouth": "#9c3346", "tongue": "#ff7d8c", "blush": "#ff7d8c", "skin": body,
        "body": body, "shade": shade, "letters": _LETTERS[number % len(_LETTERS)], "floor": "#c9ccd6",
    }  # fmt: skip
    expression = EXPRESSIONS[key]
    around = scene(expression.props)
    motion = _MOTIONS[_DANCES[key]]()
    beat: Keys = ((0, (100.0, 100.0)), (30, (106.0, 106.0)), (60, (100.0, 100.0)), (90, (106.0, 106.0)),
                  (_LENGTH, (100.0, 100.0)))  # fmt: skip
    pop: Keys = ((0, (100.0, 100.0)), (8, (113.0, 113.0)), (18, (96.0, 96.0)), (26, (100.0, 100.0)),
                 (_LENGTH, (100.0, 100.0)))  # fmt: skip
    shadow: Keys = ((0, (100.0, 100.0)), (28, (72.0, 72.0)), (46, (100.0, 100.0)), (60, (100.0, 100.0)),
                    (88, (72.0, 72.0)), (106, (100.0, 100.0)), (_LENGTH, (100.0, 100.0)))  # fmt: skip
    text = phrase.chinese(0) if number % 2 == 0 else phrase.english(0)
    words = caption(text, sans(), x=0, y=0, size=84, fit=430, spacing=0.03, sway=4, seed=number)
    lettering = [
        Mark(words.contours, "white", "white", words.stroke(230)),
        Mark(words.contours, "letters", "letters", words.stroke(58)),
    ]
    figure = _ball() + moved(face(expression), 0, -_RADIUS + 6, scale=1.3)
    centre = (256.0, _FLOOR - _RADIUS)
    layers = [
        Layer([shape(ellipse(0, 0, 104, 13), "floor", "")],
              Motion(position=((0, (_X, _FLOOR + 4)),), scale=shadow if _DANCES[key] == "hop" else pop[:1],
                     opacity=((0, (70.0,)),))),
        Layer(moved(around.behind, 0, 0, scale=1.3), Motion(position=((0, centre),), scale=beat)),
        Layer(figure + moved(around.front, 0, -_RADIUS, scale=1.28), motion),
        Layer(lettering, Motion(position=((0, (256.0, 474.0)),), scale=pop)),
    ]  # fmt: skip
    return tgs([layer for layer in layers if layer.marks], palette, frames=_LENGTH)
