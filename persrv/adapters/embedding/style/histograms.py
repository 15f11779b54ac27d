"""Histograms as the descriptor has them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def soft_histogram(
    values: NDArray[np.floating], bins: int, *, circular: bool = False, weights: NDArray[np.floating] | None = None
) -> NDArray[np.float64]:
    """Square roots of the shares of the bins; each value is split between its two nearest bins.

    Split, so that a value on the edge of two bins does not jump; square roots (Hellinger), so that a little of
    something is not drowned by a lot of something else.

    :param values: From 0 to 1, shape (n,); anything beyond counts as the end.
    :param circular: The first and the last bin are neighbours, as hues are.
    :param weights: At least 0, shape (n,); None: all the same.
    :return: float64, shape (bins,), squares summing to 1; all zero where nothing was counted.
    """
    places = np.clip(values, 0.0, 1.0) * (bins if circular else bins - 1)
    low = np.floor(places).astype(np.intp)
    high_part = places - low
    mass = np.ones(len(values)) if weights is None else weights
    high = low + 1
    if circular:
        low, high = low % bins, high % bins
    else:
        high = np.minimum(high, bins - 1)
    counts = np.bincount(low, (1.0 - high_part) * mass, bins) + np.bincount(high, high_part * mass, bins)
    total = counts.sum()
    return np.asarray(np.sqrt(counts / total) if total > 0 else np.zeros(bins))
