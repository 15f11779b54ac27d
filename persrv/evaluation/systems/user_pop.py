"""`user-pop`: what this person chose most often, whatever was asked (paper, section 4.5).

    score = own clicks + clicks of everybody / (all clicks + 1)

The second part is below 1: it orders what the person chose equally often or never. The paper does not say what
comes behind a person's own stickers, nor what a person without any gets; here it is what everybody chose.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from persrv.evaluation.systems.order import best
from persrv.evaluation.systems.system import Ranking, Training


class UserPop:
    """Ranks by the person's clicks in train, then by everybody's."""

    name = "user-pop"

    def __init__(self) -> None:
        self.encoder_seconds = 0.0
        self._docids: tuple[str, ...] = ()
        self._rows = np.empty(0, dtype=np.int64)
        self._everybody = np.empty(0, dtype=np.float64)
        self._own: dict[str, NDArray[np.int64]] = {}

    def fit(self, training: Training) -> None:
        """See `System.fit`."""
        self._docids = training.stickers.docids
        self._rows, places, counts = np.unique(training.rows(), return_inverse=True, return_counts=True)
        self._everybody = counts / (len(places) + 1.0)
        own: dict[str, list[int]] = defaultdict(list)
        for click, place in zip(training.clicks, places.tolist(), strict=True):
            own[click.uid].append(place)
        self._own = {user: np.array(places, dtype=np.int64) for user, places in own.items()}

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        own = self._own.get(user, np.empty(0, dtype=np.int64))
        scores = self._everybody + np.bincount(own, minlength=len(self._rows))
        return best(scores, self._rows, self._docids, limit)

    def close(self) -> None:
        """See `System.close`; there is nothing to let go of."""
