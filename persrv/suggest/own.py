"""What an empty query shows: recent, most used, popular, and the newest where little was chosen.

Whoever prefers their own packs is shown them before what is popular; who wants nothing else, nothing after them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from persrv.domain.nsfw import Hidden
from persrv.domain.own_packs import OwnStickers, OwnWanted
from persrv.domain.suggestions import Ranked, Reason
from persrv.ports.storage import HistoryStore
from persrv.ranking.order import each_once
from persrv.suggest.shelf import Ask, Shelf

RECENTS = 20
"""Places that an empty query gives to the last choices, before the most used."""

EMPTY_QUERY_SIZE = 200
"""Stickers that an empty query offers in all."""


async def own_stickers(
    history: HistoryStore, shelf: Shelf, user_id: int, hidden: Hidden, own: OwnWanted | None = None
) -> tuple[Ranked, ...]:
    """The answer to an empty query.

    :param shelf: Holds what is the same for everybody.
    :param hidden: What this person is not shown; what comes after takes its place.
    :param own: What it has to do with their own packs; None: nothing.
    """
    asked: list[tuple[Reason, Ask, int]] = [
        (Reason.RECENT, partial(history.recent, user_id), RECENTS),
        (Reason.FREQUENT, partial(history.most_used, user_id), EMPTY_QUERY_SIZE),
    ]
    if own is not None:
        asked.append((Reason.OWN, partial(_first, own.stickers), EMPTY_QUERY_SIZE))
    if own is None or not own.only:
        asked.append((Reason.POPULAR, shelf.popular, EMPTY_QUERY_SIZE))
        asked.append((Reason.NEWEST, shelf.newest, EMPTY_QUERY_SIZE))
    answers = await asyncio.gather(*(_shown(ask, size, hidden) for _, ask, size in asked))
    parts = (
        [Ranked(sticker_id, reason) for sticker_id in ids] for (reason, _, _), ids in zip(asked, answers, strict=True)
    )
    return each_once(*parts)[:EMPTY_QUERY_SIZE]


async def _first(own: OwnStickers, limit: int) -> Sequence[int]:
    ids: list[int] = own.ids[:limit].tolist()
    return ids


async def _shown(ask: Ask, size: int, hidden: Hidden) -> Sequence[int]:
    """The first `size` that are not hidden: as many more are asked for as may be hidden, and again where all are."""
    limit = size + min(len(hidden), size)
    while True:
        found = await ask(limit)
        shown = hidden.leaves(found)[:size]
        if len(shown) == size or len(found) < limit:
            return shown
        limit *= 4
