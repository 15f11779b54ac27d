"""The OCR engine that the settings name."""

from __future__ import annotations

from typing import Final

from persrv.adapters.ocr.none import NoOcrEngine
from persrv.adapters.ocr.paddle import PaddleOcrEngine
from persrv.adapters.ocr.rapid import RapidOcrEngine
from persrv.errors import ConfigurationError
from persrv.ports.ocr import OcrEngine

OCR_ENGINES: Final = ("rapidocr", "paddleocr", "none")
"""What `PERSRV_OCR_ENGINE` may be; the first is the default."""
MOST_THREADS: Final = 2
"""More threads for one picture only wait for each other, and take the processor from inline answers."""


def open_ocr(name: str, threads: int = 1) -> OcrEngine:
    """Open the engine of that name; its models are loaded now.

    :param name: One of `OCR_ENGINES`.
    :param threads: Processor threads for one picture, 1 or 2.
    :raises ConfigurationError: no such engine, or one that is not installed; or a wrong number of threads.
    """
    if not 1 <= threads <= MOST_THREADS:
        raise ConfigurationError([f"OCR reads a picture with 1 or {MOST_THREADS} threads, not {threads}."])
    match name:
        case "rapidocr":
            return RapidOcrEngine(threads)
        case "paddleocr":
            return PaddleOcrEngine(threads)
        case "none":
            return NoOcrEngine()
        case _:
            raise ConfigurationError([f"PERSRV_OCR_ENGINE wants one of {', '.join(OCR_ENGINES)}, not {name!r}."])
