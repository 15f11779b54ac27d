"""Lending a sticker the style of its set. Not in the paper.

One drawing is a noisy sample of its artist's style: what it shows is mixed in. Over a set content cancels.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.preference.directions import has_style, unit_vectors

OWN: Final = 2.0
"""Stickers' worth of weight that a sticker's own vector has beside its set's mean. Ours: tuned on a validation part."""


def pool_over_sets(vectors: NDArray[np.floating], set_of_sticker: NDArray[np.integer]) -> NDArray[np.float32]:
    """Move each vector towards the mean of its set, by n / (n + 2), where n stickers of the set have a style.

    Pooled vectors repeat, so k-means on them collapses; they are for kernel shares (`persrv.preference.share`).

    :param vectors: In one space, shape (stickers, dimensions).
    :param set_of_sticker: A number for each sticker's set, negative for none, shape (stickers,).
    :return: Unit vectors, float32, of the same shape; all zero for a sticker without a style of its own.
    :raises ValueError: the lengths differ.
    """
    if set_of_sticker.shape != (len(vectors),):
        raise ValueError(f"{len(vectors)} stickers want as many sets, not {set_of_sticker.shape}")
    unit = unit_vectors(vectors)
    counted = np.flatnonzero(has_style(vectors) & (set_of_sticker >= 0))
    if len(counted):
        _, sets = np.unique(set_of_sticker[counted], return_inverse=True)
        sizes = np.bincount(sets)
        sums = np.zeros((len(sizes), unit.shape[1]))
        np.add.at(sums, sets, unit[counted])
        weight = (sizes / (sizes + OWN))[sets, None]
        unit[counted] = (1.0 - weight) * unit[counted] + weight * (sums / sizes[:, None])[sets]
    return unit_vectors(unit).astype(np.float32)
