"""Answering a pressed button where the press, or the message under it, may be old by the time we do.

A press that waited while the bot was down is delivered when it is back: Telegram then refuses to hear of it
(Bot API `answerCallbackQuery`), and the message may be deleted (`InaccessibleMessage`). Neither may keep what was
asked for from being done, or the person from hearing of it.
"""

from __future__ import annotations

import logging

from telegram import CallbackQuery, InlineKeyboardMarkup, Message
from telegram.error import BadRequest

_log = logging.getLogger(__name__)

_TOO_OLD = ("query is too old", "query id is invalid")
_SAME = "not modified"
"""Pressed twice: it says so already."""
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")


async def acknowledge(query: CallbackQuery, text: str | None = None, *, show_alert: bool = False) -> None:
    """Stop the button's clock, and say something; quietly where it is too late for that."""
    try:
        await query.answer(text, show_alert=show_alert)
    except BadRequest as error:
        if not any(words in str(error).lower() for words in _TOO_OLD):
            raise
        _log.info("a press could not be acknowledged any more")


async def show(
    query: CallbackQuery, text: str, *, parse_mode: str | None = None, buttons: InlineKeyboardMarkup | None = None
) -> None:
    """Put a text in the place of the message under the button; in a new one where that cannot be changed any more."""
    if isinstance(query.message, Message):
        try:
            await query.edit_message_text(text, parse_mode=parse_mode, reply_markup=buttons)
        except BadRequest as error:
            said = str(error).lower()
            if _SAME in said:
                return
            if not any(words in said for words in _GONE):
                raise
        else:
            return
    await query.get_bot().send_message(query.from_user.id, text, parse_mode=parse_mode, reply_markup=buttons)
