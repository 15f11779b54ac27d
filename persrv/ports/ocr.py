"""Reading the words drawn on a sticker (paper, section 3.3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from persrv.ports.media import Frames


@dataclass(frozen=True, slots=True)
class OcrBox:
    """Where a line is: the upright rectangle around it, in shares (0 to 1) of the picture that the engine saw."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line of text that an engine saw.

    :param text: As read, without white space at the ends; never empty.
    :param score: The engine's confidence, 0 to 1.
    :param box: Where it is, if the engine says so.
    """

    text: str
    score: float
    box: OcrBox | None = None


class OcrEngine(Protocol):
    """Reads stickers, one at a time. Blocks for as long as it reads, so it belongs into a worker process."""

    name: str
    """The value of `PERSRV_OCR_ENGINE`."""
    version: str
    """Package, model and the way of reading, stored beside each result: another version reads afresh."""

    def read(self, frames: Frames) -> tuple[OcrLine, ...]:
        """The lines drawn on the sticker, in reading order: over all frames, merged, without false text.

        Nothing drawn gives an empty tuple.

        :raises OcrFailed: the engine broke on this sticker; the next one may be read.
        """

    def close(self) -> None:
        """Let go of the models. Idempotent."""
