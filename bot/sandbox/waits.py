"""Requests that wait (long polls, event streams), so that stopping the server can end them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class OpenWaits:
    """The waits of one server; all methods but `call` belong to its event loop."""

    def __init__(self) -> None:
        self.ended = False
        """The server stops: nothing may wait any more."""
        self._events: set[asyncio.Event] = set()

    @contextmanager
    def opened(self, event: asyncio.Event) -> Iterator[None]:
        """While inside, the event is set when the server stops."""
        self._events.add(event)
        if self.ended:
            event.set()
        try:
            yield
        finally:
            self._events.discard(event)

    def end_all(self) -> None:
        """Wake everyone: the server stops."""
        self.ended = True
        for event in self._events:
            event.set()

    @staticmethod
    def call(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        """Run a callback soon in a loop, from any thread; nothing happens when the loop has ended."""
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(callback)
