"""What answers need of the catalogue, held in memory: the stickers shown lately, and what sets are called."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from persrv.domain.stickers import Sticker
from persrv.ports.storage import CatalogueStore

FRESH_SECONDS: Final = 10.0
"""How long what is held counts: the job process changes sets too. What this bot changes it hears of at once."""
HELD: Final = 20_000
"""Stickers that are held: some 600 bytes each."""


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
        self._stickers: dict[int, Sticker] = {}
        self._names: frozenset[str] | None = None
        self._is_empty: bool | None = None
        self._since = clock()
        self._changes = 0

    async def stickers(self, sticker_ids: Sequence[int]) -> Mapping[int, Sticker]:
        """The live ones among these stickers, by id."""
        held = self._held()
        missing = [sticker_id for sticker_id in sticker_ids if sticker_id not in held]
        if not missing:
            return {sticker_id: held[sticker_id] for sticker_id in sticker_ids}
        before = self._changes
        read = await self._catalogue.stickers(missing)
        found = {
            sticker_id: sticker
            for sticker_id in sticker_ids
            if (sticker := read.get(sticker_id) or held.get(sticker_id)) is not None
        }
        if self._changes == before:  # else it may be old already: the next answer reads again
            if len(held) + len(read) > self._capacity:
                held.clear()
            held.update(read)
        return found

    async def in_sets_called(self, key: str) -> Sequence[int]:
        """The live stickers of the sets whose name or title is this, one set after the other, each in its order.

        :param key: Normalised.
        """
        if key not in await self._all_names():
            return []
        packs = await self._catalogue.packs_titled(key)
        return [sticker.id for pack in packs for sticker in await self._catalogue.pack_stickers(pack.id)]

    async def is_empty(self) -> bool:
        """Whether there is no live sticker at all."""
        self._held()
        if self._is_empty is None:
            before = self._changes
            empty = await self._catalogue.count_stickers() == 0
            if self._changes != before:
                return empty
            self._is_empty = empty
        return self._is_empty

    def changed(self) -> None:
        """A set or sticker is new, another than before, or banned."""
        self._changes += 1
        self._stickers = {}
        self._names = self._is_empty = None
        self._since = self._clock()

    def _held(self) -> dict[int, Sticker]:
        """The stickers at hand, after what is too old was dropped."""
        if self._clock() - self._since >= FRESH_SECONDS:
            self.changed()
        return self._stickers

    async def _all_names(self) -> frozenset[str]:
        self._held()
        if self._names is None:
            before = self._changes
            names = await self._catalogue.pack_names()
            if self._changes != before:
                return names
            self._names = names
        return self._names
