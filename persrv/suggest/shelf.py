"""What answers need of the catalogue, held in memory: the stickers shown lately, and what sets are called."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from persrv.domain.stickers import Sticker
from persrv.ports.storage import CatalogueStore

FRESH_SECONDS: Final = 10.0
"""How long what is held counts: the job process changes sets too. What this bot changes it hears of at once."""
RENEWED_SECONDS: Final = 8.0
"""From when on one reads the sets' names anew, of a large catalogue tens of milliseconds, and others go by the old."""
HELD: Final = 20_000
"""Stickers that are held: some 600 bytes each."""


@dataclass(slots=True)
class _Held:
    """What was read since the last change. A change puts all of it away: what is still being read then is kept nowhere.

    :param stickers: With the moment before each was read, as they were read.
    :param names: Likewise.
    :param is_empty: Likewise.
    :param reading: The names: once for all who wait.
    """

    stickers: OrderedDict[int, tuple[float, Sticker]] = field(default_factory=OrderedDict)
    names: tuple[float, frozenset[str]] | None = None
    is_empty: tuple[float, bool] | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Shelf:
    """Reads from the catalogue, and remembers for `FRESH_SECONDS`.

    Each answer asks for a hundred stickers, most of them those of the answers before, and for sets that are called as
    the query, which few are.
    """

    def __init__(
        self, catalogue: CatalogueStore, *, clock: Callable[[], float] = time.monotonic, capacity: int = HELD
    ) -> None:
        """:param clock: Seconds."""
        self._catalogue = catalogue
        self._clock = clock
        self._capacity = capacity
        self._held = _Held()

    async def stickers(self, sticker_ids: Sequence[int]) -> Mapping[int, Sticker]:
        """The live ones among these stickers, by id."""
        now, held = self._clock(), self._held.stickers
        while held and self._age(next(iter(held.values())), now) >= FRESH_SECONDS:
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
        if key not in await self._names():
            return []
        packs = await self._catalogue.packs_titled(key)
        return [sticker.id for pack in packs for sticker in await self._catalogue.pack_stickers(pack.id)]

    async def is_empty(self) -> bool:
        """Whether there is no live sticker at all."""
        now, held = self._clock(), self._held
        if held.is_empty is None or self._age(held.is_empty, now) >= FRESH_SECONDS:
            held.is_empty = now, await self._catalogue.count_stickers() == 0
        return held.is_empty[1]

    def changed(self) -> None:
        """A set or sticker is new, another than before, or banned."""
        self._held = _Held()

    async def _names(self) -> frozenset[str]:
        held = self._held
        if (known := held.names) is not None:
            age = self._age(known, self._clock())
            if age < RENEWED_SECONDS or (age < FRESH_SECONDS and held.reading.locked()):
                return known[1]
        async with held.reading:
            now = self._clock()
            if held.names is None or self._age(held.names, now) >= RENEWED_SECONDS:
                held.names = now, await self._catalogue.pack_names()
            return held.names[1]

    @staticmethod
    def _age(read: tuple[float, object], now: float) -> float:
        return now - read[0]
