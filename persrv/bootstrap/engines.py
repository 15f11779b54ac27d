"""The engines that the settings ask for. Each loads its model: jobs and the evaluation close what they open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.caption import open_captioner
from persrv.adapters.embedding import open_image_encoder
from persrv.adapters.nearest import arrange_vectors
from persrv.adapters.nsfw import open_nsfw
from persrv.adapters.ocr import open_ocr
from persrv.adapters.text_encoding import open_text_encoder
from persrv.config import Settings
from persrv.ports.captioner import Captioner
from persrv.ports.embedding import ImageEncoder
from persrv.ports.nearest import NearestVectors
from persrv.ports.nsfw import NsfwEngine
from persrv.ports.ocr import OcrEngine
from persrv.ports.texts import TextEncoder


def ocr_engine(settings: Settings) -> OcrEngine:
    """The OCR engine that the settings ask for; loads its models.

    :raises ConfigurationError: it is not installed.
    """
    return open_ocr(settings.ocr_engine)


def nsfw_engine(settings: Settings) -> NsfwEngine | None:
    """The NSFW engine that the settings ask for; its model is loaded. None for none.

    :raises ConfigurationError: it is not installed, or its model is damaged.
    """
    return open_nsfw(settings.nsfw_engine)


def captioner(settings: Settings) -> Captioner:
    """The captioner that the settings ask for; `llava` loads its model.

    :raises ConfigurationError: a library, the model or the adapter is missing or wrong.
    """
    return open_captioner(
        settings.caption_engine,
        model=settings.caption_model,
        adapter=settings.caption_adapter,
        url=settings.caption_url,
        api_key=settings.caption_api_key,
        concurrency=settings.caption_concurrency,
        timeout=settings.caption_timeout,
        device=settings.caption_device,
        dtype=settings.caption_dtype,
        batch_size=settings.caption_batch,
    )


def image_encoder(settings: Settings) -> ImageEncoder:
    """The image encoder that the settings ask for; a network is loaded.

    :raises ConfigurationError: an extra, the model or a file is missing or wrong.
    """
    return open_image_encoder(settings.image_encoder, settings.image_model)


def text_encoder(settings: Settings) -> TextEncoder | None:
    """The text encoder that the settings ask for; its model is loaded. None for none, or where none is installed.

    :raises ConfigurationError: a model that is named cannot be loaded.
    """
    if settings.text_encoder == "none":
        return None
    return open_text_encoder(settings.text_encoder, "PERSRV_TEXT_ENCODER", cache_dir=settings.cache_dir)


def vector_index(vectors: NDArray[np.float32]) -> tuple[NearestVectors, NDArray[np.uint8]]:
    """Make vectors ready to be asked which are near, and what a generation keeps to have it again."""
    return arrange_vectors(vectors)
