"""A message that is edited to say how far some work is."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from telegram import InlineKeyboardMarkup
from telegram.error import TelegramError

_log = logging.getLogger(__name__)

EDIT_SECONDS = 2.0
"""Between two edits: Telegram allows one message a second in a chat."""

Edit = Callable[[str, InlineKeyboardMarkup | None], Awaitable[object]]
"""Puts a text in Telegram HTML and buttons in the message's place."""


class Telling:
    """What Telegram does not take is dropped: to tell of the work must never stop it, or hold it up."""

    def __init__(self, edit: Edit, buttons: InlineKeyboardMarkup | None) -> None:
        """:param buttons: Under the message as long as the work goes on."""
        self._edit = edit
        self._buttons = buttons
        self._edited = time.monotonic()
        self._editing: asyncio.Task[None] | None = None

    @property
    def due(self) -> bool:
        """Whether there has been no edit for long enough, and none is on its way."""
        return time.monotonic() - self._edited >= EDIT_SECONDS and (self._editing is None or self._editing.done())

    def hear(self, text: str) -> None:
        """How far it is; left out where an edit is not due."""
        if self.due:
            self._edited = time.monotonic()
            self._editing = asyncio.create_task(self._try(text, self._buttons))

    async def end(self, text: str) -> None:
        """The last thing that it says."""
        await self.finish()
        await self._try(text, None)

    async def finish(self) -> None:
        """Wait for the edit that is on its way: none comes after this."""
        if self._editing is not None:
            await self._editing

    async def _try(self, text: str, buttons: InlineKeyboardMarkup | None) -> None:
        try:
            await self._edit(text, buttons)
        except TelegramError as error:
            _log.info("how far the work is could not be shown: %s", error)
