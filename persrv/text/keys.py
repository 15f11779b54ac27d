"""Texts as numbers: to look them up in sorted arrays, and to keep them without keeping what they say."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray


def text_key(text: str) -> np.uint64:
    """64 bits of BLAKE2b over UTF-8: the same on every machine."""
    return np.uint64(int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"))


def text_keys(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Of several, shape (texts,)."""
    return np.array([text_key(text) for text in texts], dtype=np.uint64)
