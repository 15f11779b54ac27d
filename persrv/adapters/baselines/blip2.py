"""English descriptions of stickers by BLIP-2 (Li et al., 2023; paper, section 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.baselines.loading import (
    check_complete,
    check_type,
    chosen_device,
    chosen_dtype,
    heavy,
    loading,
    weights_version,
)
from persrv.adapters.baselines.pictures import checked, on_white, shows_something
from persrv.adapters.model_names import local_folder
from persrv.errors import ConfigurationError

BLIP2: Final = "Salesforce/blip2-opt-2.7b"
"""The smallest of the published checkpoints: 15 GB in float32, 7.5 GB in float16."""
MOST_TOKENS: Final = 30
"""Of a description, as in the captioning experiments of BLIP-2's authors."""
GPU_BATCH: Final = 16
CPU_BATCH: Final = 4
"""On a processor a larger batch is hardly faster, and each picture's activations take memory."""
_WHAT: Final = "The BLIP-2 model"
_WAY: Final = f"greedy-{MOST_TOKENS}-white-1"


class Blip2Describer:
    """`ImageDescriber` on `transformers`. Without a prompt, so that it captions; always the likeliest token.

    A name that is not in the local cache is downloaded from the Hugging Face hub, as `transformers` does.

    :param model: A name on the hub, or a folder in the layout of `transformers`.
    :param device: "cuda", "cpu" ...; None: a GPU where there is one.
    :param dtype: "float32", "float16" or "bfloat16"; None: float16 on a GPU, float32 on a processor.
    :param batch_size: Pictures at a time; None: by the device.
    :raises ConfigurationError: a library or the model is missing, it is damaged, or it is no BLIP-2.
    """

    name = "blip2"

    def __init__(
        self,
        model: str = BLIP2,
        *,
        device: str | None = None,
        dtype: str | None = None,
        batch_size: int | None = None,
    ) -> None:
        if batch_size is not None and batch_size < 1:
            raise ConfigurationError([f"BLIP-2 describes at least 1 picture at a time, not {batch_size}."])
        local_folder(model, f"{_WHAT} {model}", "config.json")
        modules = heavy("The system blip2", classes=("Blip2ForConditionalGeneration", "Blip2Processor"))
        check_type(model, modules, what=_WHAT, model_type="blip-2", example=BLIP2)
        self._device = chosen_device(device, modules.torch)
        self._dtype = chosen_dtype(dtype, self._device, modules.torch)
        with loading(model, _WHAT):
            self._processor = modules.transformers.Blip2Processor.from_pretrained(model)
            network, found = modules.transformers.Blip2ForConditionalGeneration.from_pretrained(
                model, dtype=self._dtype, output_loading_info=True
            )
            self._network: Any = network.to(self._device).eval()
        check_complete(model, found, what=_WHAT)
        if network.config.image_token_index is None:
            raise ConfigurationError(
                [f"{_WHAT} {model} is from before transformers 4.46: it names no image token. Fetch it again."]
            )
        self._torch = modules.torch
        self._batch = batch_size or (GPU_BATCH if self._device.startswith("cuda") else CPU_BATCH)
        self.version = f"{weights_version(model, network.config)} {_WAY}"

    def describe(self, images: Sequence[NDArray[np.uint8]]) -> Sequence[str]:
        """See `ImageDescriber.describe`."""
        if self._network is None:
            raise ValueError("The describer is closed. Open another one.")
        count = len(images)
        pictures = [checked(image, f"Picture {place} of {count}") for place, image in enumerate(images, 1)]
        visible = [place for place, image in enumerate(pictures) if shows_something(image)]
        sentences = [""] * count
        for start in range(0, len(visible), self._batch):
            places = visible[start : start + self._batch]
            for place, sentence in zip(places, self._caption([pictures[place] for place in places]), strict=True):
                sentences[place] = sentence
        return sentences

    def _caption(self, pictures: Sequence[NDArray[np.uint8]]) -> list[str]:
        pixels = self._processor(images=[on_white(picture) for picture in pictures], return_tensors="pt")
        with self._torch.inference_mode():
            ids = self._network.generate(  # (pictures, tokens)
                pixel_values=pixels["pixel_values"].to(self._device, self._dtype),  # (pictures, 3, side, side)
                max_new_tokens=MOST_TOKENS,
                do_sample=False,
                num_beams=1,
            )
        texts = self._processor.batch_decode(ids, skip_special_tokens=True)
        return [" ".join(text.split()) for text in texts]

    def close(self) -> None:
        """See `ImageDescriber.close`."""
        self._network = None
        if self._device.startswith("cuda"):
            self._torch.cuda.empty_cache()
