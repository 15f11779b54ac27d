"""The space in which styles are compared (paper, section 3.5; FACTS, "Style preference", point 2).

Raw descriptors mix numbers of very different spread, and most of what they vary in is alike in many numbers. So they
are z-scored on the catalogue, whitened by its principal components, and scaled to unit length:

    v = unit(((x - mean) / scale) @ components.T)

A network that was trained for cosines is only scaled to unit length, as the paper has it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.preference.directions import has_style, unit_vectors

DIMENSIONS = 32
"""Principal components kept; the rest is noise of single pictures."""
SAMPLE = 50_000
"""Stickers that the space is fitted on at most: statistics of that many no longer change."""
_LEAST_SHARE = 1e-4
"""Components with less than this share of the first one's variance are rounding, not style."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingSpace:
    """A transform from raw vectors to directions. Vectors of two spaces are never compared; `space_id` tells which.

    :param encoder_version: What made the raw vectors.
    :param mean: Of each raw number over the catalogue, float32, shape (raw,); None where nothing is whitened.
    :param scale: Standard deviation of each, 1 where it is constant; float32, shape (raw,).
    :param components: Rows that project onto whitened components, float32, shape (dimensions, raw).
    """

    encoder_version: str
    mean: NDArray[np.float32] | None = None
    scale: NDArray[np.float32] | None = None
    components: NDArray[np.float32] | None = None

    @property
    def space_id(self) -> str:
        """A digest of the encoder and of every number of the transform, 32 hexadecimal digits."""
        digest = hashlib.sha256(self.encoder_version.encode())
        for array in (self.mean, self.scale, self.components):
            if array is not None:
                digest.update(array.astype("<f4").tobytes())
        return digest.hexdigest()[:32]

    def apply(self, raw: NDArray[np.floating]) -> NDArray[np.float32]:
        """Directions in this space.

        :param raw: Shape (n, raw). A row that is all zero or not finite shows nothing.
        :return: Unit vectors, all zero for what shows nothing, float32, shape (n, dimensions).
        """
        shown = has_style(raw)
        vectors: NDArray[np.floating] = np.where(shown[:, None], raw, 0.0).astype(np.float32)
        if self.mean is not None and self.scale is not None and self.components is not None:
            vectors = ((vectors - self.mean) / self.scale) @ self.components.T
        directions = unit_vectors(vectors)
        directions[~shown] = 0.0
        return directions.astype(np.float32)


def fit_space(
    raw: NDArray[np.floating],
    *,
    encoder_version: str,
    whitens: bool,
    dimensions: int = DIMENSIONS,
    seed: int = 0,
) -> EmbeddingSpace:
    """Fit a space to a catalogue.

    :param raw: Raw vectors, shape (stickers, raw); rows that show nothing are left out. Of more than `SAMPLE`, a
        seeded sample is taken.
    :param whitens: False: only scale to unit length.
    :param dimensions: Components kept, at most; fewer where there are fewer stickers or raw numbers.
    """
    rows = raw[has_style(raw)] if len(raw) else raw
    if not whitens or len(rows) < 3:  # fewer have no spread to speak of
        return EmbeddingSpace(encoder_version)
    if len(rows) > SAMPLE:
        rows = rows[np.sort(np.random.default_rng(seed).permutation(len(rows))[:SAMPLE])]
    points = rows.astype(np.float64)
    mean, spread = points.mean(axis=0), points.std(axis=0)
    scale = np.where(spread > 1e-6, spread, 1.0)
    centred = (points - mean) / scale
    # Eigenvectors of the correlation matrix: as many numbers as the descriptor has, however many stickers there are.
    variances, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    order = np.argsort(-variances, kind="stable")[: min(dimensions, len(rows) - 1)]
    order = order[variances[order] > _LEAST_SHARE * max(variances.max(), 0.0)]
    if not len(order):
        return EmbeddingSpace(encoder_version)
    axes = vectors[:, order].T  # (dimensions, raw)
    # A component and its opposite are the same: the largest entry is made positive, so that a fit can be repeated.
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.sign(axes[np.arange(len(axes)), largest])[:, None]
    components = axes / np.sqrt(variances[order])[:, None]
    return EmbeddingSpace(
        encoder_version, mean.astype(np.float32), scale.astype(np.float32), components.astype(np.float32)
    )
