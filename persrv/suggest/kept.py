"""Something that is read for answers, kept until it may be another, and then read once for all who ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Generic, TypeVar

from persrv.errors import PerSRVError

_log = logging.getLogger(__name__)

Value = TypeVar("Value")

RENEWED_SECONDS: Final = 8.0
"""From when on it is read anew: the job process changes things too."""
PROMPT_SECONDS: Final = 0.02
"""What takes no longer to read is waited for."""
SHARE: Final = 20.0
"""What takes longer, and may be another at any moment, is read for one in so many seconds."""


class Kept(Generic[Value]):
    """One value, by its reader. For one event loop."""

    def __init__(self, read: Callable[[], Awaitable[Value]], clock: Callable[[], float], *, at_most: float) -> None:
        """Nothing is read yet.

        :param read: Reads it; what it raises, `get` raises.
        :param clock: Seconds.
        :param at_most: Seconds after which the old is not given any more, however long it takes to read the new.
        """
        self._read = read
        self._clock = clock
        self._at_most = at_most
        self._known: tuple[float, int, Value] | None = None  # as of when, and of how many changes
        self._took = 0.0
        self._changes = 0
        self._reading = asyncio.Lock()
        self._beside: asyncio.Task[None] | None = None

    async def get(self) -> Value:
        """The value. Nobody waits for a long reading who can have the old one."""
        known = self._known
        if known is None or self._clock() - known[0] >= self._at_most:
            return await self._renewed()
        if not self._due(*known[:2]) or self._reading.locked() or not (self._beside is None or self._beside.done()):
            return known[2]
        if self._took <= PROMPT_SECONDS:
            return await self._renewed()
        self._beside = asyncio.create_task(self._renew_beside())
        return known[2]

    def changed(self) -> None:
        """It may be another now."""
        self._changes += 1

    def drop(self) -> None:
        """It is another now: the old is not given any more, and what is being read just now is not kept."""
        self._known = None
        self._reading = asyncio.Lock()  # who comes now does not wait for that

    async def close(self) -> None:
        """Read nothing beside answers any more. Idempotent."""
        if self._beside is not None:
            self._beside.cancel()
            with suppress(asyncio.CancelledError):
                await self._beside

    def _due(self, read: float, changes: int) -> bool:
        age, prompt = self._clock() - read, self._took <= PROMPT_SECONDS
        return age >= RENEWED_SECONDS or (changes != self._changes and (prompt or age >= SHARE * self._took))

    async def _renewed(self) -> Value:
        reading = self._reading
        async with reading:
            if self._known is not None and not self._due(*self._known[:2]):
                return self._known[2]  # another has read it meanwhile
            began, changes = self._clock(), self._changes
            value = await self._read()
            if reading is self._reading:
                self._known, self._took = (began, changes, value), self._clock() - began
            return value

    async def _renew_beside(self) -> None:
        try:
            await self._renewed()
        except PerSRVError as error:
            _log.warning("what answers need is as it was: %s", error)
