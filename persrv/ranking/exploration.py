"""A place for a sticker that nobody has seen: what is never shown is never chosen, and so never shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from persrv.domain.suggestions import Ranked, Reason

FIRST_PLACE: Final = 4
"""From 0: the fifth place is the first that may be given away, so the best stay where they are."""
LAST_PLACE: Final = 9
"""The tenth: people still look there."""


def give_place(ranking: Sequence[Ranked], sticker_id: int, place: int) -> tuple[Ranked, ...]:
    """Move one sticker up; those between move down by one. It is no ranking's pick any more.

    :param place: From 0; above the place that it has.
    :raises ValueError: it is not in the ranking below that place.
    """
    at = next((number for number, ranked in enumerate(ranking) if ranked.sticker_id == sticker_id), -1)
    if not 0 <= place < at:
        raise ValueError("A sticker can only be moved up to a place above its own.")
    given = ranking[at]._replace(reason=Reason.EXPLORING, team=None)
    return (*ranking[:place], given, *ranking[place:at], *ranking[at + 1 :])
