"""In-memory stand-ins of the ports, for tests: plain Python, no files, nothing shared with the real adapters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.domain.suggestions import Recalled
from persrv.ports.search import UtilityLookup
from persrv.text import tokenise


class InMemoryStickerIndex:
    """A `StickerIndex` that looks at every sticker for every query."""

    def __init__(self) -> None:
        self._stickers: dict[int, dict[SemanticField, Counter[str]]] = {}

    def search(
        self,
        tokens: Sequence[str],
        *,
        weights: Mapping[SemanticField, float],
        limit: int,
        utility: UtilityLookup | None = None,
    ) -> Sequence[Recalled]:
        """See `StickerIndex.search`: BM25 with k1 = 1.2 and b = 0.75, statistics over live stickers."""
        found = []
        for sticker_id in sorted(self._stickers):
            by_field = {
                field: weights[field] * sum(self._bm25(sticker_id, field, token) for token in sorted(set(tokens)))
                for field in SemanticField
                if weights.get(field, 0.0) > 0
            }
            if any(by_field.values()):
                found.append(
                    Recalled(
                        sticker_id,
                        sum(by_field.values()),
                        {field: part for field, part in by_field.items() if part > 0},
                        float(utility(np.array([sticker_id]))[0]) if utility is not None else 0.0,
                    )
                )
        return sorted(found, key=lambda recalled: -recalled.score)[: max(limit, 0)]

    def _bm25(self, sticker_id: int, field: SemanticField, token: str) -> float:
        words = self._stickers[sticker_id][field]
        if not words[token]:
            return 0.0
        lengths = [texts[field].total() for texts in self._stickers.values() if texts[field]]
        have = sum(1 for texts in self._stickers.values() if texts[field][token])
        norm = 0.25 + 0.75 * words.total() / (sum(lengths) / len(lengths))
        return (math.log(len(self._stickers) / (have + 1)) + 1) * words[token] * 2.2 / (words[token] + 1.2 * norm)

    def update(self, documents: Sequence[StickerDocument], deleted: Collection[int]) -> None:
        """See `StickerIndex.update`."""
        for sticker_id in deleted:
            self._stickers.pop(sticker_id, None)
        for document in documents:
            self._stickers[document.sticker_id] = {
                field: Counter(tokenise(document.texts.get(field, ""), expand_emoji=field is SemanticField.EMOJI))
                for field in SemanticField
            }

    @property
    def needs_rebuild(self) -> bool:
        """See `StickerIndex.needs_rebuild`; nothing is lost here."""
        return False

    def note_rebuild_queued(self) -> None:
        """See `StickerIndex.note_rebuild_queued`."""

    def compact(self) -> None:
        """See `StickerIndex.compact`; nothing deleted is kept here."""

    def count(self) -> int:
        """See `StickerIndex.count`."""
        return len(self._stickers)

    def close(self) -> None:
        """See `StickerIndex.close`; nothing is open here."""
