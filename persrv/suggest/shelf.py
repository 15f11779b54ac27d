"""What answers need of the catalogue, held in memory: the stickers shown lately, and what sets are called."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from persrv.domain.stickers import Sticker
from persrv.ports.storage import CatalogueStore

FRESH_SECONDS: Final = 10.0
"""How long what is held counts: the job process changes sets too. What this bot changes it hears of at once."""
HELD: Final = 20_000
"""Stickers that are held: some 600 bytes each."""


@dataclass(slots=True)
class _Held:
    """What was read since a moment. A change puts all of it away: what is still being read then is kept nowhere."""

    since: float
    stickers: dict[int, Sticker] = field(default_factory=dict)
    names: frozenset[str] | None = None
    is_empty: bool | None = None


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
        self._held = _Held(clock())

    async def stickers(self, sticker_ids: Sequence[int]) -> Mapping[int, Sticker]:
        """The live ones among these stickers, by id."""
        held = self._fresh().stickers
        missing = [sticker_id for sticker_id in sticker_ids if sticker_id not in held]
        found = {sticker_id: held[sticker_id] for sticker_id in sticker_ids if sticker_id in held}
        if missing:
            read = await self._catalogue.stickers(missing)
            if len(held) + len(read) > self._capacity:
                held.clear()
            held.update(read)
            found |= read
        return found

    async def in_sets_called(self, key: str) -> Sequence[int]:
        """The live stickers of the sets whose name or title is this, one set after the other, each in its order.

        :param key: Normalised.
        """
        held = self._fresh()
        if held.names is None:
            held.names = await self._catalogue.pack_names()
        if key not in held.names:
            return []
        packs = await self._catalogue.packs_titled(key)
        return [sticker.id for pack in packs for sticker in await self._catalogue.pack_stickers(pack.id)]

    async def is_empty(self) -> bool:
        """Whether there is no live sticker at all."""
        held = self._fresh()
        if held.is_empty is None:
            held.is_empty = await self._catalogue.count_stickers() == 0
        return held.is_empty

    def changed(self) -> None:
        """A set or sticker is new, another than before, or banned."""
        self._held = _Held(self._clock())

    def _fresh(self) -> _Held:
        if self._clock() - self._held.since >= FRESH_SECONDS:
            self.changed()
        return self._held
