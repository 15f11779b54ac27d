"""Which stickers show what a person's styles are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from persrv.preference.directions import has_style, unit_vectors
from persrv.preference.profile import StyleProfile

_AT_ONCE = 65_536


def style_of_each(profile: StyleProfile, vectors: NDArray[np.floating]) -> NDArray[np.int64]:
    """The style, from 0, whose centroid each embedding is nearest to; -1 where it has no style; int64, shape (n,).

    :param vectors: In the profile's space, shape (n, dimensions).
    """
    cosines = unit_vectors(vectors) @ profile.centroids.astype(np.float64).T
    return np.where(has_style(vectors), cosines.argmax(axis=1), -1).astype(np.int64)


def nearest_stickers(
    profile: StyleProfile, vectors: NDArray[np.floating], *, each: int, left_out: Sequence[int] = ()
) -> list[list[int]]:
    """The stickers of the catalogue that are nearest to each centroid, and nearest to no other centroid.

    :param vectors: Of the whole catalogue, row = sticker id, in the profile's space, shape (stickers, dimensions).
    :param each: How many for each style, at most.
    :param left_out: Sticker ids that are not wanted.
    :return: By style, sticker ids, nearest first; equally near ones: the lower id first.
    """
    centroids = profile.centroids.astype(np.float32)
    best: list[list[tuple[float, int]]] = [[] for _ in centroids]
    unwanted = np.zeros(len(vectors), dtype=np.bool_)
    unwanted[[sticker for sticker in left_out if 0 <= sticker < len(vectors)]] = True
    for start in range(0, len(vectors), _AT_ONCE):
        part = np.asarray(vectors[start : start + _AT_ONCE], dtype=np.float32)
        usable = has_style(part) & ~unwanted[start : start + _AT_ONCE]
        cosines = part @ centroids.T  # (part, styles)
        owner = cosines.argmax(axis=1)
        for style, found in enumerate(best):
            mine = np.flatnonzero(usable & (owner == style))
            order = mine[np.lexsort((mine, -cosines[mine, style]))[:each]]
            found += [(-float(cosines[row, style]), start + int(row)) for row in order]
    return [[sticker for _, sticker in sorted(found)[:each]] for found in best]
