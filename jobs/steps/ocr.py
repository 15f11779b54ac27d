"""Reads the words drawn on stickers (paper, section 3.3.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from jobs.sweep import Look, one_by_one, sweep
from persrv.bootstrap import Services, ocr_engine
from persrv.domain.runs import JobName
from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import Sticker
from persrv.domain.work import VIEWS, Made, Maker, Task
from persrv.errors import OcrFailed
from persrv.ports.jobs import JobProgress
from persrv.ports.media import Frames
from persrv.ports.ocr import OcrEngine
from persrv.semantics.ocr import ocr_text

BATCH = 8


async def read_words(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Read every sticker that this engine has not read yet.

    :raises ConfigurationError: the engine that the settings name is not there.
    """
    if services.settings.ocr_engine == "none":
        progress.begin(JobName.OCR, 0)
        return {}
    engine = await asyncio.to_thread(ocr_engine, services.settings)
    try:
        look = Look(Task.OCR, Maker(engine.name, engine.version), BATCH, VIEWS[Task.OCR])
        return await sweep(services, JobName.OCR, look, one_by_one(partial(_read, engine)), progress)
    finally:
        engine.close()


def _read(engine: OcrEngine, sticker: Sticker, frames: Frames) -> Made | str:
    try:
        lines = engine.read(frames)
    except OcrFailed as error:
        return str(error)
    # A sticker's text is as sure as its least sure line.
    confidence = min((line.score for line in lines), default=None)
    return Made(sticker.id, {SemanticField.OCR: ocr_text(lines)}, confidence)
