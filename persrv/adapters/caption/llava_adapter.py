"""A LoRA adapter on a LLaVA model: loaded through peft, and refused when it was made for another model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

from persrv.adapters.caption.extras import Heavy, known_warnings
from persrv.adapters.model_names import local_folder
from persrv.errors import ConfigurationError

_ORIGINAL_LAYOUT: Final = {r"^model\.layers\.": "model.language_model.layers."}
"""LLaVA's own repository keeps the language model's layers where `transformers` keeps both towers. In that layout an
adapter has no weights for the vision tower, though its list of modules names layers that are there too."""
_PROJECTOR: Final = "non_lora_trainables.bin"
"""LLaVA's own training also writes the projector, in full, which peft knows nothing of."""


def with_adapter(model: Any, adapter: str, modules: Heavy) -> Any:
    """Put an adapter on a model.

    :param model: A `LlavaForConditionalGeneration`.
    :param adapter: A folder as peft writes it, or a name on the Hugging Face hub.
    :return: A `PeftModel`.
    :raises ConfigurationError: it is missing or damaged, or does not fit the model.
    """
    folder = local_folder(adapter, f"PERSRV_CAPTION_ADAPTER={adapter}", "adapter_config.json")
    source = str(folder or adapter)
    try:
        config = modules.peft.PeftConfig.from_pretrained(source)
    except Exception as error:  # OSError, ValueError, KeyError, TypeError, hub errors ...
        raise _wrong(adapter, f"cannot be read ({_first_line(error)})") from error
    if config.peft_type != modules.peft.PeftType.LORA:
        raise _wrong(adapter, f"is a {config.peft_type} adapter, not LoRA")
    if folder is not None and (folder / _PROJECTOR).exists():
        raise _wrong(
            adapter,
            f"also changes the projector ({_PROJECTOR}), which peft cannot load. Merge it into the model with LLaVA's "
            "own scripts and set PERSRV_CAPTION_MODEL to the result",
        )
    config.inference_mode = True
    try:
        with known_warnings():
            tuned = modules.peft.PeftModel(model, config)
        loaded = tuned.load_adapter(source, "default", is_trainable=False, key_mapping=_ORIGINAL_LAYOUT)
    except Exception as error:  # peft and torch raise ValueError and RuntimeError for what does not fit
        raise _wrong(adapter, f"does not fit this model ({_first_line(error)})") from error
    missing = [key for key in loaded.missing_keys if ".vision_tower." not in key]
    if loaded.unexpected_keys or missing:
        stray = (*loaded.unexpected_keys, *missing)
        raise _wrong(adapter, f"does not fit this model: {len(stray)} of its weights have no counterpart ({stray[0]})")
    return tuned.eval()


def adapter_digest(adapter: str) -> str:
    """Twelve hexadecimal digits that change with the adapter's files; of a name on the hub, the name itself."""
    folder = Path(adapter).expanduser()
    if not folder.is_dir():
        return adapter
    digest = hashlib.sha256()
    for path in sorted(folder.glob("adapter_*")):
        with path.open("rb") as file:
            digest.update(f"{path.name}\n".encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def _wrong(adapter: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        [f"PERSRV_CAPTION_ADAPTER={adapter} {what}. It has to be made for the model that PERSRV_CAPTION_MODEL names."]
    )


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # torch puts a heading over the parameter that does not fit
    shown = lines[1] if len(lines) > 1 and lines[0].endswith(":") else (lines or [""])[0]
    return f"{type(error).__name__}: {shown[:300]}"
