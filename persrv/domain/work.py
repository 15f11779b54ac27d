"""What the offline stages have done with each sticker, and what they could not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from persrv.domain.semantics import SemanticField


class Task(StrEnum):
    """An offline stage that looks at every sticker by itself."""

    OCR = "ocr"
    CAPTION = "caption"
    EMBED = "embed"
    NSFW = "nsfw"


@dataclass(frozen=True, slots=True)
class View:
    """How a stage sees a sticker.

    :param frames: Of an animated one, evenly spread.
    :param size: Of the longer side, in pixels.
    """

    frames: int
    size: int


VIEWS = {
    Task.OCR: View(frames=4, size=512),
    Task.CAPTION: View(frames=3, size=512),
    Task.EMBED: View(frames=3, size=320),
    Task.NSFW: View(frames=4, size=256),
}
"""512 pixels is Telegram's own size. OCR and NSFW look at every frame, as lettering comes and goes; the others at the
middle one, as the first is often empty. Line, texture and colour can be told at 320; open_nsfw sees 256."""

MOST_TRIES = 3
"""How often a sticker is tried by one engine before it is left alone; another engine or version begins anew."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What made something: kept beside it, so that another engine or version makes it afresh."""

    engine: str
    version: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a stage found out about one sticker.

    :param texts: Every field that the stage fills, "" where it found nothing.
    :param confidence: How sure the engine is, 0 to 1, where it says so.
    :param score: The NSFW score, 0 to 1, of the stage that gives one.
    """

    sticker_id: int
    texts: Mapping[SemanticField, str]
    confidence: float | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """One text of one sticker, and where it is from."""

    field: SemanticField
    text: str
    maker: Maker
    confidence: float | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a stage could not do its work on a sticker.

    :param reason: A sentence for a person.
    :param tries: How often this maker has tried.
    """

    sticker_id: int
    task: Task
    maker: Maker
    reason: str
    tries: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a stage is, in live stickers whose file is here.

    :param failed: Tried `MOST_TRIES` times, or fewer and still to be tried again.
    """

    total: int
    done: int
    failed: int
