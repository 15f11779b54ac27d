"""Sends a broadcast to everybody, in its own time and at most once to each."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.pace import LONGEST_PAUSE, Pace
from bot.progress import bar
from bot.rate_limiter import NOT_REPEATED
from bot.refusals import asked_pause, has_no_chat, has_no_source, is_the_same, was_never_sent
from bot.telling import Telling
from bot.texts import Texts, texts_for
from persrv.domain.broadcasts import Broadcast, BroadcastState, Delivery, Tally
from persrv.errors import StorageError
from persrv.ports.broadcasts import BroadcastStore
from persrv.ports.storage import HistoryStore

_log = logging.getLogger(__name__)

PRESSED = "broadcast"
"""Callback data under a preview and under the progress: `broadcast:{send|stop}:{broadcast}`."""
PEOPLE_A_SECOND = 20
"""Telegram takes about 30 messages a second of a bot; the rest is for whoever writes to it meanwhile."""
PATIENCE_SECONDS = 1.0
"""At the bot's end: how long Telegram may take to answer for the one who is being tried."""
RETRY_SECONDS = 5.0
"""Before the database is tried again."""
_LONG = 2.0
"""Seconds of a pause in which a press on Stop is looked for."""


class _SourceGone(Exception):
    """What was to be copied has been deleted."""


class Broadcaster:
    """Carries out the broadcasts that are under way, one after the other, also those of before a restart.

    One message at a time: inline answers and other messages find a free connection and a free turn, and nobody who
    is tried is forgotten by a kill, because that is written before.
    """

    def __init__(
        self,
        bot: ExtBot[int],
        store: BroadcastStore,
        history: HistoryStore,
        *,
        admins: Collection[int],
        pace: Pace | None = None,
    ) -> None:
        """:param admins: Whose broadcasts are sent; those of others are dropped."""
        self._bot = bot
        self._store = store
        self._history = history
        self._admins = admins
        self._pace = pace or Pace(PEOPLE_A_SECOND)
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A broadcast was started or stopped."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            try:
                if unsure := await self._store.break_off():
                    _log.info("a broadcast was broken off; %d people may have it and do not get it again", unsure)
                await self._go_on()
            except StorageError as error:
                _log.error("broadcasts wait for the database: %s", error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _go_on(self) -> None:
        while True:
            self._woken.clear()
            broadcast = await self._store.under_way()
            if broadcast is None:
                await self._woken.wait()
            elif broadcast.made_by not in self._admins:
                _log.warning("a broadcast was dropped: who made it is an admin no longer")
                await self._store.put_away(broadcast.id)
            else:
                await self._carry_out(broadcast)

    async def _carry_out(self, broadcast: Broadcast) -> None:
        person = await self._history.person(broadcast.made_by)
        texts = texts_for(person.language if person else None)

        async def edit(text: str, buttons: InlineKeyboardMarkup | None) -> None:
            await self._bot.edit_message_text(
                text,
                chat_id=broadcast.made_by,
                message_id=broadcast.told_in,
                parse_mode=ParseMode.HTML,
                reply_markup=buttons,
            )

        telling, how = Telling(edit, stop_button(broadcast.id, texts)), "done"
        try:
            while (person_id := await self._next(broadcast.id)) is not None:
                await self._try(broadcast, person_id)
                if telling.due:
                    telling.hear(progress(await self._store.tally(broadcast.id), texts))
        except _SourceGone:
            how = "gone"
        known = await self._store.known(broadcast.id)
        if known is None:  # its admin has erased themselves
            return
        if known.state is BroadcastState.STOPPED:
            how = "stopped"
        tally = await self._store.tally(broadcast.id)
        await telling.finish()
        await self._tell_end(broadcast, outcome(tally, how, texts))
        await self._store.put_away(broadcast.id)
        _log.info("a broadcast is over (%s): sent to %d of %d people", how, tally.sent, tally.total)

    async def _next(self, broadcast_id: int) -> int | None:
        """Wait for the pace, and take the next person; None where there is none, or it was stopped."""
        while (left := self._pace.left) > 0:
            self._woken.clear()
            if left > _LONG:
                known = await self._store.known(broadcast_id)
                if known is None or known.state is not BroadcastState.SENDING:
                    return None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), left)
        self._pace.step()
        return await self._store.next_person(broadcast_id)

    async def _try(self, broadcast: Broadcast, person_id: int) -> None:
        """Send it to one person and note what became of it; a cancellation waits shortly for that."""
        trying = asyncio.create_task(self._send_and_note(broadcast, person_id))
        try:
            await asyncio.shield(trying)
        except asyncio.CancelledError:
            await asyncio.wait({trying}, timeout=PATIENCE_SECONDS)
            trying.cancel()
            raise

    async def _send_and_note(self, broadcast: Broadcast, person_id: int) -> None:
        try:
            delivery = await self._send(broadcast, person_id)
        except _SourceGone:
            await self._store.note(broadcast.id, person_id, Delivery.WAITING)
            raise
        await self._store.note(broadcast.id, person_id, delivery)

    async def _send(self, broadcast: Broadcast, person_id: int) -> Delivery:
        try:
            await self._bot.copy_message(
                person_id, broadcast.made_by, broadcast.message_id, rate_limit_args=NOT_REPEATED
            )
        except RetryAfter as error:
            self._pace.asked_to_rest(asked_pause(error))
            return Delivery.WAITING
        except InvalidToken:
            _log.error("a broadcast waits: Telegram does not know the bot's token any more")
            self._pace.asked_to_rest(LONGEST_PAUSE)
            return Delivery.WAITING
        except (Forbidden, BadRequest) as error:
            self._pace.reached()
            return _refused(error)
        except NetworkError as error:
            _log.info("a broadcast pauses, for Telegram cannot be reached: %s", error)
            self._pace.stumbled()
            return Delivery.WAITING if was_never_sent(error) else Delivery.UNSURE
        except TelegramError as error:
            _log.info("a broadcast did not reach somebody: %s", error)
            return Delivery.FAILED
        self._pace.reached()
        return Delivery.SENT

    async def _tell_end(self, broadcast: Broadcast, text: str) -> None:
        """How it ended, in the message that told its progress; in a new one where that is gone."""
        admin = broadcast.made_by
        try:
            try:
                await self._bot.edit_message_text(
                    text, chat_id=admin, message_id=broadcast.told_in, parse_mode=ParseMode.HTML
                )
            except BadRequest as error:
                if not is_the_same(error):
                    await self._bot.send_message(admin, text, parse_mode=ParseMode.HTML)
        except TelegramError as error:
            _log.warning("an admin could not be told how a broadcast ended: %s", error)


def _refused(error: TelegramError) -> Delivery:
    """What Telegram's refusal means.

    :raises _SourceGone: there is nothing to send any more.
    """
    if isinstance(error, BadRequest):
        if has_no_source(error):
            raise _SourceGone from error
        if not has_no_chat(error):
            _log.info("a broadcast did not reach somebody: %s", error)
            return Delivery.FAILED
    return Delivery.BLOCKED


def stop_button(broadcast_id: int, texts: Texts) -> InlineKeyboardMarkup:
    """Under the progress."""
    button = InlineKeyboardButton(texts.plain("broadcast_stop"), callback_data=f"{PRESSED}:stop:{broadcast_id}")
    return InlineKeyboardMarkup([[button]])


def progress(tally: Tally, texts: Texts) -> str:
    """How far it is."""
    return texts.say("broadcast_progress", done=tally.done, total=tally.total, bar=bar(tally.done, tally.total))


def outcome(tally: Tally, how: str, texts: Texts) -> str:
    """How it ended: done, stopped or gone; and who has not got it."""
    lines = [texts.say(f"broadcast_{how}", sent=tally.sent, total=tally.total)]
    for name, people in (("blocked", tally.blocked), ("failed", tally.failed), ("unsure", tally.unsure)):
        if people:
            lines.append(texts.say(f"broadcast_{name}", people=people))
    return "\n".join(lines)
