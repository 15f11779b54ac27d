"""What `persrv doctor` finds of the engines that look at stickers, and of the text encoder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from persrv.bootstrap import (
    Checked,
    check_captioner,
    check_image_encoder,
    check_ocr,
    check_text_encoder,
    nsfw_engine,
)
from persrv.cli.findings import Finding, Grade
from persrv.config import Settings
from persrv.errors import ConfigurationError, PerSRVError


async def engine_findings(settings: Settings) -> AsyncIterator[Finding]:
    """Each engine that the settings name: whether it is here, and how to get it."""
    yield await asyncio.to_thread(_nsfw, settings)
    if settings.ocr_engine == "none":
        yield Finding(Grade.GOOD, "Words on stickers are not read (PERSRV_OCR_ENGINE=none)")
    else:
        yield await asyncio.to_thread(_checked, check_ocr, settings, "Words on stickers are read by {}")
    yield await asyncio.to_thread(_checked, check_image_encoder, settings, "Styles are learnt by {}")
    if settings.text_encoder == "none":
        yield Finding(Grade.GOOD, "Nothing is found by its meaning (PERSRV_TEXT_ENCODER=none)")
    else:
        yield await asyncio.to_thread(_checked, check_text_encoder, settings, "Meaning is learnt by {}")
    yield await _captions(settings)


def _checked(check: Callable[[Settings], Checked], settings: Settings, good: str) -> Finding:
    try:
        return _found(check(settings), good)
    except ConfigurationError as error:
        return Finding(Grade.PROBLEM, str(error))


def _found(checked: Checked, good: str) -> Finding:
    if not checked.to_come:
        return Finding(Grade.GOOD, good.format(checked.what))
    return Finding(
        Grade.ADVICE,
        f"The model {checked.to_come} is not on this machine yet",
        "The job that needs it downloads it. Where it may not: hf download, or name a folder with the model.",
    )


def _nsfw(settings: Settings) -> Finding:
    try:
        engine = nsfw_engine(settings)
    except ConfigurationError as error:
        return Finding(Grade.PROBLEM, str(error))
    if engine is None:
        return Finding(
            Grade.ADVICE,
            "PERSRV_NSFW_ENGINE=none: stickers that are not for everybody are shown to everybody",
            "PERSRV_NSFW_ENGINE=opennsfw hides them, but for those who switch them on.",
        )
    engine.close()
    return Finding(Grade.GOOD, f"NSFW stickers are hidden from {settings.nsfw_limit:g} on ({engine.name})")


async def _captions(settings: Settings) -> Finding:
    if settings.caption_engine == "none":
        return Finding(Grade.GOOD, "Stickers are not captioned (PERSRV_CAPTION_ENGINE=none)")
    try:
        return _found(await check_captioner(settings), "Stickers are captioned by {}")
    except PerSRVError as error:
        return Finding(Grade.PROBLEM, str(error))
