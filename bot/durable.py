"""Chosen results are on disk before Telegram hears that we have them.

python-telegram-bot acknowledges an update when it asks for the next ones (long polling) or answers the request
(webhook). Both put it into the application's queue first and wait for that, so the queue is where it is written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Update

from bot.sane import is_sane
from persrv.errors import StorageError

_log = logging.getLogger(__name__)


class DurableUpdateQueue(asyncio.Queue[object]):
    """An update queue that first has every chosen result written.

    While the database cannot take it, `put` waits and tries again: the update stays with Telegram until it can.
    """

    def __init__(
        self,
        record: Callable[[Update], Awaitable[None]],
        *,
        arrived: Callable[[Update], None] = lambda update: None,
        retry_seconds: float = 1.0,
    ) -> None:
        """Make it.

        :param record: Writes an update's chosen result; raises `StorageError` when it cannot for now.
        :param arrived: Told of every update right before it is queued.
        """
        super().__init__()
        self._record = record
        self._arrived = arrived
        self._retry_seconds = retry_seconds

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
