"""Embeddings as directions: what is compared is always of unit length."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_SMALLEST: Final = 1e-100
_LARGEST: Final = 1e100
"""Between these a length is far from where its square is out of range."""


def has_style(vectors: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which embeddings have a direction: finite and not all zero; shape (n,)."""
    return np.asarray(np.isfinite(vectors).all(axis=1) & (np.abs(vectors) > 0).any(axis=1))


def unit_vectors(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Directions of unit length, float64, shape (n, dimensions); all zero where there is none (`has_style`)."""
    points = vectors.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", points, points))
    if ((lengths > _SMALLEST) & (lengths < _LARGEST)).all():  # as nearly always, and a third of the steps
        return np.asarray(points / lengths[:, None])
    known = has_style(vectors)
    points = np.where(known[:, None], vectors, 0.0).astype(np.float64)
    # Scaled first: the square of a very large or very small number is out of range.
    largest = np.abs(points).max(axis=1, keepdims=True, initial=0.0)
    points = np.divide(points, largest, out=np.zeros_like(points), where=largest > 0)
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(np.divide(points, lengths, out=np.zeros_like(points), where=lengths > 0))
