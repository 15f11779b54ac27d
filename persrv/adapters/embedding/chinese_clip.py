"""Chinese-CLIP through `transformers` (Yang et al. 2022; paper, section 4.4: the image encoder)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from persrv.adapters.embedding.networks import batches, embed_shown, libraries, weights_digest
from persrv.adapters.model_names import local_folder
from persrv.errors import ConfigurationError
from persrv.preference.directions import unit_vectors

DEFAULT_MODEL: Final = "OFA-Sys/chinese-clip-vit-base-patch16"
"""ViT-B/16, 512 dimensions: the paper's."""


class ChineseClipEncoder:
    """`persrv.ports.embedding.ImageTextEncoder`: pictures and texts in one space of unit vectors.

    :param model: A name on the Hugging Face hub, or a folder in the layout of `transformers`.
    :param option: The setting that named it, for errors.
    :raises ConfigurationError: a library or the model is missing, or it is no Chinese-CLIP.
    """

    name = "chinese-clip"
    whitens = False

    def __init__(self, model: str = DEFAULT_MODEL, option: str = "PERSRV_IMAGE_MODEL") -> None:
        asked = f"PERSRV_IMAGE_ENCODER={self.name}" if option == "PERSRV_IMAGE_MODEL" else f"{option}={model}"
        self._torch, transformers = libraries(self.name, asked)
        folder = local_folder(model, f"{option}={model}", "config.json")
        source = str(folder or model)
        try:
            self._processor: Any = transformers.ChineseCLIPProcessor.from_pretrained(source)
            self._model: Any = transformers.ChineseCLIPModel.from_pretrained(source)
        except Exception as error:  # OSError, ValueError, KeyError, safetensors' own ...
            raise ConfigurationError(
                [f"{option}={model} cannot be loaded as a Chinese-CLIP: {' '.join(str(error).split())[:300]}"]
            ) from error
        self._device = "cuda" if self._torch.cuda.is_available() else "cpu"
        self._model.to(self._device).eval()
        self.dimensions = int(self._model.config.projection_dim)
        known = weights_digest(folder) if folder else getattr(self._model.config, "_commit_hash", None) or ""
        self.version = f"{model} {known}".strip()

    def embed(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """See `ImageEncoder.embed`; of unit length."""
        return embed_shown(images, self.dimensions, self._features)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `ImageTextEncoder.embed_texts`."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        start = 0
        for batch in batches(texts):
            inputs = self._processor(text=batch, padding=True, truncation=True, return_tensors="pt").to(self._device)
            with self._torch.inference_mode():
                found = self._pooled(self._model.get_text_features(**inputs))
            vectors[start : start + len(batch)] = unit_vectors(found)
            start += len(batch)
        return vectors

    def close(self) -> None:
        """Let go of the model."""
        self._model = None

    def _features(self, pictures: list[Image.Image]) -> NDArray[np.float32]:
        inputs = self._processor(images=pictures, return_tensors="pt").to(self._device)
        with self._torch.inference_mode():
            return self._pooled(self._model.get_image_features(**inputs))

    @staticmethod
    def _pooled(found: Any) -> NDArray[np.float32]:
        """The projected features: transformers 5 wraps them in an output object, 4 gave them bare."""
        tensor = getattr(found, "pooler_output", found)
        return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
