"""How good a ranking is for one (user, query) pair (paper, section 4.2; docs/evaluation.md).

All take the ranks of the hits, which `hit_ranks` reads off a ranking once.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray


def hit_ranks(ranking: Sequence[Hashable], relevant: Collection[Hashable]) -> NDArray[np.int64]:
    """The ranks, from 1, of the relevant stickers in a ranking, rising, shape (hits,).

    :param ranking: Stickers, best first, each once.
    :raises ValueError: a sticker stands twice in the ranking, which would count it twice.
    """
    if len(set(ranking)) != len(ranking):
        raise ValueError("a ranking holds each sticker once, but one stands in it twice")
    wanted = set(relevant)
    return np.array([rank for rank, sticker in enumerate(ranking, 1) if sticker in wanted], dtype=np.int64)


def multi_mrr(ranks: NDArray[np.int64], k: int) -> float:
    """M-MRR@k: the sum of 1 / rank over all hits in the top k. At least 0; may exceed 1 (two hits: up to 1.5).

    :param ranks: Of the hits, from 1, shape (hits,).
    """
    return float((1.0 / ranks[ranks <= k]).sum())


def mrr(ranks: NDArray[np.int64], k: int) -> float:
    """MRR@k: 1 / rank of the first hit, or 0 where it is below the top k. From 0 to 1."""
    first = int(ranks.min(initial=k + 1))
    return 1.0 / first if first <= k else 0.0


def recall(ranks: NDArray[np.int64], k: int, relevant: int) -> float:
    """R@k: hits in the top k / distinct relevant stickers. From 0 to 1.

    :param relevant: How many stickers are relevant, hit or not, at least 1.
    :raises ValueError: nothing is relevant, so that there is nothing to find, or less than was found.
    """
    if relevant < max(1, len(ranks)):
        raise ValueError(f"{relevant} relevant stickers, of which {len(ranks)} were found: R@k is not defined")
    return int((ranks <= k).sum()) / relevant


def hit_rate(ranks: NDArray[np.int64], k: int) -> float:
    """1 where any hit is in the top k, otherwise 0."""
    return float(bool((ranks <= k).any()))
