"""What this person chose for this very query before.

    m(s) = sum over their choices of s for the query of 2^(-age / HALF_LIFE) / (choices for the query + DOUBT)

Small and fading: what one chose last week says more than what one chose last year, and a single choice is no habit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from persrv.recall.meaning import NOTHING, Found

HALF_LIFE: Final = 60 * 24 * 3600.0
"""Seconds."""
DOUBT: Final = 2.0
"""Choices of nothing in particular that each query is given."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """One choice.

    :param query: Normalised.
    :param at: Unix seconds, or None where the log does not say: it does not fade.
    """

    user: str
    query: str
    sticker: int
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """Everybody's choices by person and query: sticker -> its share, and the number of choices."""

    chosen: Mapping[tuple[str, str], Mapping[int, float]] = field(default_factory=dict)

    def find(self, user: str, query: str) -> Found:
        """What the person chose for the query, from 0 to 1."""
        found = self.chosen.get((user, query))
        if not found:
            return NOTHING
        ids = np.array(sorted(found), dtype=np.int64)
        return ids, np.array([found[sticker] for sticker in ids.tolist()])


def remember(choices: Iterable[Remembered]) -> Memory:
    """From a log; "now" is its last moment."""
    choices = list(choices)
    now = max((choice.at for choice in choices if choice.at is not None), default=0.0)
    sums: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for choice in choices:
        key = choice.user, choice.query
        age = 0.0 if choice.at is None else now - choice.at
        sums[key][choice.sticker] += 0.5 ** (age / HALF_LIFE)
        counts[key] += 1
    return Memory(
        {
            key: {sticker: weight / (counts[key] + DOUBT) for sticker, weight in found.items()}
            for key, found in sums.items()
        }
    )
