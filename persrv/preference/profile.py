"""A person's styles: k-means over the embeddings of the stickers that they chose (paper, section 3.5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.preference.directions import has_style, unit_vectors

MAX_STYLES = 5
"""k, the most styles that a person has. The authors' code has 5, for eight users."""
RADIUS_FLOOR = 0.1
"""The least radius of a style, as cosine distance. Ours: the radius of a single sticker would be 0."""
_SAME_DECIMALS = 5
"""Unit vectors that agree to this many decimals are one point: one sticker in two packs, embedded twice."""
_STARTS = 4
"""Starts of k-means++, of which the best is kept: one start alone often puts two centroids into one style."""
_NO_DIRECTION = 1e-6
"""A mean shorter than this points nowhere."""


@dataclass(frozen=True, slots=True, eq=False)
class StyleProfile:
    """The styles that a person likes, the one they use most first.

    :param space_id: The embedding space that the centroids are in; nothing else may be compared with them.
    :param centroids: Unit vectors, float32, shape (styles, dimensions), with 1 to `MAX_STYLES` styles.
    :param radii: The largest cosine distance (1 - cos, 0 to 2) of a chosen sticker from its centroid, at least
        the floor it was fitted with; float32, shape (styles,).
    :param shares: How much of the person's use each style is, above 0, summing to 1; float32, shape (styles,).
    :param choices: How many choices it was learnt from, repeats counted.
    :param distinct: How many different stickers those were.
    """

    space_id: str
    centroids: NDArray[np.float32]
    radii: NDArray[np.float32]
    shares: NDArray[np.float32]
    choices: int
    distinct: int


def fit_profile(
    vectors: NDArray[np.floating],
    counts: NDArray[np.integer] | None = None,
    *,
    space_id: str,
    k: int = MAX_STYLES,
    seed: int = 0,
    radius_floor: float = RADIUS_FLOOR,
) -> StyleProfile | None:
    """Cluster what a person chose into min(k, distinct) styles.

    k-means runs on the directions of the vectors, each different one counted once: a sticker sent a hundred
    times is one point, and only its style's share is larger. A centroid is the direction of its cluster's
    mean. The result does not depend on the order of the rows.

    :param vectors: One row for each sticker chosen, shape (n, dimensions), as the space has them. A row that is
        all zero or not finite has no style and is left out; one that is given twice is one point.
    :param counts: How often each was chosen, at least 1, shape (n,); None: once.
    :param seed: Of k-means.
    :return: None where there is nothing to learn from.
    :raises ValueError: the shapes do not fit, a count is below 1, or k is.
    """
    points = np.asarray(vectors)
    times = np.ones(len(points), dtype=np.int64) if counts is None else np.asarray(counts, dtype=np.int64)
    if points.ndim != 2 or times.shape != (len(points),) or (len(times) and times.min() < 1) or k < 1:
        raise ValueError("fit_profile wants vectors of shape (n, dimensions), n counts of at least 1, and k >= 1")
    usable = has_style(points)
    if not usable.any():
        return None
    points, times = unit_vectors(points[usable]), times[usable]
    # Rounded, so that which of two equal points is kept cannot matter; sorted, so that the order of rows cannot.
    points, same = np.unique(np.round(points, _SAME_DECIMALS) + 0.0, axis=0, return_inverse=True)
    points = unit_vectors(points)
    times = np.bincount(same, weights=times).astype(np.int64)
    labels = _cluster(points, min(k, len(points)), seed)

    centroids, radii, shares = [], [], []
    for label in range(int(labels.max()) + 1):
        members = points[labels == label]
        if len(members):  # k-means may leave a cluster empty where points nearly coincide
            centroid = _direction(members)
            centroids.append(centroid)
            radii.append(max(radius_floor, float(1.0 - (members @ centroid).min())))
            shares.append(times[labels == label].sum() / times.sum())
    order = sorted(range(len(shares)), key=lambda style: (-shares[style], tuple(centroids[style])))
    return StyleProfile(
        space_id,
        np.array(centroids, dtype=np.float32)[order],
        np.array(radii, dtype=np.float32)[order],
        np.array(shares, dtype=np.float32)[order],
        choices=int(times.sum()),
        distinct=len(points),
    )


def _direction(members: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direction of the mean; of the member nearest to all where opposite members cancel out."""
    mean = members.mean(axis=0)
    length = float(np.linalg.norm(mean))
    if length > _NO_DIRECTION:
        return np.asarray(mean / length)
    return np.asarray(members[int(np.argmax((members @ members.T).sum(axis=1)))])


def warm_up() -> None:
    """Load what fitting takes (1.5 s, 75 MB), so that nobody's answer waits beside the first fit."""
    from sklearn.cluster import KMeans  # type: ignore[import-untyped, unused-ignore] # noqa: F401


def _cluster(points: NDArray[np.float64], k: int, seed: int) -> NDArray[np.intp]:
    """The cluster of each point, from 0, shape (n,)."""
    if k == 1:
        return np.zeros(len(points), dtype=np.intp)
    if k == len(points):
        return np.arange(k, dtype=np.intp)
    # scikit-learn takes a second to import, and only the fitting needs it.
    from sklearn.cluster import KMeans  # type: ignore[import-untyped, unused-ignore]

    return np.asarray(KMeans(n_clusters=k, n_init=_STARTS, random_state=seed).fit(points).labels_, dtype=np.intp)
