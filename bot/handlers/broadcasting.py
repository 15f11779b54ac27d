"""/broadcast: a message to everybody who has a private chat with the bot; for admins. And who that is."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.broadcasting import PRESSED, progress, stop_button
from bot.context import Context, texts_of
from bot.presses import acknowledge, show
from bot.texts import Texts
from persrv.domain.broadcasts import Broadcast, BroadcastState
from persrv.domain.history import Person
from persrv.errors import StorageError

_log = logging.getLogger(__name__)

_COMMAND = re.compile(r"/broadcast(@\w+)?\s+", re.ASCII | re.IGNORECASE)
_DATA = re.compile(rf"{PRESSED}:(send|stop):([1-9]\d{{0,17}})", re.ASCII)


async def note_private_chat(update: Update, context: Context) -> None:
    """Somebody has written to the bot in private: it may write to them."""
    user = update.effective_user
    if user is None or context.services.moderation.keeps_out(user.id):
        return
    try:
        await context.services.broadcasts.note_chat(user.id)
    except StorageError as error:
        _log.warning("a private chat could not be noted: %s", error)


async def broadcast(update: Update, context: Context) -> None:
    """/broadcast TEXT, or in reply to a message: show it as everybody would get it, and ask."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    texts, store = texts_of(update), context.services.broadcasts
    if not context.is_admin(user):
        await message.reply_html(texts.say("broadcast_admins_only"))
        return
    text = _COMMAND.sub("", message.text_html, count=1) if context.args else ""
    if not text and message.reply_to_message is None:
        await message.reply_html(texts.say("broadcast_usage"))
        return
    people = await store.count_audience(user.id)
    if not people:
        await message.reply_html(texts.say("broadcast_nobody"))
        return
    try:
        preview = await _preview(text, message, context)
    except BadRequest as error:
        await message.reply_html(texts.say("broadcast_refused", reason=error))
        return
    # What tells of the progress speaks to this person too, also after a restart: their language is kept.
    await context.services.history.note_person(Person(user.id, user.language_code or ""))
    draft = await store.draft(user.id, preview, at=datetime.now(UTC))
    await message.reply_html(texts.say("broadcast_ask", people=people), reply_markup=_buttons(draft, people, texts))


async def press_broadcast(update: Update, context: Context) -> None:
    """A button under a preview or the progress. Who presses it is asked again: it is its admin's alone."""
    query = update.callback_query
    if query is None:
        return
    texts = texts_of(update)
    if not context.is_admin(query.from_user):
        await acknowledge(query, texts.plain("broadcast_admins_only"), show_alert=True)
        return
    match = _DATA.fullmatch(query.data or "")
    found = await context.services.broadcasts.known(int(match[2])) if match is not None else None
    if match is None or found is None:
        await acknowledge(query, texts.plain("broadcast_unknown"), show_alert=True)
    elif found.made_by != query.from_user.id:
        await acknowledge(query, texts.plain("broadcast_of_another"), show_alert=True)
    elif match[1] == "send":
        await _send(found, query, context, texts)
    else:
        await _stop(found, query, context, texts)


async def _send(found: Broadcast, query: CallbackQuery, context: Context, texts: Texts) -> None:
    store = context.services.broadcasts
    if not await store.start(found.id, told_in=_place(query)):
        await acknowledge(query, texts.plain("broadcast_going"))
        return
    await acknowledge(query)
    tally = await store.tally(found.id)
    await show(query, progress(tally, texts), parse_mode=ParseMode.HTML, buttons=stop_button(found.id, texts))
    context.state.broadcaster.wake()


async def _stop(found: Broadcast, query: CallbackQuery, context: Context, texts: Texts) -> None:
    was = await context.services.broadcasts.stop(found.id)
    await acknowledge(query)
    if was is BroadcastState.DRAFT:
        await show(query, texts.say("broadcast_cancelled"))
    else:  # what sends it tells how far it came
        context.state.broadcaster.wake()


async def _preview(text: str, message: Message, context: Context) -> int:
    """Put it into the admin's chat as everybody would get it; its message id.

    :raises BadRequest: Telegram does not take it, or it cannot be copied.
    """
    if text or message.reply_to_message is None:
        sent = await context.bot.send_message(message.chat_id, text, parse_mode=ParseMode.HTML)
        return sent.message_id
    copied = await context.bot.copy_message(message.chat_id, message.chat_id, message.reply_to_message.message_id)
    return copied.message_id


def _place(query: CallbackQuery) -> int:
    """The message under the button where it is in its admin's chat with the bot; else 0: there is none to edit."""
    message = query.message
    return message.message_id if message is not None and message.chat.id == query.from_user.id else 0


def _buttons(draft: Broadcast, people: int, texts: Texts) -> InlineKeyboardMarkup:
    send = texts.plain("broadcast_send", people=people)
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(send, callback_data=f"{PRESSED}:send:{draft.id}")],
            [InlineKeyboardButton(texts.plain("broadcast_cancel"), callback_data=f"{PRESSED}:stop:{draft.id}")],
        ]
    )
