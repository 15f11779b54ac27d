"""How well a sticker's style fits a person's styles (paper, section 3.6.2, equation 9).

The paper takes the shortest *distance* to a centroid and multiplies the score by 1 + alpha x Preference
(equation 10), which would favour what is far from every style. The authors' code takes the cosine, and so do we:

    nearest:   Preference_u(s) = max(0, max over the styles of u of cos(centroid, s))

The nearest style cannot tell one that a person picks nine times of ten from one that they picked once. What the bot
serves by default counts every style by its share of the person's use; it gains more for people with a style, and costs
those without one less (docs/style-preference.md):

    by share:  Preference_u(s) = sum over the styles of u of share x max(0, cos(centroid, s))

The literal form is kept for the ablation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from persrv.preference.directions import has_style, unit_vectors
from persrv.preference.profile import StyleProfile


def preference(
    profile: StyleProfile | None,
    vectors: NDArray[np.floating],
    *,
    space_id: str,
    gate: float | None = None,
    nearest: bool = True,
) -> NDArray[np.float64]:
    """How near stickers are to a person's styles.

    :param profile: None for a person without history: nothing is preferred.
    :param vectors: Stickers' embeddings, shape (n, dimensions), of any length. One that is all zero or not finite
        has no style and is not preferred.
    :param space_id: The space of the vectors.
    :param gate: A style counts only for stickers within `gate` x its radius (the authors' code has such a gate);
        None: for every sticker.
    :param nearest: True: the cosine to the nearest style; False: the cosines to all of them, each by its share.
    :return: From 0 to 1, float64, shape (n,).
    :raises ValueError: the profile is of another space, or the dimensions differ.
    """
    if profile is None:
        return np.zeros(len(vectors), dtype=np.float64)
    cosines = _cosines(profile, vectors, space_id)
    if gate is not None:
        cosines = np.where(1.0 - cosines <= gate * profile.radii.astype(np.float64), cosines, 0.0)
    if nearest:
        return np.asarray(np.clip(cosines.max(axis=1), 0.0, 1.0))
    return np.asarray(np.clip(np.maximum(cosines, 0.0) @ profile.shares.astype(np.float64), 0.0, 1.0))


def literal_preference(
    profile: StyleProfile | None, vectors: NDArray[np.floating], *, space_id: str
) -> NDArray[np.float64]:
    """Equation 9 to the letter: the shortest Euclidean distance to a centroid. For the ablation alone.

    :return: From 0 (on a centroid) to 2 between unit vectors, 0 for a sticker or a person without a style;
        float64, shape (n,).
    :raises ValueError: as `preference` does.
    """
    if profile is None:
        return np.zeros(len(vectors), dtype=np.float64)
    cosines = _cosines(profile, vectors, space_id)
    nearest = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * cosines.max(axis=1)))
    return np.where(has_style(vectors), nearest, 0.0)


def _cosines(profile: StyleProfile, vectors: NDArray[np.floating], space_id: str) -> NDArray[np.float64]:
    """Shape (n, styles); 0 for a sticker without a style."""
    if profile.space_id != space_id:
        raise ValueError(f"a style profile of {profile.space_id!r} cannot be compared with vectors of {space_id!r}")
    if vectors.ndim != 2 or vectors.shape[1] != profile.centroids.shape[1]:
        raise ValueError(f"vectors of shape {vectors.shape} do not fit centroids of shape {profile.centroids.shape}")
    cosines: NDArray[np.float64] = unit_vectors(vectors) @ profile.centroids.astype(np.float64).T
    return cosines
