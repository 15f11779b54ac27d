"""Stopping in time: whatever Telegram still owes an answer to is waited for only shortly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram.ext import BaseUpdateProcessor

_log = logging.getLogger(__name__)


class StoppableUpdates(BaseUpdateProcessor):
    """Handles many updates at the same time, and can let go of those that are not done.

    Nothing that has to last is lost with them: choices are on disk before their update comes here.
    """

    def __init__(self, max_concurrent_updates: int, done: Callable[[object], None] = lambda update: None) -> None:
        """Make it.

        :param max_concurrent_updates: How many at the same time; the others wait.
        :param done: Told of every update that was dealt with, however that went.
        """
        super().__init__(max_concurrent_updates)
        self._done = done
        self._running: set[asyncio.Task[Any]] = set()
        self._abandoned = False

    async def initialize(self) -> None:
        """Nothing is to be prepared."""

    async def shutdown(self) -> None:
        """Nothing is to be put away."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle one update."""
        if self._abandoned:
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            return
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        try:
            await coroutine
        finally:
            if task is not None:
                self._running.discard(task)
            self._done(update)

    def abandon(self) -> int:
        """End the handling of all updates that are not done, and take up none that waits; how many were ended."""
        self._abandoned = True
        for task in self._running:
            task.cancel()
        return len(self._running)


async def within(seconds: float, work: Coroutine[Any, Any, None]) -> bool:
    """Wait for work, and cancel it when it takes longer; False where it did.

    :raises Exception: whatever the work raises.
    """
    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=seconds)
    if task.done():
        task.result()
        return True
    while not task.done():  # python-telegram-bot takes one cancellation for the end of its polling task alone
        task.cancel()
        await asyncio.wait({task}, timeout=0.1)
    return False


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Wait for work, and cancel it when `stop` is set before it is done; False where it was. No work begins after that.

    :raises Exception: whatever the work raises.
    """
    if stop.is_set():
        work.close()
        return False
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
            return True
        return False
    finally:
        stopped.cancel()
        task.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)
