"""Keeps the search index equal to the database, from the queue that every change writes to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from concurrent.futures import Executor

from persrv.errors import IndexBusy, SearchIndexError, StorageError
from persrv.ports.search import StickerIndex
from persrv.ports.storage import IndexQueue

_log = logging.getLogger(__name__)

BATCH = 500
"""Stickers in one commit: a commit costs more than a sticker, and a search waits for neither."""
MANY = 2_000
"""Where so many wait, they are handed over together, which an index may be quicker with."""
MOST = 20_000
"""At most so many together: nobody else can write meanwhile, about half a minute."""
PATIENCE = 60
"""Looks, each `interval` and the index's own waiting apart, for which what is to be erased waits for another writer."""


class Indexer:
    """Drains the queue into the index.

    A crash between the commit and `done` indexes the same stickers again, which changes nothing. What changed
    between the reading and the commit is indexed once more: another process may have been quicker, and its commit
    overwritten. The queue is looked at every `interval` seconds, so that what another process added (`persrv import`)
    is found in time too.
    """

    def __init__(self, queue: IndexQueue, index: StickerIndex, executor: Executor, *, interval: float = 1.0) -> None:
        """:param executor: Runs the index's work; one worker, so that commits follow each other."""
        self._queue = queue
        self._index = index
        self._executor = executor
        self._interval = interval
        self._changed = asyncio.Event()
        self._draining = asyncio.Lock()

    def wake(self) -> None:
        """Something was queued in this process: look now."""
        self._changed.set()

    async def drain(self) -> int:
        """Index all that waits. Return how many stickers that was.

        :raises IndexBusy: another process is writing; everything keeps waiting.
        """
        loop = asyncio.get_running_loop()
        total = 0
        async with self._draining:
            if self._index.needs_rebuild:
                queued = await self._queue.queue_all()
                await loop.run_in_executor(self._executor, self._index.note_rebuild_queued)
                if queued:
                    _log.info("the search index is made anew: %d stickers", queued)
            while waiting := list((await self._queue.waiting(MOST)).items()):
                together = len(waiting) if len(waiting) >= MANY else BATCH
                for first in range(0, len(waiting), together):
                    tickets = dict(waiting[first : first + together])
                    await self._update(list(tickets))
                    if changed := await self._queue.done(tickets):
                        await self._update(changed)
                    total += len(tickets)
        return total

    async def _update(self, sticker_ids: Sequence[int]) -> None:
        documents = await self._queue.documents(sticker_ids)
        deleted = set(sticker_ids) - {document.sticker_id for document in documents}
        await asyncio.get_running_loop().run_in_executor(self._executor, self._index.update, documents, deleted)

    async def drain_if_free(self) -> int:
        """Like `drain`, but leave it to the other process where one is writing."""
        try:
            return await self.drain()
        except IndexBusy:
            return 0

    async def rebuild(self) -> int:
        """Queue everything and index it."""
        await self._queue.queue_all()
        return await self.drain()

    async def erase_traces(self) -> None:
        """Index all that waits, then rewrite the files, so that no erased word is left in them.

        :raises IndexBusy: another process is writing, and was still after `PATIENCE` looks.
        """
        for look in range(1, PATIENCE + 1):
            try:
                await self.drain()
                await asyncio.get_running_loop().run_in_executor(self._executor, self._index.compact)
            except IndexBusy:
                if look == PATIENCE:
                    raise
                await asyncio.sleep(self._interval)
            else:
                return

    async def run(self) -> None:
        """Drain until cancelled."""
        while True:
            self._changed.clear()
            try:
                await self.drain()
            except IndexBusy:
                _log.info("the search index is being written by another process; waiting for it")
            except (SearchIndexError, StorageError) as error:
                _log.warning("stickers wait for indexing: %s", error)
                await asyncio.sleep(self._interval)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._interval)
