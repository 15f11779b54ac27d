"""Keeps the search index equal to the database, from the queue that every change writes to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
"""At most so many together: about half a minute, in which others write, and after which they are found at once."""
BUSY = 10
"""Looks for which many are left alone where another process has them: to read them takes seconds of its processor."""
CHOSEN_SECONDS = 2.0
"""For which a choice waits for others, before the query that it was made with finds the sticker for everybody: a commit
keeps those who ask from the processor, and where many people chat there is a choice at any time. Whoever made it has
it in memory at once."""
CHOSEN_SHARE = 50.0
"""Times as long as those before took to be indexed, if that is longer..."""
CHOSEN_LONGEST = 600.0
"""... but no longer than this."""
PATIENCE = 60
"""Looks, each `interval` and the index's own waiting apart, for which what must be done waits for another writer."""


class Indexer:
    """Drains the queue into the index.

    A crash between the commit and `done` indexes the same stickers again, which changes nothing. What changed
    between the reading and the commit is indexed once more: another process may have been quicker, and its commit
    overwritten. The queue is looked at every `interval` seconds, so that what another process added (`persrv import`)
    is found in time too: also while many are indexed together, since what a few people change must not wait for that.
    Where nothing waits but stickers that somebody chose, they wait for others: see `CHOSEN_SECONDS`.
    """

    def __init__(
        self,
        queue: IndexQueue,
        index: StickerIndex,
        executor: Executor,
        *,
        interval: float = 1.0,
        patient: float = CHOSEN_SECONDS,
    ) -> None:
        """Make it.

        :param executor: Runs the index's work; with two workers or more few are indexed while many are.
        :param patient: Seconds for which what was chosen waits at least.
        """
        self._queue = queue
        self._index = index
        self._executor = executor
        self._interval = interval
        self._patient = self._least_patient = patient
        self._changed = asyncio.Event()
        self._draining = asyncio.Lock()
        self._chosen: dict[int, float] = {}
        """Stickers that were queued because somebody chose them, and when by the loop's clock; the first one first."""

    def wake(self) -> None:
        """Something was queued in this process: look now."""
        self._changed.set()

    def chosen(self, sticker_id: int) -> None:
        """A sticker was queued in this process because somebody chose it."""
        self._chosen.setdefault(sticker_id, asyncio.get_running_loop().time())

    async def drain(self) -> int:
        """Index all that waits, but for what is chosen from now on. Return how many stickers that was.

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
            newest = 0
            self._chosen.clear()
            # All of it, also what is chosen just now: an erasure may have queued the same sticker, whose words must go.
            waiting = await self._queue.waiting(MOST)
            while waiting:
                if few := _few(waiting):
                    total += await self._index_all(few)
                elif len(waiting) < MANY:
                    total += await self._in_small_commits(waiting)
                else:
                    newest = max(newest, *waiting.values())
                    total += await self._together(waiting, newest)
                waiting = await self._queue.waiting(MOST)
                if self._may_wait(waiting):
                    break
        return total

    def _may_wait(self, waiting: Mapping[int, int]) -> bool:
        return waiting.keys() <= self._chosen.keys()

    async def _is_due(self) -> bool:
        """Whether something waits that may not wait any longer."""
        if not self._chosen or self._index.needs_rebuild:
            return True
        first = next(iter(self._chosen.values()))
        if asyncio.get_running_loop().time() - first >= self._patient:
            return True
        return not self._may_wait(await self._queue.waiting(len(self._chosen) + 1))

    async def _drain_in_passing(self) -> None:
        """Also learns how long to index what was chosen takes, of which what comes with it (an import) says nothing."""
        began, chosen = asyncio.get_running_loop().time(), len(self._chosen)
        drained = await self.drain()
        if 0 < drained <= chosen:
            took = asyncio.get_running_loop().time() - began
            self._patient = max(self._least_patient, min(CHOSEN_SHARE * took, CHOSEN_LONGEST))

    async def _in_small_commits(self, waiting: Mapping[int, int]) -> int:
        stickers = list(waiting)
        for first in range(0, len(stickers), BATCH):
            await self._index_all({sticker: waiting[sticker] for sticker in stickers[first : first + BATCH]})
        return len(waiting)

    async def _together(self, waiting: Mapping[int, int], newest: int) -> int:
        """Index many at once; and meanwhile, again and again, the few that changed since.

        :param newest: The ticket above which is what changed since.
        """
        many = asyncio.create_task(self._index_many(waiting))
        total = 0
        try:
            while not many.done():
                self._changed.clear()
                changed = await self._queue.waiting(MANY, above=newest)
                if len(changed) < MANY:  # as many will be indexed together, after these
                    with contextlib.suppress(SearchIndexError):  # if it is not just busy, `many` will tell
                        total += await self._in_small_commits(changed)
                await self._pause(many)
            return total + await many
        finally:
            many.cancel()

    async def _index_many(self, waiting: Mapping[int, int]) -> int:
        try:
            return await self._index_all(waiting)
        except IndexBusy:
            await asyncio.sleep(BUSY * self._interval)
            raise

    async def _pause(self, many: asyncio.Task[int]) -> None:
        """Until it is done, something has changed or it is time to look."""
        changed = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait({many, changed}, timeout=self._interval, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()

    async def _index_all(self, tickets: Mapping[int, int]) -> int:
        await self._update(list(tickets))
        if changed := await self._queue.done(tickets):
            await self._update(changed)
        return len(tickets)

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
        """Queue everything and index it, or see it indexed by another process. Return how many stickers that was.

        :raises IndexBusy: another process is writing, and was still after `PATIENCE` looks.
        """
        queued = await self._queue.queue_all()
        await self._patiently(self.drain)
        return queued

    async def erase_traces(self) -> None:
        """Index all that waits, then rewrite the files, so that no erased word is left in them.

        :raises IndexBusy: another process is writing, and was still after `PATIENCE` looks.
        """

        async def erase() -> None:
            await self.drain()
            await asyncio.get_running_loop().run_in_executor(self._executor, self._index.compact)

        await self._patiently(erase)

    async def _patiently(self, work: Callable[[], Awaitable[object]]) -> None:
        for look in range(1, PATIENCE + 1):
            try:
                await work()
            except IndexBusy:
                if look == PATIENCE:
                    raise
                await asyncio.sleep(self._interval)
            else:
                return

    async def run(self) -> None:
        """Drain until cancelled."""
        self._changed.set()
        while True:
            woken = self._changed.is_set()
            self._changed.clear()
            try:
                if woken:
                    await self.drain()
                elif await self._is_due():
                    await self._drain_in_passing()
            except IndexBusy:
                _log.info("the search index is being written by another process; waiting for it")
            except (SearchIndexError, StorageError) as error:
                _log.warning("stickers wait for indexing: %s", error)
                await asyncio.sleep(self._interval)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._interval)


def _few(waiting: Mapping[int, int]) -> dict[int, int]:
    """Those of changes to a few stickers, where most that waits is one change to many: they go first."""
    sizes = Counter(waiting.values())
    few = {sticker: ticket for sticker, ticket in waiting.items() if sizes[ticket] < BATCH}
    return few if len(few) < BATCH and len(waiting) - len(few) >= MANY else {}
