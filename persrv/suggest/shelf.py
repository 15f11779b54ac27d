"""What answers need of catalogue and history, held in memory.

That is the stickers shown lately, what sets are called, and what an empty query shows to everybody.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from persrv.domain.stickers import Sticker
from persrv.ports.storage import CatalogueStore, HistoryStore
from persrv.suggest.kept import Kept

FRESH_SECONDS: Final = 10.0
"""How long what is held counts: the job process changes sets too. What this bot changes it hears of at once."""
OLD_SECONDS: Final = 600.0
"""How long what is popular counts while it is read anew: of many choices that takes a second."""
HELD: Final = 20_000
"""Stickers that are held: some 600 bytes each."""

Ask = Callable[[int], Awaitable[Sequence[int]]]
"""How many at most -> sticker ids, best first."""


class Shelf:
    """Reads from catalogue and history, and remembers for a while.

    Each answer asks for fifty stickers, most of them those of the answers before, and for sets that are called as
    the query, which few are. Whoever types the bot's name asks an empty query first.
    """

    def __init__(
        self,
        catalogue: CatalogueStore,
        history: HistoryStore,
        *,
        clock: Callable[[], float] = time.monotonic,
        capacity: int = HELD,
    ) -> None:
        """:param clock: Seconds."""
        self._catalogue = catalogue
        self._clock = clock
        self._capacity = capacity
        self._stickers: OrderedDict[int, tuple[float, Sticker]] = OrderedDict()
        """With the moment before each was read, as they were read."""
        self._names = Kept(catalogue.pack_names, clock, at_most=FRESH_SECONDS)
        self._is_empty = Kept(catalogue.is_empty, clock, at_most=FRESH_SECONDS)
        self._popular = _First(history.popular, clock)
        self._newest = _First(history.newest, clock)

    async def stickers(self, sticker_ids: Sequence[int]) -> Mapping[int, Sticker]:
        """The live ones among these stickers, by id."""
        now, held = self._clock(), self._stickers
        while held and now - next(iter(held.values()))[0] >= FRESH_SECONDS:
            held.popitem(last=False)
        found = {sticker_id: held[sticker_id][1] for sticker_id in sticker_ids if sticker_id in held}
        if len(found) < len(sticker_ids) and (missing := [one for one in sticker_ids if one not in found]):
            read = await self._catalogue.stickers(missing)
            for sticker_id, sticker in read.items():
                held.pop(sticker_id, None)  # who read it meanwhile has put it further up
                held[sticker_id] = now, sticker
            while len(held) > self._capacity:
                held.popitem(last=False)
            found |= read
        return found

    async def in_sets_called(self, key: str) -> Sequence[int]:
        """The live stickers of the sets whose name or title is this, one set after the other, each in its order.

        :param key: Normalised.
        """
        if key not in await self._names.get():
            return []
        packs = await self._catalogue.packs_titled(key)
        return [sticker.id for pack in packs for sticker in await self._catalogue.pack_stickers(pack.id)]

    async def is_empty(self) -> bool:
        """Whether there is no live sticker at all."""
        return await self._is_empty.get()

    async def popular(self, limit: int) -> Sequence[int]:
        """See `HistoryStore.popular`; where that takes long, as it was some seconds ago."""
        return await self._popular.first(limit)

    async def newest(self, limit: int) -> Sequence[int]:
        """See `HistoryStore.newest`; likewise."""
        return await self._newest.first(limit)

    def choices_changed(self) -> None:
        """Somebody chose something: others may be popular."""
        self._popular.kept.changed()

    def choices_erased(self) -> None:
        """Somebody was forgotten: what they chose is shown to nobody any more, however long it takes to count anew."""
        self._popular.kept.drop()

    def changed(self) -> None:
        """A set or sticker is new, another than before, or banned."""
        self._stickers = OrderedDict()  # what is still being read goes into the old one
        for kept in (self._names, self._is_empty, self._newest.kept):
            kept.drop()
        self._popular.kept.changed()  # who is banned is not live, and is not shown

    async def close(self) -> None:
        """Read nothing any more."""
        for kept in (self._names, self._is_empty, self._newest.kept, self._popular.kept):
            await kept.close()


class _First:
    """The first of an order, as many as anybody asked for yet."""

    def __init__(self, ask: Ask, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._most = 0
        self.kept: Kept[Sequence[int]] = Kept(self._read, clock, at_most=OLD_SECONDS)

    async def first(self, limit: int) -> Sequence[int]:
        if limit > self._most:
            self._most = limit
            self.kept.drop()
        return (await self.kept.get())[:limit]

    async def _read(self) -> Sequence[int]:
        return await self._ask(self._most)
