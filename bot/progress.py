"""The message in which a person sees their set arrive."""

from __future__ import annotations

import asyncio
import logging
import time

import telegram
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.texts import Texts
from persrv.catalogue import Outcome, PackProgress

_log = logging.getLogger(__name__)

EDIT_SECONDS = 1.5
"""Between two edits of the same message: Telegram allows one message a second in a chat."""

_BAR = 12


class ChatProgress:
    """Implements `persrv.catalogue.ProgressListener` as one message that is edited.

    What Telegram does not take is dropped: a report must never stop the work that it reports.
    """

    def __init__(self, bot: telegram.Bot, chat_id: int, texts: Texts, *, read: bool) -> None:
        """Make it.

        :param texts: In the language of the person who waits.
        :param read: Whether this bot reads what is written on stickers, after a set is here.
        """
        self._bot = bot
        self._chat_id = chat_id
        self._texts = texts
        self._read = read
        self._message_id: int | None = None
        self._edited = 0.0
        self._lock = asyncio.Lock()

    async def begin(self, title: str) -> None:
        """Say that the work is about to start."""
        await self._show(self._texts.say("pack_waiting", title=title))

    async def report(self, progress: PackProgress) -> None:
        """Show a report; reports on the way that come too fast are left out."""
        hurried = time.monotonic() - self._edited < EDIT_SECONDS
        if hurried and progress.outcome is Outcome.FETCHING:
            return
        await self._show(render(progress, self._texts, self._bot.username, read=self._read))

    async def _show(self, text: str) -> None:
        async with self._lock:
            self._edited = time.monotonic()
            try:
                if self._message_id is None:
                    sent = await self._bot.send_message(self._chat_id, text, parse_mode=ParseMode.HTML)
                    self._message_id = sent.message_id
                else:
                    await self._bot.edit_message_text(
                        text, chat_id=self._chat_id, message_id=self._message_id, parse_mode=ParseMode.HTML
                    )
            except TelegramError as error:
                _log.info("progress could not be shown: %s", error)


def render(progress: PackProgress, texts: Texts, bot: str, *, read: bool) -> str:
    """A report as a text.

    :param read: Whether what is written on new stickers is read after they are here.
    """
    pack, change = progress.pack, progress.change
    values: dict[str, object] = {
        "title": (change.pack.title if change else pack.title) or pack.name,
        "name": pack.name,
        "bot": bot,
        "done": progress.done,
        "total": progress.total,
        "bar": bar(progress.done, progress.total),
        "added": change.added if change else 0,
        "changed": change.changed if change else 0,
        "removed": change.removed if change else 0,
    }
    text = texts.say(f"pack_{progress.outcome.value}", **values)
    if progress.unusable and progress.outcome.final:
        text += "\n" + texts.say("pack_unusable", unusable=progress.unusable)
    if read and progress.outcome.final and change and change.added > progress.unusable:
        text += "\n" + texts.say("pack_being_read")
    return text


def bar(done: int, total: int) -> str:
    """How much is done, as a bar of letters."""
    filled = round(_BAR * done / total) if total else 0
    return "▰" * filled + "▱" * (_BAR - filled)
