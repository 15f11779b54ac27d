"""The image encoder that the settings name."""

from __future__ import annotations

from typing import Final

from persrv.adapters.embedding.style.encoder import StyleEncoder
from persrv.errors import ConfigurationError
from persrv.ports.embedding import ImageEncoder

IMAGE_ENCODERS: Final = ("style", "cn-clip", "chinese-clip")
"""What `PERSRV_IMAGE_ENCODER` may be; the first is the default."""


def open_image_encoder(name: str, *, model: str | None = None) -> ImageEncoder:
    """Open the encoder of that name; a network is loaded now, which blocks.

    :param name: One of `IMAGE_ENCODERS`.
    :param model: Of a network: a name or a folder; None: the paper's.
    :raises ConfigurationError: no such encoder, or an extra, a model or a file that is missing or wrong.
    """
    match name:
        case "style":
            return StyleEncoder()
        case _:
            raise ConfigurationError([f"PERSRV_IMAGE_ENCODER wants one of {', '.join(IMAGE_ENCODERS)}, not {name!r}."])
