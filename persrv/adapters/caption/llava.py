"""Captions from a LLaVA model on this machine (paper, section 3.3.1)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from persrv.adapters.caption.assembling import DESCRIPTION_TOKENS, KEYWORDS_TOKENS, assemble
from persrv.adapters.caption.llava_adapter import adapter_digest, with_adapter
from persrv.adapters.caption.llava_model import Llava, cpu_dtype, load_llava
from persrv.adapters.caption.pictures import opaque
from persrv.adapters.caption.shrinking import ShrinkingBatches
from persrv.errors import CaptionUnavailable
from persrv.ports.captioner import Caption, CaptionFailure
from persrv.semantics.prompts import DESCRIPTION_PROMPT, KEYWORDS_PROMPT, PROMPTS_VERSION

GPU_BATCH: Final = 8
"""Pictures at a time on a GPU: 8 x 576 image tokens beside 7B weights in float16 fit into 24 GB."""
CPU_BATCH: Final = 1
"""On a processor a batch takes as long as its pictures one by one."""

log = logging.getLogger(__name__)


class LlavaCaptioner:
    """`Captioner` on `transformers`; the adapter, if any, answers for keywords alone.

    The paper fine-tunes for keywords and asks "the general VLM" for description and feelings, so an adapter, which
    has learnt to answer with a query, is switched off for those.

    :param model: A name on the Hugging Face hub, or a folder.
    :param adapter: A LoRA adapter for it, the same way.
    :param device: One of `llava_model.DEVICES`.
    :param dtype: One of `llava_model.DTYPES`.
    :param batch_size: Pictures at a time; None: by the device.
    :raises ConfigurationError: a library, the device, the model or the adapter is missing or wrong.
    """

    name = "llava"

    def __init__(
        self,
        model: str,
        *,
        adapter: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        batch_size: int | None = None,
    ) -> None:
        self._llava: Llava | None = _load(model, adapter, device, dtype)
        on_gpu = self._llava.model.device.type == "cuda"
        self._batches = ShrinkingBatches[Image.Image, Caption | CaptionFailure](
            self._run,
            out_of_memory=self._out_of_memory,
            fall_back=self._to_processor,
            give_up=lambda _: CaptionFailure("There is not enough memory to caption even one sticker at a time."),
            size=batch_size or (GPU_BATCH if on_gpu else CPU_BATCH),
        )
        self._busy = asyncio.Lock()
        made_for = adapter_digest(adapter) if adapter else "none"
        self.version = f"{model} adapter-{made_for} prompts-{PROMPTS_VERSION}"

    async def caption(self, images: Sequence[NDArray[np.uint8]]) -> Sequence[Caption | CaptionFailure]:
        """See `Captioner.caption`."""
        async with self._busy:
            if self._llava is None:
                raise CaptionUnavailable("The captioner is closed. Open another one.")
            return await asyncio.to_thread(self._all, images)

    async def close(self) -> None:
        """Let go of the model; waits for the pictures under way."""
        async with self._busy:
            if self._llava is not None and self._llava.model.device.type == "cuda":
                self._llava.modules.torch.cuda.empty_cache()
            self._llava = None

    def _all(self, images: Sequence[NDArray[np.uint8]]) -> list[Caption | CaptionFailure]:
        results: dict[int, Caption | CaptionFailure] = {}
        pictures: dict[int, Image.Image] = {}
        for place, image in enumerate(images):
            try:
                pictures[place] = opaque(image)
            except ValueError as error:
                results[place] = CaptionFailure(str(error))
        results |= zip(pictures, self._batches.over(list(pictures.values())), strict=True)
        return [results[place] for place in range(len(images))]

    def _run(self, pictures: Sequence[Image.Image]) -> Sequence[Caption | CaptionFailure]:
        llava = self._opened()
        keywords = llava.generate(pictures, KEYWORDS_PROMPT, most_tokens=KEYWORDS_TOKENS, tuned=True)
        described = llava.generate(pictures, DESCRIPTION_PROMPT, most_tokens=DESCRIPTION_TOKENS, tuned=False)
        return [assemble(*answers) for answers in zip(keywords, described, strict=True)]

    def _out_of_memory(self, error: BaseException) -> bool:
        return is_out_of_memory(error, self._opened())

    def _to_processor(self) -> bool:
        llava = self._opened()
        if llava.model.device.type == "cpu":
            return False
        log.warning(
            "The GPU has not enough memory for one sticker; captions go on, slowly, on the processor. Close what else "
            "uses the GPU, or set PERSRV_CAPTION_ENGINE=openai to use a server."
        )
        llava.model.to("cpu", cpu_dtype(llava.model.config, llava.modules))
        llava.modules.torch.cuda.empty_cache()
        return True

    def _opened(self) -> Llava:
        if self._llava is None:
            raise CaptionUnavailable("The captioner is closed. Open another one.")
        return self._llava


def is_out_of_memory(error: BaseException, llava: Llava) -> bool:
    """Whether memory ran out, on the GPU or (a RuntimeError of torch's allocator) in the machine."""
    if isinstance(error, llava.modules.torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


def _load(model: str, adapter: str | None, device: str, dtype: str) -> Llava:
    llava = load_llava(model, device=device, dtype=dtype)
    if adapter is not None:
        llava.model = with_adapter(llava.model, adapter, llava.modules)
    return llava
