"""Translation by an Opus-MT model (Tiedemann and Thottingal, 2020; paper, section 4.3): from English into Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from persrv.adapters.baselines.loading import (
    check_complete,
    check_type,
    chosen_device,
    chosen_dtype,
    heavy,
    loading,
    weights_version,
)
from persrv.adapters.model_names import local_folder
from persrv.errors import ConfigurationError

OPUS_MT: Final = "Helsinki-NLP/opus-mt-en-zh"
MOST_TOKENS: Final = 128
"""Of a text and of a translation; a longer text is cut. Descriptions by BLIP-2 have at most 30."""
BEAMS: Final = 4
BATCH: Final = 32
_WHAT: Final = "The Opus-MT model"
_FILES: Final = ("config.json", "source.spm", "target.spm", "vocab.json")
_WAY: Final = f"beams-{BEAMS}-{MOST_TOKENS}-1"


class OpusMtTranslator:
    """`Translator` on `transformers`, with a beam search and no chance in it.

    A text is translated with others of about its length. Padding is masked, so that the others do not change what is
    said; the last digits of a score may differ, and a tie might fall the other way.

    :param model: A name on the hub, or a folder in the layout of `transformers`.
    :param device: "cuda", "cpu" ...; None: a GPU where there is one.
    :param dtype: "float32", "float16" or "bfloat16"; None: float16 on a GPU, float32 on a processor.
    :param batch_size: Texts at a time.
    :raises ConfigurationError: a library or the model is missing, it is damaged, or it is no Opus-MT.
    """

    name = "opus-mt"

    def __init__(
        self,
        model: str = OPUS_MT,
        *,
        device: str | None = None,
        dtype: str | None = None,
        batch_size: int = BATCH,
    ) -> None:
        if batch_size < 1:
            raise ConfigurationError([f"Opus-MT translates at least 1 text at a time, not {batch_size}."])
        local_folder(model, f"{_WHAT} {model}", *_FILES)
        modules = heavy(
            "The system blip2",
            classes=("MarianMTModel", "MarianTokenizer"),
            also=("sentencepiece", "sacremoses"),  # without the second, transformers reads punctuation another way
        )
        check_type(model, modules, what=_WHAT, model_type="marian", example=OPUS_MT)
        self._device = chosen_device(device, modules.torch)
        with loading(model, _WHAT):
            self._tokenizer = modules.transformers.MarianTokenizer.from_pretrained(model)
            network, found = modules.transformers.MarianMTModel.from_pretrained(
                model, dtype=chosen_dtype(dtype, self._device, modules.torch), output_loading_info=True
            )
            self._network: Any = network.to(self._device).eval()
        check_complete(model, found, what=_WHAT)
        self._torch = modules.torch
        self._batch = batch_size
        self.version = f"{weights_version(model, network.config)} {_WAY}"

    def translate(self, texts: Sequence[str]) -> Sequence[str]:
        """See `Translator.translate`."""
        if self._network is None:
            raise ValueError("The translator is closed. Open another one.")
        clean = [" ".join(text.split()) for text in texts]
        # Equal texts once, and those of a length together: less padding, and the same answer for the same text.
        wanted = sorted({text for text in clean if text}, key=lambda text: (len(text), text))
        known = {"": ""}
        for start in range(0, len(wanted), self._batch):
            some = wanted[start : start + self._batch]
            known |= zip(some, self._some(some), strict=True)
        return [known[text] for text in clean]

    def _some(self, texts: list[str]) -> list[str]:
        tokens = self._tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=MOST_TOKENS)
        with self._torch.inference_mode():
            ids = self._network.generate(  # (texts, tokens)
                **tokens.to(self._device), max_new_tokens=MOST_TOKENS, do_sample=False, num_beams=BEAMS
            )
        return [text.strip() for text in self._tokenizer.batch_decode(ids, skip_special_tokens=True)]

    def close(self) -> None:
        """See `Translator.close`."""
        self._network = None
        if self._device.startswith("cuda"):
            self._torch.cuda.empty_cache()
