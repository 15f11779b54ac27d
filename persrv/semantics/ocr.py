"""From what an engine saw to the words drawn on a sticker (paper, section 3.3.2).

The paper keeps text with a score above 0.7. On drawings that lets false text through: eyes are read as "xx" or "60",
windows as "LL", a mouth as "D". Those are short, so short lines have to do better. And an animated sticker shows its
line many times, or letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from persrv.ports.media import Frames
from persrv.ports.ocr import OcrBox, OcrLine
from persrv.semantics.flatten import distinct_pictures
from persrv.text.normalisation import normalise
from persrv.text.scripts import HAN, HANGUL, KANA

READING_VERSION: Final = "1"
"""Changes whenever the same engine would give other lines: with the ground, the filter or the merging."""
PAPER_SCORE: Final = 0.7
"""Lines must score above this (paper, section 3.3.2)."""
SHORT_SCORE: Final = 0.9
"""Two or three letters or digits must reach this: measured on drawings without text."""
LONE_SCORE: Final = 0.95
"""A lone Chinese character must reach this: boxes, mouths and mountains are read as 日, 口 and 山."""
SHORT_CHARACTERS: Final = 3
"""Up to this many letters and digits are short."""
SIMILAR: Final = 0.75
"""Share of matching characters from which two lines of different frames are one line, misread once."""

_IDEOGRAPH: Final = re.compile(f"[{HAN}{KANA}{HANGUL}]")
_SPOKEN_MARK: Final = re.compile("[!！?？~～]$")
_EYE_SHAPES: Final = frozenset("0o689qx1li|vu")
_TRIPLE_SHAPES: Final = frozenset("0o1lix|")

PictureReader: TypeAlias = Callable[[NDArray[np.uint8]], Sequence[OcrLine]]
"""Reads one uint8 RGB picture of shape (height, width, 3): every line, whatever its score, in any order."""


def read_frames(read_picture: PictureReader, frames: Frames) -> tuple[OcrLine, ...]:
    """Read every frame that differs, and give the lines that are really there, once each, in reading order."""
    pictures = distinct_pictures(frames.pixels)
    return merge([kept_lines(read_picture(picture)) for picture in pictures])


def is_real(line: OcrLine) -> bool:
    """Whether a line is lettering, by its score and its characters, and not a drawing that was read as text."""
    if line.score <= PAPER_SCORE:
        return False
    content = "".join(filter(str.isalnum, normalise(line.text)))
    ideographs = len(_IDEOGRAPH.findall(content))
    if ideographs >= 2 or (ideographs == 1 and len(content) >= 2):
        return True
    if ideographs == 1:
        # A drawing is read as a character, but never as one with an exclamation mark.
        return line.score >= LONE_SCORE or _SPOKEN_MARK.search(line.text.strip()) is not None
    if len(content) < 2:
        return False
    if len(content) > SHORT_CHARACTERS:
        return True
    return line.score >= SHORT_SCORE and not _looks_like_eyes(content)


def kept_lines(lines: Iterable[OcrLine]) -> tuple[OcrLine, ...]:
    """The real lines of one picture, in reading order: rows from top to bottom, a row from left to right."""
    return _in_reading_order(line for line in lines if is_real(line))


def merge(readings: Sequence[Sequence[OcrLine]]) -> tuple[OcrLine, ...]:
    """Join what was read on the frames of one sticker.

    A line that is seen again, or nearly so, stands once: the longer version if one holds the other (lettering that
    types itself out), else the one with the higher score. Lines of one frame are never joined with each other.

    :param readings: Per frame, its lines; frames in time order.
    :return: In reading order; lines that share a place, one after the other in time, in time order.
    """
    merged: list[OcrLine] = []
    for reading in readings:
        taken: set[int] = set()
        added: list[OcrLine] = []
        for line in reading:
            place = _same_line(line, merged, taken)
            if place is None:
                added.append(line)
            else:
                merged[place] = _better(merged[place], line)
                taken.add(place)
        merged += added
    return _in_reading_order(merged)


def ocr_text(lines: Iterable[OcrLine]) -> str:
    """The text for the index and for people: one line each, in the order given."""
    return "\n".join(line.text for line in lines)


def _looks_like_eyes(content: str) -> bool:
    if len(content) == 2:
        return set(content) <= _EYE_SHAPES or (content[0] == content[1] and content in {"ll", "ww", "cc", "dd", "gg"})
    return len(set(content)) == 1 and content[0] in _TRIPLE_SHAPES


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, normalise(text))) or normalise(text)


def _same_line(line: OcrLine, merged: Sequence[OcrLine], taken: set[int]) -> int | None:
    """Where the line that this one repeats is, the most similar first; one that this frame has not matched yet."""
    key = _key(line.text)
    best: tuple[float, int] | None = None
    for place, other in enumerate(merged):
        if place in taken:
            continue
        likeness = _likeness(key, _key(other.text))
        if likeness >= SIMILAR and (best is None or likeness > best[0]):
            best = likeness, place
    return best[1] if best else None


def _likeness(one: str, other: str) -> float:
    """1 for equal, just below for a line and the beginning or end of it, else the share of matching characters."""
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if longer.startswith(shorter) or longer.endswith(shorter):
        return 0.99
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _better(one: OcrLine, other: OcrLine) -> OcrLine:
    key, other_key = _key(one.text), _key(other.text)
    if key != other_key and (key in other_key or other_key in key):
        return one if len(key) > len(other_key) else other
    return one if one.score >= other.score else other


def _in_reading_order(lines: Iterable[OcrLine]) -> tuple[OcrLine, ...]:
    """Rows from top to bottom, a row from left to right; in one place in the order given; without a box last."""
    given = list(lines)
    boxes = [(place, line.box) for place, line in enumerate(given) if line.box is not None]
    rows: list[list[tuple[int, OcrBox]]] = []
    for place, box in sorted(boxes, key=lambda item: item[1].top):
        row = next((row for row in rows if _overlap(row[0][1], box, "top", "bottom")), None)
        if row is None:
            rows.append([(place, box)])
        else:
            row.append((place, box))
    ordered = [place for row in rows for place in _left_to_right(row)]
    return (*(given[place] for place in ordered), *(line for line in given if line.box is None))


def _left_to_right(row: list[tuple[int, OcrBox]]) -> list[int]:
    """An insertion sort that never passes a line in the same place."""
    ordered: list[tuple[int, OcrBox]] = []
    for place, box in sorted(row, key=lambda item: item[0]):
        at = len(ordered)
        while at and box.left < ordered[at - 1][1].left and not _overlap(ordered[at - 1][1], box, "left", "right"):
            at -= 1
        ordered.insert(at, (place, box))
    return [place for place, _ in ordered]


def _overlap(one: OcrBox, other: OcrBox, start: str, end: str) -> bool:
    """Whether two boxes share more than half of the smaller one's extent along one direction."""
    starts, ends = (getattr(one, start), getattr(other, start)), (getattr(one, end), getattr(other, end))
    extents = (ends[0] - starts[0], ends[1] - starts[1])
    return bool(min(ends) - max(starts) > 0.5 * min(extents))
