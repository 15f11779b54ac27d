"""Impressions are written after the answer has gone out, many in one transaction."""

from __future__ import annotations

import asyncio
import logging

from persrv.domain.history import Impression
from persrv.errors import StorageError
from persrv.ports.storage import HistoryStore

_log = logging.getLogger(__name__)


class ImpressionWriter:
    """Gathers impressions and writes them every `interval` seconds.

    An impression is a record of what was shown, not a choice: losing the last moment of them in a crash is
    borne, so that no answer waits for the disk. Choices never pass through here.
    """

    def __init__(self, store: HistoryStore, *, interval: float = 0.25, capacity: int = 20_000) -> None:
        """:param capacity: Impressions that wait at most; the oldest are dropped, and that is logged."""
        self._store = store
        self._interval = interval
        self._capacity = capacity
        self._waiting: dict[str, Impression] = {}
        self._batch: dict[str, Impression] = {}
        """What is being written, and waits again where it cannot be."""
        self._writing = asyncio.Lock()
        self._arrived = asyncio.Event()

    def add(self, impression: Impression) -> None:
        """Take an impression; a newer form of a waiting one replaces it."""
        self._waiting[impression.id] = impression
        if len(self._waiting) > self._capacity:
            self._waiting.pop(next(iter(self._waiting)))
            _log.warning("impressions arrive faster than the database takes them; the oldest was dropped")
        self._arrived.set()

    @property
    def waiting(self) -> int:
        """How many impressions are not written yet."""
        return len(self._waiting)

    def forget(self, user_id: int) -> None:
        """Drop what waits of one person."""
        for waiting in (self._waiting, self._batch):
            for key in [key for key, impression in waiting.items() if impression.user_id == user_id]:
                del waiting[key]

    async def flush(self) -> None:
        """Write all that waits, now."""
        async with self._writing:
            self._batch, self._waiting = self._waiting, {}
            if not self._batch:
                return
            try:
                await self._store.record_impressions(list(self._batch.values()))
            except BaseException as error:  # also at a stop in the midst of it: to write twice is no harm
                self._waiting = self._batch | self._waiting
                if not isinstance(error, StorageError):
                    raise
                _log.warning("impressions could not be written and will be tried again: %s", error)

    async def run(self) -> None:
        """Write until cancelled, then write the rest."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                await asyncio.sleep(self._interval)
                await self.flush()
                if self._waiting:
                    self._arrived.set()
        finally:
            await self.flush()
