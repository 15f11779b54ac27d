"""What words find for who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from persrv.domain.candidates import RecalledStickers
from persrv.domain.semantics import SemanticField
from persrv.ports.search import LeftOut, StickerIndex
from persrv.suggest.asked import Asked


def by_words(
    index: StickerIndex, asked: Asked, tokens: Sequence[str], weights: Mapping[SemanticField, float], limit: int
) -> RecalledStickers:
    """What words find: the best, and where own packs are preferred the best of those beside them, in one order."""

    def search(left_out: LeftOut | None) -> RecalledStickers:
        lookup = asked.serving.utility.lookup
        return index.search(tokens, weights=weights, limit=limit, utility=lookup, left_out=left_out)

    best = search(asked.left_out)
    if asked.own is None or asked.own.only or len(best) < limit or not len(asked.own.stickers):
        return best
    own = search(replace(asked, own=replace(asked.own, only=True)).left_out)
    return best.and_others(own) if len(own) else best
