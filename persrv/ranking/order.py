"""From what recall found to an order."""

from __future__ import annotations

from collections.abc import Iterable

from persrv.domain.suggestions import Ranked, Reason, Recalled


def by_relevance(recalled: Iterable[Recalled]) -> tuple[Ranked, ...]:
    """Order by relevance, falling; equal relevance: the lower sticker id first.

    This is the recall order, which a person without history gets (DESIGN, "unknown user").
    """
    ordered = sorted(recalled, key=lambda found: (-found.relevance, found.sticker_id))
    return tuple(
        Ranked(found.sticker_id, Reason.SEARCH, score=found.relevance, by_field=found.by_field) for found in ordered
    )


def each_once(*parts: Iterable[Ranked]) -> tuple[Ranked, ...]:
    """Put parts one after the other; a sticker stays where it comes first."""
    seen: dict[int, Ranked] = {}
    for part in parts:
        for ranked in part:
            seen.setdefault(ranked.sticker_id, ranked)
    return tuple(seen.values())
