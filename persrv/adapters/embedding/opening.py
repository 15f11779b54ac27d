"""The image encoder that the settings name."""

from __future__ import annotations

from typing import Final

from persrv.errors import ConfigurationError
from persrv.ports.embedding import ImageEncoder

IMAGE_ENCODERS: Final = ("style", "cn-clip", "chinese-clip")
"""What `PERSRV_IMAGE_ENCODER` may be; the first is the default."""


def open_image_encoder(name: str, model: str | None = None) -> ImageEncoder:
    """Open the encoder of that name; its model is loaded now.

    :param name: One of `IMAGE_ENCODERS`.
    :param model: `PERSRV_IMAGE_MODEL`: which weights, as the encoder names them, or where they are; None or empty:
        its default. `style` has none.
    :raises ConfigurationError: no such encoder, one that is not installed, or a model that it cannot load.
    """
    match name:
        case "style":
            if model:
                raise ConfigurationError(
                    ["PERSRV_IMAGE_ENCODER=style has no model. Leave PERSRV_IMAGE_MODEL empty, or choose another."]
                )
            from persrv.adapters.embedding.style.encoder import StyleEncoder

            return StyleEncoder()
        case "cn-clip":
            from persrv.adapters.embedding.cn_clip import DEFAULT_MODEL as BY_NAME
            from persrv.adapters.embedding.cn_clip import CnClipEncoder

            return CnClipEncoder(model or BY_NAME)
        case "chinese-clip":
            from persrv.adapters.embedding.chinese_clip import DEFAULT_MODEL, ChineseClipEncoder

            return ChineseClipEncoder(model or DEFAULT_MODEL)
        case _:
            raise ConfigurationError([f"PERSRV_IMAGE_ENCODER wants one of {', '.join(IMAGE_ENCODERS)}, not {name!r}."])
