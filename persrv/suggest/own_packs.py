"""A person's own packs, preferred or required: what they typed and want, and which stickers those are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from persrv.domain.own_packs import OwnPacks, OwnStickers, OwnWanted
from persrv.ports.own_packs import OwnPackStore
from persrv.text import normalise

WORDS: Final = frozenset({"mine", "我的"})
"""A first word that requires own packs. Not "my", which begins too many of the things that people say."""
FRESH: Final = timedelta(seconds=60)
"""How long what is held counts: the job process changes packs too. What this bot changes it hears of at once."""
REMEMBERED: Final = 2_000
"""People whose own stickers are held: a few kilobytes each."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A query, read.

    :param mine: Whether it requires the person's own packs.
    :param words: What they mean, as typed: all that is to be searched for and learnt from.
    """

    mine: bool
    words: str


def read_typed(query: str) -> Typed:
    """Tell the word that requires own packs from what is meant. In quotation marks it is a word like any other."""
    first, *rest = query.split(maxsplit=1) or [""]
    if normalise(first) in WORDS:
        return Typed(True, rest[0] if rest else "")
    return Typed(False, query)


class OwnPacksKeeper:
    """Knows what people want of their own packs, and holds the stickers of those who asked for them lately.

    Wishes are held in memory, so that an answer to whoever has none waits for nothing; this bot alone changes them.
    """

    def __init__(self, store: OwnPackStore, *, now: Callable[[], datetime], capacity: int = REMEMBERED) -> None:
        self._store = store
        self._now = now
        self._capacity = capacity
        self._modes: dict[int, OwnPacks] = {}
        self._held: OrderedDict[int, tuple[datetime, OwnStickers]] = OrderedDict()
        self._changes = 0

    async def load(self) -> None:
        """Read who wants what; before the first answer."""
        self._modes = dict(await self._store.modes())

    def mode(self, user_id: int) -> OwnPacks:
        """What a person wants in every answer."""
        return self._modes.get(user_id, OwnPacks.OFF)

    async def switch(self, user_id: int, mode: OwnPacks) -> None:
        """What a person wants, from this moment on and for good."""
        await self._store.keep_mode(user_id, mode)
        self._modes[user_id] = mode
        if mode is OwnPacks.OFF:
            del self._modes[user_id]

    async def wanted(self, user_id: int, *, required: bool) -> OwnWanted | None:
        """What an answer has to do with own packs; None for nothing.

        :param required: Whether this query asks for them alone.
        """
        mode = OwnPacks.ONLY if required else self.mode(user_id)
        if mode is OwnPacks.OFF:
            return None
        return OwnWanted(await self.stickers(user_id), only=mode is OwnPacks.ONLY)

    async def stickers(self, user_id: int) -> OwnStickers:
        """The live stickers of a person's own packs."""
        now = self._now()
        known = self._held.get(user_id)
        if known is not None and now - known[0] < FRESH:
            self._held.move_to_end(user_id)
            return known[1]
        before = self._changes
        own = OwnStickers(np.array(await self._store.stickers_of(user_id), dtype=np.int64))
        if self._changes == before:  # else it may be old already: the next query reads again
            self._held[user_id] = now, own
            self._held.move_to_end(user_id)
            while len(self._held) > self._capacity:
                self._held.popitem(last=False)
        return own

    def chosen(self, user_id: int) -> None:
        """This person has chosen something: its packs are own now."""
        self._changes += 1
        self._held.pop(user_id, None)

    def packs_changed(self) -> None:
        """A pack is new or another than before, whosever it is."""
        self._changes += 1
        self._held.clear()

    def forget(self, user_id: int) -> None:
        """This person was erased from the database."""
        self._modes.pop(user_id, None)
        self.chosen(user_id)
