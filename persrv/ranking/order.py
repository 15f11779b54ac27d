"""From what recall found to an order."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, repeat

import numpy as np
from numpy.typing import NDArray

from persrv.domain.suggestions import Ranked, Reason, Scores


def as_ranked(ids: NDArray[np.int64], scores: Scores) -> tuple[Ranked, ...]:
    """The places of a ranking, each with where its scores are.

    :param ids: Best first, shape (n,).
    :param scores: Of each.
    """
    return tuple(map(Ranked, ids.tolist(), repeat(Reason.SEARCH), repeat(scores), count()))


def each_once(*parts: Iterable[Ranked]) -> tuple[Ranked, ...]:
    """Put parts one after the other; a sticker stays where it comes first."""
    seen: dict[int, Ranked] = {}
    for part in parts:
        for ranked in part:
            seen.setdefault(ranked.sticker_id, ranked)
    return tuple(seen.values())
