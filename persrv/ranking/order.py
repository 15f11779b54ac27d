"""From what recall found to an order."""

from __future__ import annotations

from collections.abc import Iterable

from persrv.domain.suggestions import Ranked, Reason
from persrv.ranking.personal import PersonalScore


def as_ranked(places: Iterable[PersonalScore]) -> tuple[Ranked, ...]:
    """The places of a personal ranking, with every part of their scores."""
    return tuple(
        Ranked(
            place.sticker_id,
            Reason.SEARCH,
            score=place.score,
            by_field=place.by_field,
            utility=place.utility,
            preference=place.preference,
            factor=place.factor,
        )
        for place in places
    )


def each_once(*parts: Iterable[Ranked]) -> tuple[Ranked, ...]:
    """Put parts one after the other; a sticker stays where it comes first."""
    seen: dict[int, Ranked] = {}
    for part in parts:
        for ranked in part:
            seen.setdefault(ranked.sticker_id, ranked)
    return tuple(seen.values())
