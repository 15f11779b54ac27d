"""Answer an inline query: recall, rank, page."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from persrv.domain.history import Impression
from persrv.domain.nsfw import Hidden
from persrv.domain.own_packs import OwnPacks, OwnWanted
from persrv.domain.stickers import Sticker
from persrv.domain.suggestions import Page, Placed, Ranked, Reason
from persrv.domain.trials import Compared, Trial, letter
from persrv.errors import AnswerNotWanted
from persrv.ports.storage import HistoryStore
from persrv.ranking.interleaving import interleave
from persrv.ranking.order import each_once
from persrv.suggest.asked import Asked, Ranker, ranked_by
from persrv.suggest.exploring import Explorer
from persrv.suggest.impressions import ImpressionWriter
from persrv.suggest.memory import RankingMemory
from persrv.suggest.nsfw import NsfwGuard
from persrv.suggest.own import own_stickers
from persrv.suggest.own_packs import OwnPacksKeeper, read_typed
from persrv.suggest.serving import ServingHolder
from persrv.suggest.shelf import Shelf
from persrv.suggest.styles import StyleKeeper
from persrv.suggest.tastes import TasteKeeper
from persrv.suggest.trials import NOTHING_DRAWN, Lot, Trials
from persrv.text import normalise, tokenise

PAGE_SIZE = 50
"""Results in one answer (Bot API `answerInlineQuery`: at most 50)."""

Wanted = Callable[[], bool]

_OFFSET = re.compile(r"([0-9a-f]{16})\.(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query was read, and the ranking that it gave.

    :param tokens: What was looked for; () for an empty query.
    :param stickers: Of the ranking's places, those that were looked up.
    :param meant: What else was looked for, since nobody used these words: readings of the query, best first.
    :param only_own: Whether only the person's own packs were looked through.
    :param compared: The two rankings that were interleaved, or None.
    """

    tokens: tuple[str, ...]
    ranking: tuple[Ranked, ...]
    stickers: Mapping[int, Sticker]
    meant: tuple[str, ...] = ()
    only_own: bool = False
    compared: Compared | None = None

    @property
    def trial(self) -> Trial:
        """What is tried out in this answer, as its impression keeps it."""
        explored = next((at for at, ranked in enumerate(self.ranking) if ranked.reason is Reason.EXPLORING), None)
        teams = "".join(letter(ranked.team) for ranked in self.ranking) if self.compared else ""
        return Trial(self.compared, teams, explored)


class _UnderWay:
    """A query that is being answered.

    :ivar forgotten: Whether the person had everything erased meanwhile: nothing of it is to be kept.
    """

    def __init__(self) -> None:
        self.forgotten = False


def _always() -> bool:
    return True


class Suggester:
    """The use case online. Everything is asynchronous but the search itself, which runs in `executor`."""

    def __init__(
        self,
        *,
        shelf: Shelf,
        history: HistoryStore,
        ranker: Ranker,
        serving: ServingHolder,
        styles: StyleKeeper,
        tastes: TasteKeeper,
        nsfw: NsfwGuard,
        own_packs: OwnPacksKeeper,
        trials: Trials,
        explorer: Explorer,
        impressions: ImpressionWriter,
        executor: Executor,
        now: Callable[[], datetime],
    ) -> None:
        """Set it up.

        :param ranker: What serves.
        :param trials: In which answers something is tried out beside it.
        """
        self._shelf = shelf
        self._history = history
        self._ranker = ranker
        self._serving = serving
        self._styles = styles
        self._tastes = tastes
        self._nsfw = nsfw
        self._own_packs = own_packs
        self._trials = trials
        self._explorer = explorer
        self._impressions = impressions
        self._executor = executor
        self._now = now
        self._memory = RankingMemory()
        self._under_way: dict[int, set[_UnderWay]] = {}
        """By person, the queries that are being answered."""

    async def suggest(self, user_id: int, query: str, offset: str = "", *, wanted: Wanted = _always) -> Page:
        """One page of the answer to a query.

        :param query: As typed, at most 256 characters; "" asks for what this person used. A first word "mine"
            requires their own packs (`persrv.suggest.own_packs`).
        :param offset: "" for the first page, then `Page.next_offset`. All pages of one ranking come from the
            same snapshot, so that none repeats or leaves out a sticker; an unknown offset starts anew.
        :param wanted: Whether the answer is still waited for; asked, from any thread, before each long step.
        :raises AnswerNotWanted: it is not.
        """
        with self._asking(user_id) as under_way:
            match = _OFFSET.fullmatch(offset)
            if match is not None:
                impression = await self._known(match[1], user_id, query, under_way)
                if impression is not None:
                    return await self._page(impression, int(match[2]))
            reading = await self.read(user_id, query, wanted=wanted, first=PAGE_SIZE)
            impression = Impression(
                id=secrets.token_hex(8),
                user_id=user_id,
                query=query,
                sticker_ids=tuple(ranked.sticker_id for ranked in reading.ranking),
                served=0,
                shown_at=self._now(),
                trial=reading.trial,
            )
            self._keep(impression, under_way)
            page = await self._page(impression, 0, reading.stickers)
            return replace(page, none_of_own=reading.only_own and not reading.ranking)

    async def read(self, user_id: int, query: str, *, wanted: Wanted = _always, first: int | None = None) -> Reading:
        """The whole ranking of live stickers for a query, with why each is where it is; no hidden ones in it.

        :param first: For how many places, from the first on, it is looked up whether they are live; None: for all. The
            others are of a moment ago, as the index is.
        :raises AnswerNotWanted: as `suggest`.
        """
        typed, hidden = read_typed(query), self._nsfw.hidden_from(user_id)
        own = await self._own_packs.wanted(user_id, required=typed.mine)
        key = normalise(typed.words)
        # A set may be called "Mine", or "Mine craft": whoever does not always want their own alone gets it first.
        always = self._own_packs.mode(user_id) is OwnPacks.ONLY
        called = await self._in_pack(normalise(query), hidden, None) if typed.mine and not always else ()
        if not key:
            found = each_once(called, await own_stickers(self._history, self._shelf, user_id, hidden, own))
            if typed.mine and not always and not found:
                return await self._only_by_words(user_id, normalise(query), hidden, wanted)
            return await self._reading((), found, first, only_own=own is not None and own.only)
        tokens = tokenise(key)
        in_pack = each_once(called, await self._in_pack(key, hidden, own))
        # Whoever names a set wants that set, as it is.
        lot = NOTHING_DRAWN if in_pack else self._trials.draw(user_id, key, self._now())
        meant, ranking = await self._search(user_id, key, tokens, hidden, own, lot, wanted)
        if (
            not any(ranked.told.by_words for ranked in ranking)
            and (spoken := tokenise(key, expand_emoji=True)) != tokens
        ):
            # An emoji that no sticker carries may still be meant by name: its words are tried next.
            tokens, ranking = spoken, (await self._search(user_id, key, spoken, hidden, own, lot, wanted))[1] or ranking
        only_own = own is not None and own.only
        found = each_once(in_pack, ranking) if in_pack else ranking
        reading = await self._reading(tokens, found, first, meant, only_own=only_own, lot=lot)
        return await self._explored(reading, lot, user_id)

    def shown(self, page: Page) -> None:
        """Note that a page has reached Telegram: it becomes an impression."""
        impression = self._memory.recall(page.impression_id)
        if impression is not None and page.end > impression.served:
            impression = replace(impression, served=page.end)
            self._memory.keep(impression)
            self._impressions.add(impression)
            self._explorer.note([placed.sticker.id for placed in page.placed])

    def forget(self, user_id: int) -> None:
        """Drop what is remembered of one person here, before the database forgets them."""
        for under_way in self._under_way.get(user_id, ()):
            under_way.forgotten = True
        self._memory.forget(user_id)
        self._styles.forget(user_id)
        self._tastes.forget(user_id)
        self._explorer.forget(user_id)
        self._impressions.forget(user_id)
        self._ranker.forget()
        self._trials.forget()

    async def _in_pack(self, key: str, hidden: Hidden, own: OwnWanted | None) -> tuple[Ranked, ...]:
        """The sets that are called so, each in its order."""
        found = hidden.leaves(await self._shelf.in_sets_called(key))
        if own is not None and own.only and found:
            kept = own.stickers.among(np.array(found, dtype=np.int64))
            found = [sticker_id for sticker_id, is_own in zip(found, kept.tolist(), strict=True) if is_own]
        return tuple(Ranked(sticker_id, Reason.PACK) for sticker_id in found)

    async def _only_by_words(self, user_id: int, key: str, hidden: Hidden, wanted: Wanted) -> Reading:
        """Whoever has no own packs and types "mine" gets what has that very word, wherever it is from."""
        tokens = tokenise(key)
        meant, ranking = await self._search(user_id, key, tokens, hidden, None, NOTHING_DRAWN, wanted)
        having = () if meant else tuple(ranked for ranked in ranking if ranked.by_field)
        return await self._reading(tokens, having, only_own=True)

    @contextlib.contextmanager
    def _asking(self, user_id: int) -> Iterator[_UnderWay]:
        under_way = _UnderWay()
        others = self._under_way.setdefault(user_id, set())
        others.add(under_way)
        try:
            yield under_way
        finally:
            others.discard(under_way)
            if not others and self._under_way.get(user_id) is others:
                del self._under_way[user_id]

    def _keep(self, impression: Impression, under_way: _UnderWay) -> None:
        """Remember a ranking, for its later pages and for being written once it was shown."""
        if not under_way.forgotten:
            self._memory.keep(impression)

    async def _known(self, impression_id: str, user_id: int, query: str, under_way: _UnderWay) -> Impression | None:
        impression = self._memory.recall(impression_id) or await self._history.impression(impression_id)
        if impression is None or (impression.user_id, impression.query) != (user_id, query):
            return None
        self._keep(impression, under_way)
        return impression

    async def _search(
        self,
        user_id: int,
        key: str,
        tokens: Sequence[str],
        hidden: Hidden,
        own: OwnWanted | None,
        lot: Lot,
        wanted: Wanted,
    ) -> tuple[tuple[str, ...], tuple[Ranked, ...]]:
        """Recall and rank (paper, section 3.6), apart from the event loop: what else was meant, and the ranking."""
        if not tokens or (own is not None and own.only and not len(own.stickers)):
            return (), ()
        serving = self._serving.current
        rankers = (self._ranker, *((lot.rival,) if lot.rival else ()))
        profile = await self._styles.profile(user_id) if any(ranker.by_profile for ranker in rankers) else None
        if profile is not None and profile.space_id != serving.space_id:
            profile = None  # the space changed this very moment
        taste = await self._tastes.taste(user_id) if any(ranker.by_taste for ranker in rankers) else None
        asked = Asked(key, tokens, serving, profile, taste, hidden, own)
        with self._ranker.expected(key):
            return await asyncio.get_running_loop().run_in_executor(self._executor, self._rank, asked, lot, wanted)

    def _rank(self, asked: Asked, lot: Lot, wanted: Wanted) -> tuple[tuple[str, ...], tuple[Ranked, ...]]:
        if not wanted():  # others were searched for before, and took their time
            raise AnswerNotWanted("The person has typed on.")
        meant, ranking = ranked_by(self._ranker, asked)
        if lot.rival is not None:
            ranking = interleave(ranking, ranked_by(lot.rival, asked)[1], lot.seed)
        return meant, ranking

    async def _reading(
        self,
        tokens: tuple[str, ...],
        ranking: Sequence[Ranked],
        first: int | None = None,
        meant: tuple[str, ...] = (),
        *,
        only_own: bool = False,
        lot: Lot = NOTHING_DRAWN,
    ) -> Reading:
        """Leave out what is no longer live: the index may be a moment behind the database."""
        stickers: dict[int, Sticker] = {}
        live: list[Ranked] = []
        wanted, looked_at = len(ranking) if first is None else first, 0
        while looked_at < len(ranking) and len(live) < wanted:
            some = ranking[looked_at : looked_at + wanted - len(live)]
            looked_at += len(some)
            stickers |= await self._shelf.stickers([ranked.sticker_id for ranked in some])
            live += [ranked for ranked in some if ranked.sticker_id in stickers]
        compared = Compared(self._ranker.name, lot.rival.name) if lot.rival else None
        return Reading(tokens, (*live, *ranking[looked_at:]), stickers, meant, only_own, compared)

    async def _explored(self, reading: Reading, lot: Lot, user_id: int) -> Reading:
        """With a place given away, where it is this answer's turn."""
        if lot.place is None:
            return reading
        ranking = self._explorer.explore(
            reading.ranking, below=PAGE_SIZE, place=lot.place, person=user_id, seed=lot.seed
        )
        unknown = [place.sticker_id for place in ranking[:PAGE_SIZE] if place.sticker_id not in reading.stickers]
        if not unknown:
            return replace(reading, ranking=ranking)
        found = await self._shelf.stickers(unknown)
        if len(found) < len(unknown):
            return reading
        return replace(reading, ranking=ranking, stickers={**reading.stickers, **found})

    async def _page(self, impression: Impression, start: int, stickers: Mapping[int, Sticker] | None = None) -> Page:
        ids = impression.sticker_ids[start : start + PAGE_SIZE]
        if stickers is None:  # what was banned, scored or switched off since the first page is left out of this one
            stickers = await self._shelf.stickers(self._nsfw.hidden_from(impression.user_id).leaves(ids))
        end = start + len(ids)
        more = end < len(impression.sticker_ids)
        empty = not impression.sticker_ids and await self._shelf.is_empty()
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
