"""Which stickers are kept from whom: held in memory, so that no answer waits for the database to know."""

from __future__ import annotations

import asyncio
import logging

import numpy as np

from persrv.domain.nsfw import NOTHING_HIDDEN, Hidden
from persrv.errors import StorageError
from persrv.ports.nsfw import NsfwStore

_log = logging.getLogger(__name__)


class NsfwGuard:
    """Hides what scored high from everybody but those who have switched it on.

    Scores are written by another process, the job; the bot asks what is new every two seconds. Switches are turned
    by this bot alone, since one bot serves a database.
    """

    def __init__(self, store: NsfwStore, *, limit: float | None, interval: float = 2.0) -> None:
        """:param limit: The score from which on a sticker is hidden; None hides nothing."""
        self._store = store
        self._limit = limit
        self._interval = interval
        self._hidden = NOTHING_HIDDEN
        self._ticket = 0
        self._people: set[int] = set()
        self._complained = False

    @property
    def limit(self) -> float | None:
        """The score from which on a sticker is hidden, or None."""
        return self._limit

    async def load(self) -> None:
        """Read what is hidden and who has it switched on; before the first answer."""
        self._people = set(await self._store.people())
        if self._limit is not None:
            ids, self._ticket = await self._store.at_least(self._limit)
            self._hidden = NOTHING_HIDDEN.changed(ids, ())

    def hidden_from(self, user_id: int) -> Hidden:
        """What this person is not shown."""
        return NOTHING_HIDDEN if user_id in self._people else self._hidden

    def is_on(self, user_id: int) -> bool:
        """Whether this person has switched it on."""
        return user_id in self._people

    async def switch(self, user_id: int, *, on: bool) -> None:
        """What a person wants, from this moment on and for good."""
        await self._store.switch(user_id, on=on)
        if on:
            self._people.add(user_id)
        else:
            self._people.discard(user_id)

    def forget(self, user_id: int) -> None:
        """This person was erased from the database."""
        self._people.discard(user_id)

    async def refresh(self) -> bool:
        """Ask which scores are new. Return whether this hides or shows a sticker."""
        if self._limit is None:
            return False
        changes = await self._store.changes(self._ticket)
        if not changes:
            return False
        hide = [change.sticker_id for change in changes if change.score >= self._limit]
        show = [change.sticker_id for change in changes if change.score < self._limit]
        before, self._hidden = self._hidden, self._hidden.changed(hide, show)
        self._ticket = changes[-1].ticket
        return not np.array_equal(before.mask, self._hidden.mask)

    async def run(self) -> None:
        """Ask until cancelled; what is hidden stays so while the database cannot be read."""
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self.refresh()
            except StorageError as error:
                if not self._complained:
                    _log.warning("new NSFW scores cannot be read for now: %s", error)
                self._complained = True
            else:
                self._complained = False
