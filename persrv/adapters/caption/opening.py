"""The captioner that the settings name."""

from __future__ import annotations

from typing import Final

from pydantic import SecretStr

from persrv.adapters.caption.none import NoCaptioner
from persrv.adapters.caption.patience import CONCURRENCY, TIMEOUT, RetryPolicy
from persrv.errors import ConfigurationError
from persrv.ports.captioner import Captioner

CAPTION_ENGINES: Final = ("none", "llava", "openai")
"""What `PERSRV_CAPTION_ENGINE` may be; the first is the default."""
DEFAULT_MODEL: Final = "llava-hf/llava-1.5-7b-hf"
"""The paper's model (section 3.3.1), in the layout of `transformers`."""


def open_captioner(
    engine: str,
    *,
    model: str | None = None,
    adapter: str | None = None,
    url: str | None = None,
    api_key: SecretStr | None = None,
    concurrency: int = CONCURRENCY,
    timeout: float = TIMEOUT,
    device: str = "auto",
    dtype: str = "auto",
    batch_size: int | None = None,
) -> Captioner:
    """Open the engine of that name, with the settings `PERSRV_CAPTION_*`; `llava` loads its model now, which blocks.

    :param engine: One of `CAPTION_ENGINES`.
    :param model: `llava`: a name on the Hugging Face hub or a folder, default the paper's; `openai`: as the server
        calls it, required.
    :param adapter: `llava`: a LoRA adapter's folder or name. A server has to load it by itself.
    :param url: `openai`: the server's address, required.
    :param api_key: `openai`: where the server wants one.
    :param concurrency: `openai`: pictures at the same time.
    :param timeout: `openai`: seconds for one answer.
    :param device: `llava`: one of `llava_model.DEVICES`.
    :param dtype: `llava`: one of `llava_model.DTYPES`.
    :param batch_size: `llava`: pictures at a time; None: by the device.
    :raises ConfigurationError: no such engine, or a setting that is missing or wrong; all of them at once.
    """
    match engine:
        case "none":
            return NoCaptioner()
        case "llava":
            from persrv.adapters.caption.llava import LlavaCaptioner

            return LlavaCaptioner(
                model or DEFAULT_MODEL, adapter=adapter, device=device, dtype=dtype, batch_size=batch_size
            )
        case "openai":
            if not url or not model:
                missing = {"PERSRV_CAPTION_MODEL": model, "PERSRV_CAPTION_URL": url}
                raise ConfigurationError(
                    [f"{name} is needed with PERSRV_CAPTION_ENGINE=openai." for name in missing if not missing[name]]
                )
            from persrv.adapters.caption.openai_compatible import OpenAiCaptioner

            policy = RetryPolicy(timeout=timeout)
            return OpenAiCaptioner(url, model, api_key=api_key, concurrency=concurrency, policy=policy)
        case _:
            raise ConfigurationError(
                [f"PERSRV_CAPTION_ENGINE wants one of {', '.join(CAPTION_ENGINES)}, not {engine!r}."]
            )
