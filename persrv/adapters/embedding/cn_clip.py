"""Chinese-CLIP through its authors' package `cn-clip` (Yang et al. 2022; paper, section 4.4: the image encoder)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from persrv.adapters.embedding.networks import batches, embed_shown, libraries, weights_digest
from persrv.errors import ConfigurationError
from persrv.preference.directions import unit_vectors

DEFAULT_MODEL: Final = "ViT-B-16"
"""The paper's, 512 dimensions; cn-clip downloads it by name."""
TEXT_TOWERS: Final = {"RN50": "RBT3-chinese", "ViT-H-14": "RoBERTa-wwm-ext-large-chinese"}
"""Which text tower belongs to a picture tower; RoBERTa-wwm-ext-base-chinese to all others."""
_BASE: Final = "RoBERTa-wwm-ext-base-chinese"


class CnClipEncoder:
    """`persrv.ports.embedding.ImageTextEncoder`: pictures and texts in one space of unit vectors.

    :param model: A name that cn-clip knows, such as ViT-B-16, which it downloads; or such a name and a checkpoint's
        file: `ViT-B-16@/path/to/clip_cn_vit-b-16.pt`. With a text tower of its own: `ViT-B-16@RBT3-chinese@/path`.
    :raises ConfigurationError: a library, the name or the file is missing or wrong.
    """

    name = "cn-clip"
    whitens = False

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self._torch, self._clip = libraries(self.name, f"PERSRV_IMAGE_ENCODER={self.name}")
        vision, text, file = _parts(model)
        self._device = "cuda" if self._torch.cuda.is_available() else "cpu"
        self._model: Any
        try:
            if file is None:
                self._model, self._prepare = self._clip.load_from_name(vision, device=self._device)
            else:
                self._model, self._prepare = self._clip.load_from_name(
                    str(file),
                    device=self._device,
                    vision_model_name=vision,
                    text_model_name=text,
                    input_resolution=336 if vision.endswith("-336") else 224,
                )
        except Exception as error:  # RuntimeError, OSError, AssertionError, pickle's own ...
            raise ConfigurationError(
                [f"PERSRV_IMAGE_MODEL={model} cannot be loaded by cn-clip: {' '.join(str(error).split())[:300]}"]
            ) from error
        self._model.eval()
        self.dimensions = int(self._model.text_projection.shape[1])
        self.version = model if file is None else f"{vision}@{text} {weights_digest(file)}"

    def embed(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """See `ImageEncoder.embed`; of unit length."""
        return embed_shown(images, self.dimensions, self._features)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `ImageTextEncoder.embed_texts`."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        start = 0
        for batch in batches(texts):
            tokens = self._clip.tokenize(batch).to(self._device)
            with self._torch.inference_mode():
                found = self._model.encode_text(tokens).float().cpu().numpy()
            vectors[start : start + len(batch)] = unit_vectors(found)
            start += len(batch)
        return vectors

    def close(self) -> None:
        """Let go of the model."""
        self._model = None

    def _features(self, pictures: list[Image.Image]) -> NDArray[np.float32]:
        batch = self._torch.stack([self._prepare(picture) for picture in pictures]).to(self._device)
        with self._torch.inference_mode():
            return np.asarray(self._model.encode_image(batch).float().cpu().numpy(), dtype=np.float32)


def _parts(model: str) -> tuple[str, str, Path | None]:
    """Picture tower, text tower, file; the file is None where the name stands alone."""
    vision, *more = model.split("@")
    if not more:
        return vision, TEXT_TOWERS.get(vision, _BASE), None
    *towers, place = more
    file = Path(place).expanduser()
    if len(towers) > 1 or not file.is_file():
        raise ConfigurationError(
            [f"PERSRV_IMAGE_MODEL={model} wants a name of cn-clip, or NAME@FILE with a checkpoint's file that exists."]
        )
    return vision, towers[0] if towers else TEXT_TOWERS.get(vision, _BASE), file
