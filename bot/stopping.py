"""Stopping in time: whatever Telegram still owes an answer to is waited for only shortly."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final

from telegram import Chat, Update
from telegram.ext import BaseUpdateProcessor

_log = logging.getLogger(__name__)

OF_ONE_CHAT: Final = 4
"""Updates of a chat that are handled at the same time: an answer waits for Telegram's limits, which are a chat's."""
MOST_OF_ONE_CHAT: Final = 200
"""Updates of a chat that are handled or wait: in a group the next one would be answered ten minutes later."""
_ANY_NUMBER: Final = 2**31


class StoppableUpdates(BaseUpdateProcessor):
    """Handles many updates at the same time, and can let go of those that are not done.

    Inline queries, private chats and groups have room of their own each, and who waits for their own chat takes little
    of it from others: groups that ask for more answers than Telegram takes there, 20 a minute, would else keep
    everybody waiting. What comes when too many of a chat wait is left out.

    Nothing that has to last is lost with them: choices are on disk before their update comes here.
    """

    def __init__(self, at_once: int, done: Callable[[object], None] = lambda update: None) -> None:
        """Make it.

        :param at_once: How many updates of private chats at the same time, as many of groups, and as many of no chat;
            the others wait.
        :param done: Told of every update that was dealt with, however that went.
        """
        super().__init__(_ANY_NUMBER)  # who waits for a chat would take the library's room too
        self._private, self._groups, self._of_no_chat = (asyncio.Semaphore(at_once) for _ in range(3))
        self._chats: dict[int, asyncio.Semaphore] = {}
        self._in_chat: Counter[int] = Counter()
        self._done = done
        self._running: set[asyncio.Task[Any]] = set()
        self._abandoned = False

    async def initialize(self) -> None:
        """Nothing is to be prepared."""

    async def shutdown(self) -> None:
        """Nothing is to be put away."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle one update, when it is its turn."""
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is not None and self._in_chat[chat.id] >= MOST_OF_ONE_CHAT:
            _log.info("so many updates of chat %d wait that one was left out", chat.id)
            _drop(coroutine)
            self._done(update)
            return
        async with self._turn(chat):
            if self._abandoned:
                _drop(coroutine)
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

    @contextlib.asynccontextmanager
    async def _turn(self, chat: Chat | None) -> AsyncIterator[None]:
        if chat is None:
            async with self._of_no_chat:
                yield
            return
        of_this = self._chats.setdefault(chat.id, asyncio.Semaphore(OF_ONE_CHAT))
        self._in_chat[chat.id] += 1
        try:
            async with of_this, self._groups if chat.id < 0 else self._private:
                yield
        finally:
            self._in_chat[chat.id] -= 1
            if not self._in_chat[chat.id]:
                del self._in_chat[chat.id], self._chats[chat.id]

    def abandon(self) -> int:
        """End the handling of all updates that are not done, and take up none that waits; how many were ended."""
        self._abandoned = True
        for task in self._running:
            task.cancel()
        return len(self._running)


def _drop(coroutine: Awaitable[Any]) -> None:
    if isinstance(coroutine, Coroutine):
        coroutine.close()


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
