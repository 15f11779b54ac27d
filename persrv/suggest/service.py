"""Answer an inline query: recall, rank, page."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime

from persrv.domain.history import Impression
from persrv.domain.nsfw import Hidden
from persrv.domain.stickers import Sticker
from persrv.domain.suggestions import Page, Placed, Ranked, Reason
from persrv.errors import AnswerNotWanted
from persrv.ports.storage import CatalogueStore, HistoryStore
from persrv.ranking.order import each_once
from persrv.suggest.impressions import ImpressionWriter
from persrv.suggest.memory import RankingMemory
from persrv.suggest.nsfw import NsfwGuard
from persrv.suggest.own import own_stickers
from persrv.suggest.rankers import Asked, Ranker
from persrv.suggest.serving import ServingHolder
from persrv.suggest.styles import StyleKeeper
from persrv.suggest.tastes import TasteKeeper
from persrv.text import normalise, tokenise

PAGE_SIZE = 50
"""Results in one answer (Bot API `answerInlineQuery`: at most 50)."""

Wanted = Callable[[], bool]

_OFFSET = re.compile(r"([0-9a-f]{16})\.(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query was read, and the ranking that it gave.

    :param tokens: What was looked for; () for an empty query.
    :param meant: What else was looked for, since nobody used these words: readings of the query, best first.
    """

    tokens: tuple[str, ...]
    ranking: tuple[Ranked, ...]
    stickers: Mapping[int, Sticker]
    meant: tuple[str, ...] = ()


def _always() -> bool:
    return True


class Suggester:
    """The use case online. Everything is asynchronous but the search itself, which runs in `executor`."""

    def __init__(
        self,
        *,
        catalogue: CatalogueStore,
        history: HistoryStore,
        ranker: Ranker,
        serving: ServingHolder,
        styles: StyleKeeper,
        tastes: TasteKeeper,
        nsfw: NsfwGuard,
        impressions: ImpressionWriter,
        executor: Executor,
        now: Callable[[], datetime],
    ) -> None:
        """:param ranker: What serves."""
        self._catalogue = catalogue
        self._history = history
        self._ranker = ranker
        self._serving = serving
        self._styles = styles
        self._tastes = tastes
        self._nsfw = nsfw
        self._impressions = impressions
        self._executor = executor
        self._now = now
        self._memory = RankingMemory()

    async def suggest(self, user_id: int, query: str, offset: str = "", *, wanted: Wanted = _always) -> Page:
        """One page of the answer to a query.

        :param query: As typed, at most 256 characters; "" asks for this person's own stickers.
        :param offset: "" for the first page, then `Page.next_offset`. All pages of one ranking come from the
            same snapshot, so that none repeats or leaves out a sticker; an unknown offset starts anew.
        :param wanted: Whether the answer is still waited for; asked, from any thread, before each long step.
        :raises AnswerNotWanted: it is not.
        """
        match = _OFFSET.fullmatch(offset)
        if match is not None:
            impression = await self._known(match[1], user_id, query)
            if impression is not None:
                return await self._page(impression, int(match[2]))
        reading = await self.read(user_id, query, wanted=wanted)
        impression = Impression(
            id=secrets.token_hex(8),
            user_id=user_id,
            query=query,
            sticker_ids=tuple(ranked.sticker_id for ranked in reading.ranking),
            served=0,
            shown_at=self._now(),
        )
        self._memory.keep(impression)
        return await self._page(impression, 0, reading.stickers)

    async def read(self, user_id: int, query: str, *, wanted: Wanted = _always) -> Reading:
        """The whole ranking of live stickers for a query, with why each is where it is; no hidden ones in it.

        :raises AnswerNotWanted: as `suggest`.
        """
        key, hidden = normalise(query), self._nsfw.hidden_from(user_id)
        if not key:
            return await self._reading((), await own_stickers(self._history, user_id, hidden))
        tokens = tokenise(key)
        in_pack = [
            Ranked(sticker_id, Reason.PACK)
            for pack in await self._catalogue.packs_titled(key)
            for sticker_id in hidden.leaves([each.id for each in await self._catalogue.pack_stickers(pack.id)])
        ]
        meant, found = await self._search(user_id, key, tokens, hidden, wanted)
        if not any(ranked.by_field for ranked in found) and (spoken := tokenise(key, expand_emoji=True)) != tokens:
            # An emoji that no sticker carries may still be meant by name: its words are tried next.
            tokens, found = spoken, (await self._search(user_id, key, spoken, hidden, wanted))[1] or found
        return await self._reading(tokens, each_once(in_pack, found), meant)

    def shown(self, page: Page) -> None:
        """Note that a page has reached Telegram: it becomes an impression."""
        impression = self._memory.recall(page.impression_id)
        if impression is not None and page.end > impression.served:
            impression = replace(impression, served=page.end)
            self._memory.keep(impression)
            self._impressions.add(impression)

    def forget(self, user_id: int) -> None:
        """Drop what is remembered of one person here, before the database forgets them."""
        self._memory.forget(user_id)
        self._styles.forget(user_id)
        self._tastes.forget(user_id)
        self._impressions.forget(user_id)

    async def _known(self, impression_id: str, user_id: int, query: str) -> Impression | None:
        impression = self._memory.recall(impression_id) or await self._history.impression(impression_id)
        if impression is None or (impression.user_id, impression.query) != (user_id, query):
            return None
        self._memory.keep(impression)
        return impression

    async def _search(
        self, user_id: int, key: str, tokens: Sequence[str], hidden: Hidden, wanted: Wanted
    ) -> tuple[tuple[str, ...], tuple[Ranked, ...]]:
        """Recall and rank (paper, section 3.6), apart from the event loop: what else was meant, and the ranking."""
        if not tokens:
            return (), ()
        serving = self._serving.current
        profile = await self._styles.profile(user_id) if self._ranker.by_profile else None
        if profile is not None and profile.space_id != serving.space_id:
            profile = None  # the space changed this very moment
        taste = await self._tastes.taste(user_id) if self._ranker.by_taste else None
        asked = Asked(key, tokens, serving, profile, taste, hidden)
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._rank, asked, wanted)

    def _rank(self, asked: Asked, wanted: Wanted) -> tuple[tuple[str, ...], tuple[Ranked, ...]]:
        if not wanted():  # others were searched for before, and took their time
            raise AnswerNotWanted("The person has typed on.")
        readings = self._ranker.readings(asked)
        return tuple(each.text for each in readings), self._ranker.rank(replace(asked, readings=readings))

    async def _reading(
        self, tokens: tuple[str, ...], ranking: Sequence[Ranked], meant: tuple[str, ...] = ()
    ) -> Reading:
        """Leave out what is no longer live: the index may be a moment behind the database."""
        stickers = await self._catalogue.stickers([ranked.sticker_id for ranked in ranking])
        return Reading(tokens, tuple(ranked for ranked in ranking if ranked.sticker_id in stickers), stickers, meant)

    async def _page(self, impression: Impression, start: int, stickers: Mapping[int, Sticker] | None = None) -> Page:
        ids = impression.sticker_ids[start : start + PAGE_SIZE]
        if stickers is None:  # what was banned, scored or switched off since the first page is left out of this one
            stickers = await self._catalogue.stickers(self._nsfw.hidden_from(impression.user_id).leaves(ids))
        end = start + len(ids)
        more = end < len(impression.sticker_ids)
        empty = not impression.sticker_ids and await self._catalogue.count_stickers() == 0
        return Page(
            impression_id=impression.id,
            placed=tuple(
                Placed(position, stickers[sticker_id])
                for position, sticker_id in enumerate(ids, start)
                if sticker_id in stickers
            ),
            end=end,
            next_offset=f"{impression.id}.{end}" if more else "",
            catalogue_empty=empty,
        )
