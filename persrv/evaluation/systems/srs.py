"""`srs`: a network that learns which picture answers which query (Gao et al. 2020; paper, section 4.5).

The query is the whole dialogue: there is no other turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from persrv.evaluation.systems.order import best
from persrv.evaluation.systems.system import Ranking, Training
from persrv.ports.models import QueryStickerMatcher
from persrv.ports.progress import Progress, silent

CANDIDATES: Final = 500
"""Stickers that the full network looks at for a query, out of what its cheap first look prefers."""


class Srs:
    """Trained on the training part alone.

    :param open_matcher: Opens the network; called by `fit`.
    """

    name = "srs"

    def __init__(self, open_matcher: Callable[[], QueryStickerMatcher], progress: Progress = silent) -> None:
        self.encoder_seconds = 0.0
        self._open_matcher = open_matcher
        self._progress = progress
        self._matcher: QueryStickerMatcher | None = None
        self._docids: tuple[str, ...] = ()

    def fit(self, training: Training) -> None:
        """See `System.fit`.

        :raises DatasetInvalid: no chosen sticker has a picture.
        """
        matcher = self._matcher or self._open_matcher()
        self._matcher = matcher
        self._docids = training.stickers.docids
        pairs = [(click.query, row) for click, row in zip(training.clicks, training.rows().tolist(), strict=True)]
        matcher.fit(pairs, training.pictures, seed=training.seed, progress=self._heard)

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        if self._matcher is None:
            raise ValueError("a system was asked before it was fitted")
        candidates = self._matcher.preselect(query, max(CANDIDATES, limit))
        if not len(candidates) or limit <= 0:
            return ()
        scores = self._matcher.scores(query, candidates)
        usable = np.isfinite(scores)
        return best(scores[usable], candidates[usable], self._docids, limit)

    def close(self) -> None:
        """Let go of the network."""
        if self._matcher is not None:
            self._matcher.close()

    def _heard(self, stage: str, done: int, total: int) -> None:
        self._progress(f"srs: {stage}", done, total)
