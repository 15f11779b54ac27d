"""`bm25`: the queries that people clicked a sticker for, and nothing else (paper, section 4.5)."""

from __future__ import annotations

from dataclasses import replace

from persrv.evaluation.systems.order import strictly_falling
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.system import Ranking, Training
from persrv.recall.weights import RelevanceWeights

NO_FIELD = RelevanceWeights(ocr=0, queries=0, keywords=0, description=0, emotions=0, emoji=0, pack=0)
"""Weights under which nothing is searched, to begin from."""


class FieldSearch:
    """BM25 over weighted fields, without utility and without a person, by the product's own index."""

    def __init__(self, name: str, index: RecallIndex, weights: RelevanceWeights) -> None:
        self.name = name
        self.encoder_seconds = 0.0
        self._index = index
        self._weights = weights.as_mapping()
        self._docids: tuple[str, ...] = ()

    def fit(self, training: Training) -> None:
        """See `System.fit`."""
        self._docids = training.stickers.docids
        self._index.fit(training)

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        found = self._index.search(query, weights=self._weights, limit=limit)
        docids = (self._docids[row] for row in found.ids.tolist())
        return strictly_falling(zip(docids, found.relevance.tolist(), strict=True))

    def close(self) -> None:
        """See `System.close`; there is nothing to let go of."""


def bm25(index: RecallIndex) -> FieldSearch:
    """Clicked queries alone. One field: its weight changes no order."""
    return FieldSearch("bm25", index, replace(NO_FIELD, queries=1.0))
