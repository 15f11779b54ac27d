"""A LLaVA model and its processor, loaded by name or from a folder, for captions and for fine-tuning."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from persrv.adapters.caption.extras import Heavy, heavy
from persrv.adapters.model_names import local_folder
from persrv.errors import ConfigurationError

LARGE: Final = 1_000_000_000
"""Parameters from which on a processor computes in bfloat16: 7B take 14 GB then, and 28 GB in float32."""
DEVICES: Final = ("auto", "cuda", "cpu")
"""What `PERSRV_CAPTION_DEVICE` may be."""
DTYPES: Final = ("auto", "float16", "bfloat16", "float32")
"""What `PERSRV_CAPTION_DTYPE` may be."""
_SETTING: Final = "PERSRV_CAPTION_MODEL"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Llava:
    """A model with what belongs to it.

    :param model: A `LlavaForConditionalGeneration`, or a `PeftModel` around one.
    :param processor: A `LlavaProcessor`.
    :param modules: The libraries.
    """

    model: Any
    processor: Any
    modules: Heavy

    def prompt(self, question: str) -> str:
        """A question about one picture in the model's own form, up to where its answer begins.

        Without a template in the processor it is LLaVA-1.5's.
        """
        if not self.processor.chat_template:
            return f"USER: {self.processor.image_token}\n{question} ASSISTANT:"
        turn = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}
        return str(self.processor.apply_chat_template([turn], add_generation_prompt=True))

    def encode(self, pictures: Sequence[Image.Image], texts: Sequence[str], *, side: str) -> Any:
        """Token ids of shape (texts, tokens), padded on the named side, with pixel values.

        :param pictures: RGB, one for each text.
        :param side: "left" for generating, "right" for training.
        """
        self.processor.tokenizer.padding_side = side
        return self.processor(images=list(pictures), text=list(texts), return_tensors="pt", padding=True)

    def generate(self, pictures: Sequence[Image.Image], question: str, *, most_tokens: int, tuned: bool) -> list[str]:
        """Answer one question about each picture; always the likeliest token, so the same answer each time.

        :param tuned: Whether an adapter takes part, if there is one.
        """
        tokenizer = self.processor.tokenizer
        inputs = self.encode(pictures, [self.prompt(question)] * len(pictures), side="left")
        inputs = inputs.to(self.model.device, self.model.dtype)  # token ids stay integers
        config = self.modules.transformers.GenerationConfig(
            max_new_tokens=most_tokens,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
        off = contextlib.nullcontext() if tuned or not hasattr(self.model, "disable_adapter") else None
        with self.modules.torch.inference_mode(), off or self.model.disable_adapter():
            ids = self.model.generate(**inputs, generation_config=config)  # (pictures, tokens)
        answers = ids[:, inputs["input_ids"].shape[1] :]
        return list(self.processor.batch_decode(answers, skip_special_tokens=True))


def load_llava(
    name: str,
    *,
    device: str = "auto",
    dtype: str = "auto",
    training: bool = False,
    wanted_by: str = "PERSRV_CAPTION_ENGINE=llava",
) -> Llava:
    """Load a model. A name that is not in the local cache is downloaded from the Hugging Face hub, by `transformers`.

    :param name: On the hub, or a folder in the layout of `transformers`.
    :param device: One of `DEVICES`; "auto": a GPU where there is one.
    :param dtype: One of `DTYPES`; "auto": see `_best_dtype`.
    :param training: With "auto" computes in bfloat16 on a GPU: in float16 small gradients vanish.
    :param wanted_by: What a missing library is told to be missing for.
    :raises ConfigurationError: a library, the device or the model is missing, it is damaged, or it is no LLaVA.
    """
    modules = heavy(wanted_by)
    source = str(local_folder(name, f"{_SETTING}={name}", "config.json") or name)
    device = _chosen_device(device, modules)
    try:
        config = modules.transformers.AutoConfig.from_pretrained(source)
        if config.model_type != "llava":
            raise ConfigurationError(
                [f"{_SETTING}={name} is a model of type {config.model_type}, not LLaVA. Take llava-hf/llava-1.5-7b-hf."]
            )
        processor = modules.transformers.AutoProcessor.from_pretrained(source)
        kind = _best_dtype(device, config, modules, training) if dtype == "auto" else getattr(modules.torch, dtype)
        model, found = modules.transformers.LlavaForConditionalGeneration.from_pretrained(
            source, dtype=kind, output_loading_info=True
        )
    except ConfigurationError:
        raise
    except Exception as error:  # OSError, ValueError, KeyError, safetensors' own ...
        reason = " ".join(str(error).split())[:300]
        raise ConfigurationError([f"{_SETTING}={name} cannot be loaded: {type(error).__name__}: {reason}"]) from error
    lost = [*found["missing_keys"], *(str(key) for key in found["mismatched_keys"])]
    if lost:
        raise ConfigurationError(
            [f"{_SETTING}={name} is incomplete: {len(lost)} weights are missing ({sorted(lost)[0]}). Fetch it again."]
        )
    _complete(processor, config)
    return Llava(_placed(model, device, config, modules).eval(), processor, modules)


def _chosen_device(device: str, modules: Heavy) -> str:
    there = bool(modules.torch.cuda.is_available())
    if device == "cuda" and not there:
        raise ConfigurationError(
            ["PERSRV_CAPTION_DEVICE=cuda, but torch finds no GPU. Install its driver, or set auto or cpu."]
        )
    return ("cuda" if there else "cpu") if device == "auto" else device


def _best_dtype(device: str, config: Any, modules: Heavy, training: bool) -> Any:
    if device == "cpu":
        return cpu_dtype(config, modules)
    return modules.torch.bfloat16 if training else modules.torch.float16


def _placed(model: Any, device: str, config: Any, modules: Heavy) -> Any:
    """The model on that device, or on the processor where the GPU is too small for it."""
    try:
        return model.to(device)
    except modules.torch.OutOfMemoryError:
        log.warning("The model does not fit into the GPU's memory; it runs, slowly, on the processor.")
    modules.torch.cuda.empty_cache()
    return model.to("cpu", cpu_dtype(config, modules))


def cpu_dtype(config: Any, modules: Heavy) -> Any:
    """The type to compute in on a processor: float32, or bfloat16 from `LARGE` parameters on."""
    with modules.torch.device("meta"):  # shapes alone, no memory
        size = modules.transformers.LlavaForConditionalGeneration(config).num_parameters()
    return modules.torch.bfloat16 if size >= LARGE else modules.torch.float32


def _complete(processor: Any, config: Any) -> None:
    """Add what processors of older checkpoints lack, from the model's own description."""
    if processor.patch_size is None:
        processor.patch_size = config.vision_config.patch_size
        processor.vision_feature_select_strategy = config.vision_feature_select_strategy
        processor.num_additional_image_tokens = 1  # CLIP's class token
    if processor.tokenizer.pad_token_id is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
