"""`global-pop`: what everybody chose most often, whatever was asked (paper, section 4.5)."""

from __future__ import annotations

import numpy as np

from persrv.evaluation.systems.order import best
from persrv.evaluation.systems.system import Ranking, Training


class GlobalPop:
    """Ranks by clicks in train. Stickers without one are left out: nothing could order them."""

    name = "global-pop"

    def __init__(self) -> None:
        self.encoder_seconds = 0.0
        self._ranking: Ranking = ()

    def fit(self, training: Training) -> None:
        """See `System.fit`."""
        rows, counts = np.unique(training.rows(), return_counts=True)
        self._ranking = best(counts.astype(np.float64), rows, training.stickers.docids, len(rows))

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        return self._ranking[: max(limit, 0)]

    def close(self) -> None:
        """See `System.close`; there is nothing to let go of."""
