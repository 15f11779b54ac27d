"""No OCR: for those who want none, and for tests."""

from __future__ import annotations

from persrv.ports.media import Frames
from persrv.ports.ocr import OcrLine


class NoOcrEngine:
    """`OcrEngine` that reads nothing."""

    name = "none"
    version = "none"

    def read(self, frames: Frames) -> tuple[OcrLine, ...]:
        """Nothing."""
        return ()

    def close(self) -> None:
        """Nothing to let go of."""
