"""The one space in which stickers' styles are compared (paper, section 3.5).

The paper fits centroids among standardised vectors and compares them with raw ones. Here a space is an object: it is
fitted on the catalogue once, everything that is compared has gone through it, and its id tells it from any other.

    whitened:  z = (raw - mean) / scale;  unit(z . components)      the first `dimensions` principal components, each
                                                                   divided by its standard deviation
    as it is:  unit(raw)                                           for networks that were trained for cosines
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.preference.directions import has_style, unit_vectors

DIMENSIONS: Final = 32
"""Of a whitened space. Ours: tuned on a validation part."""
SAMPLE: Final = 50_000
"""Stickers that a space is fitted on, at most: more change nothing that matters."""
STICKERS_A_COMPONENT: Final = 8
"""Stickers that a component must be measured on: with fewer, the last ones are single pictures, blown up."""
_CONSTANT: Final = 1e-5
"""Standard deviation, relative to the column's own size, below which a column says nothing."""
_LEAST_VARIANCE: Final = 1e-6
"""Share of the variance below which a component is rounding, not style."""
_AT_ONCE: Final = 16_384
"""Rows that are transformed at once: bounds the memory to some tens of megabytes."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingSpace:
    """How an encoder's vectors become directions.

    :param space_id: Digest of the encoder's version and of the transform; vectors of two ids are never compared.
    :param encoder_version: Whose vectors it takes.
    :param mean: float32, shape (raw dimensions,).
    :param scale: Above 0, float32, shape (raw dimensions,).
    :param components: Whitening, float32, shape (raw dimensions, dimensions); None: vectors are taken as they are.
    """

    space_id: str
    encoder_version: str
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    components: NDArray[np.float32] | None

    @property
    def dimensions(self) -> int:
        """Of a vector in this space."""
        return len(self.mean) if self.components is None else self.components.shape[1]

    def apply(self, raw: NDArray[np.floating]) -> NDArray[np.float32]:
        """Bring an encoder's vectors into the space.

        :param raw: Shape (n, raw dimensions).
        :return: Unit vectors, float32, shape (n, dimensions); all zero for a row that is all zero or not finite.
        :raises ValueError: vectors of another width.
        """
        if raw.ndim != 2 or raw.shape[1] != len(self.mean):
            raise ValueError(
                f"vectors of shape {raw.shape} are not of this space, which takes {len(self.mean)} numbers"
            )
        placed = np.zeros((len(raw), self.dimensions), dtype=np.float32)
        for start in range(0, len(raw), _AT_ONCE):
            placed[start : start + _AT_ONCE] = self._placed(raw[start : start + _AT_ONCE])
        return placed

    def _placed(self, raw: NDArray[np.floating]) -> NDArray[np.float64]:
        if self.components is None:
            return unit_vectors(raw)
        known = has_style(raw)
        points = (np.where(known[:, None], raw, 0.0).astype(np.float64) - self.mean) / self.scale
        return unit_vectors(np.where(known[:, None], points @ self.components.astype(np.float64), 0.0))


def fit_space(
    raw: NDArray[np.floating], *, encoder_version: str, whitens: bool, dimensions: int = DIMENSIONS, seed: int = 0
) -> EmbeddingSpace:
    """Measure a catalogue: mean, spread and principal components of its vectors; of a seeded sample of a large one.

    Columns that do not vary count nothing. There are fewer components than `dimensions` where the catalogue has
    fewer stickers or varies in fewer ways; with less than two different stickers nothing can be whitened, and
    vectors are taken as they are.

    :param raw: Shape (stickers, raw dimensions); rows that are all zero or not finite are left out.
    :param whitens: As the encoder says (`ImageEncoder.whitens`).
    :param dimensions: At least 1.
    :raises ValueError: `raw` is no matrix, or `dimensions` is below 1.
    """
    if raw.ndim != 2 or dimensions < 1:
        raise ValueError("fit_space wants vectors of shape (stickers, raw dimensions) and dimensions of at least 1")
    width = raw.shape[1]
    mean, scale = np.zeros(width, dtype=np.float32), np.ones(width, dtype=np.float32)
    components: NDArray[np.float32] | None = None
    rows = np.flatnonzero(has_style(raw)) if whitens else np.zeros(0, dtype=np.intp)
    if len(rows) > SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(rows, SAMPLE, replace=False))
    if len(rows) >= 2:
        points = raw[rows].astype(np.float64)
        mean = points.mean(axis=0).astype(np.float32)
        spread = points.std(axis=0)
        varies = spread > _CONSTANT * np.maximum(np.abs(points).max(axis=0), np.finfo(np.float32).tiny)
        scale = np.where(varies, spread, 1.0).astype(np.float32)
        most = min(dimensions, max(2, len(rows) // STICKERS_A_COMPONENT))
        components = _whitening(np.where(varies, (points - mean) / scale, 0.0), varies, most)
    if components is None:
        mean, scale = np.zeros_like(mean), np.ones_like(scale)
    return EmbeddingSpace(
        space_digest(encoder_version, mean, scale, components), encoder_version, mean, scale, components
    )


def space_digest(
    encoder_version: str,
    mean: NDArray[np.float32],
    scale: NDArray[np.float32],
    components: NDArray[np.float32] | None,
) -> str:
    """The id of a space: equal spaces have equal ids, on any machine."""
    digest = hashlib.sha256(f"{encoder_version}\n{components is None}\n".encode())
    for part in (mean, scale) if components is None else (mean, scale, components):
        digest.update(f"{part.shape}\n".encode())
        digest.update(part.astype("<f4").tobytes())
    return digest.hexdigest()[:16]


def _whitening(points: NDArray[np.float64], varies: NDArray[np.bool_], dimensions: int) -> NDArray[np.float32] | None:
    """Principal components, each divided by its standard deviation; None where nothing varies.

    The sign of a component is free: its largest entry is made positive, so that two machines agree.
    """
    variances, axes = np.linalg.eigh(points.T @ points / len(points))  # rising
    variances, axes = variances[::-1][:dimensions], axes[:, ::-1][:, :dimensions]
    kept = variances > _LEAST_VARIANCE * float(np.count_nonzero(varies))
    if not kept.any():
        return None
    variances, axes = variances[kept], axes[:, kept]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)[0]
    return np.asarray(axes * np.sign(largest) / np.sqrt(variances), dtype=np.float32)
