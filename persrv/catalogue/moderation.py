"""The use case behind /ban: the list in the database, and its people in memory, where every update asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from persrv.domain.moderation import BanKind, Banned
from persrv.ports.moderation import BanStore


class Moderation:
    """Bans and lifts bans; knows without waiting whether a person is banned.

    One bot serves a database, so that nobody else changes the list while it runs.
    """

    def __init__(self, store: BanStore, *, changed: Callable[[], None], now: Callable[[], datetime]) -> None:
        """:param changed: Called when something was queued for indexing."""
        self._store = store
        self._changed = changed
        self._now = now
        self._people: set[str] = set()

    async def load(self) -> None:
        """Read who is banned; before the first update is handled."""
        self._people = {ban.what.key for ban in await self._store.bans() if ban.what.kind is BanKind.PERSON}

    def keeps_out(self, user_id: int) -> bool:
        """Whether this person is banned."""
        return str(user_id) in self._people

    async def ban(self, what: Banned, *, by: int) -> bool:
        """Ban a person, set or sticker from this moment on; False where it was banned already."""
        fresh = await self._store.ban(what, by=by, at=self._now())
        if what.kind is BanKind.PERSON:
            self._people.add(what.key)
        self._changed()
        return fresh

    async def unban(self, what: Banned) -> bool:
        """Lift a ban; False where there was none."""
        lifted = await self._store.unban(what)
        if what.kind is BanKind.PERSON:
            self._people.discard(what.key)
        self._changed()
        return lifted
