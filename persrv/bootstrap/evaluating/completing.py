"""The engines of the settings, set to what a dataset does not say of its stickers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.dataset import FolderStickerFiles, SqliteComputedStore
from persrv.bootstrap.engines import captioner, image_encoder, ocr_engine
from persrv.config import Settings
from persrv.domain.dataset import StickerTable
from persrv.domain.work import Maker
from persrv.evaluation.completion import Captions, Completed, complete
from persrv.ports.captioner import Caption, CaptionFailure
from persrv.ports.progress import Progress

MEMORY: Final = "evaluation.sqlite3"
"""What engines made of pictures, in the cache folder: deleting it costs time alone."""


def completed(
    stickers: StickerTable, settings: Settings, *, precomputed_only: bool, seed: int, progress: Progress
) -> Completed:
    """The catalogue with what the settings' engines say of its pictures; these are closed again.

    :param precomputed_only: Compute nothing; what the dataset lacks stays empty.
    :raises ConfigurationError: an engine is not there.
    :raises PerSRVError: an engine cannot be reached; what was computed so far is remembered.
    """
    files = FolderStickerFiles(stickers)
    with contextlib.ExitStack() as stack:
        memory = stack.enter_context(contextlib.closing(SqliteComputedStore(settings.cache_dir / MEMORY)))
        if precomputed_only or not stickers.images.count():
            return complete(stickers, files, memory, progress=progress)
        ocr = None if settings.ocr_engine == "none" else stack.enter_context(contextlib.closing(ocr_engine(settings)))
        encoder = None
        if stickers.embeddings is None:
            encoder = stack.enter_context(contextlib.closing(image_encoder(settings)))
        captions = None if settings.caption_engine == "none" else stack.enter_context(_captions(settings))
        return complete(
            stickers, files, memory, ocr=ocr, captions=captions, encoder=encoder, seed=seed, progress=progress
        )


@contextlib.contextmanager
def _captions(settings: Settings) -> Iterator[Captions]:
    """The configured captioner, for code that is not async."""
    engine = captioner(settings)
    with asyncio.Runner() as runner:

        def caption(images: Sequence[NDArray[np.uint8]]) -> Sequence[Caption | CaptionFailure]:
            return runner.run(engine.caption(images))

        try:
            yield Captions(Maker(engine.name, engine.version), caption)
        finally:
            runner.run(engine.close())
