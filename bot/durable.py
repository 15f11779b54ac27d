"""Chosen results are on disk before Telegram hears that we have them.

python-telegram-bot acknowledges an update when it asks for the next ones (long polling) or answers the request
(webhook). Both put it into the application's queue first and wait for that, so the queue is where it is written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Update

from bot.line import WaitingLine
from bot.sane import is_sane
from persrv.errors import StorageError

_log = logging.getLogger(__name__)


class DurableUpdateQueue(asyncio.Queue[object]):
    """An update queue that first has every chosen result written, and gives inline queries their turn.

    While the database cannot take a choice, `put` waits and tries again: the update stays with Telegram until it can.
    Updates wait in a `WaitingLine` while as many queries as may be are worked on: there a newer one can still take the
    place of the one before.
    """

    def __init__(
        self,
        record: Callable[[Update], Awaitable[None]],
        *,
        arrived: Callable[[Update], None] = lambda update: None,
        superseded: Callable[[Update], None] = lambda update: None,
        at_once: int = 8,
        retry_seconds: float = 1.0,
    ) -> None:
        """Make it.

        :param record: Writes an update's chosen result; raises `StorageError` when it cannot for now.
        :param arrived: Told of every update right before it is queued.
        :param superseded: Told of every inline query that is left out, since the person has asked something newer.
        :param at_once: Inline queries that are handed out before one of them `gives_way`.
        """
        super().__init__()
        self._record = record
        self._arrived = arrived
        self._superseded = superseded
        self._retry_seconds = retry_seconds
        self._room = asyncio.Semaphore(at_once)
        self._working: set[int] = set()
        self._left_out: Update | None = None

    async def get(self) -> object:
        """The next update, once there is room for a query."""
        await self._room.acquire()
        try:
            update = await super().get()
        except BaseException:
            self._room.release()
            raise
        if isinstance(update, Update) and update.inline_query is not None and update.update_id not in self._working:
            self._working.add(update.update_id)
        else:
            self._room.release()
        return update

    def gives_way(self, update: object) -> None:
        """All that is left of a query is to wait for Telegram, or nothing: another has its turn. Idempotent."""
        if isinstance(update, Update) and update.update_id in self._working:
            self._working.remove(update.update_id)
            self._room.release()

    async def put(self, item: object) -> None:
        """Write the item's chosen result if it has one, then queue the item.

        An update that Telegram cannot have sent is dropped: an error here would end the polling for good.
        """
        if isinstance(item, Update) and not is_sane(item):
            _log.warning("an update whose values make no sense was left out")
            return
        if isinstance(item, Update) and item.chosen_inline_result is not None:
            pause = self._retry_seconds
            while True:
                try:
                    await self._record(item)
                    break
                except StorageError as error:
                    _log.error("a choice cannot be written and will be tried again in %.0f s: %s", pause, error)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 30)
        if isinstance(item, Update):
            self._arrived(item)
        await super().put(item)
        left_out, self._left_out = self._left_out, None
        if left_out is not None:
            self.task_done()
            self._superseded(left_out)

    # What `asyncio.Queue` has for its subclasses to replace.

    def _init(self, maxsize: int) -> None:
        self._queue = WaitingLine()

    def _put(self, item: object) -> None:
        self._left_out = self._queue.push(item)

    def _get(self) -> object:
        return self._queue.pop()
