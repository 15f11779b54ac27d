"""What this person chose for this very query before, and for queries near to it.

    m(s) = max over q' of near(q') x (sum over their choices of s for q' of 2^(-age / HALF_LIFE)) / (n(q') + DOUBT)

n counts their choices for q'; near is 1 for the same query, and for others as `persrv.recall.meaning` has it. Small and
fading: what one chose last week says more than what one chose last year, and a single choice is no habit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import NOTHING, Found
from persrv.text.keys import text_key

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
    """Everybody's choices by person and query's key (`persrv.text.keys`): sticker -> its share."""

    chosen: Mapping[tuple[str, int], Mapping[int, float]] = field(default_factory=dict)

    def find(
        self,
        user: str,
        query: str,
        keys: NDArray[np.uint64] | None = None,
        nearness: NDArray[np.float64] | None = None,
    ) -> Found:
        """What the person chose for the query and for near ones, from 0 to 1.

        :param query: Normalised.
        :param keys: Of near queries, shape (n,).
        :param nearness: Of each of them, from 0 to 1, shape (n,).
        """
        best: dict[int, float] = dict(self.chosen.get((user, int(text_key(query))), {}))
        if keys is not None and nearness is not None:
            for key, near in zip(keys.tolist(), nearness.tolist(), strict=True):
                for sticker, share in self.chosen.get((user, key), {}).items():
                    best[sticker] = max(best.get(sticker, 0.0), near * share)
        if not best:
            return NOTHING
        ids = np.array(sorted(best), dtype=np.int64)
        return ids, np.array([best[sticker] for sticker in ids.tolist()])


def remember(choices: Iterable[Remembered], *, now: float | None = None) -> Memory:
    """From a log.

    :param now: Unix seconds from which choices fade; None: the log's last moment.
    """
    choices = list(choices)
    if now is None:
        now = max((choice.at for choice in choices if choice.at is not None), default=0.0)
    sums: dict[tuple[str, int], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    counts: dict[tuple[str, int], int] = defaultdict(int)
    for choice in choices:
        key = choice.user, int(text_key(choice.query))
        age = 0.0 if choice.at is None else max(0.0, now - choice.at)
        sums[key][choice.sticker] += 0.5 ** (age / HALF_LIFE)
        counts[key] += 1
    return Memory(
        {
            key: {sticker: weight / (counts[key] + DOUBT) for sticker, weight in found.items()}
            for key, found in sums.items()
        }
    )
