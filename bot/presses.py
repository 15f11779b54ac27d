"""Answering a pressed button where the press, or the message under it, may be old by the time we do.

A press that waited while the bot was down is delivered when it is back: Telegram then refuses to hear of it
(Bot API `answerCallbackQuery`), and the message may be deleted (`InaccessibleMessage`). Neither may keep what was
asked for from being done, or the person from hearing of it.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from telegram import CallbackQuery, InlineKeyboardMarkup, Message
from telegram.error import BadRequest

from bot.refusals import is_gone, is_the_same, is_too_old

_log = logging.getLogger(__name__)

_REMEMBERED: Final = 1_000
"""Questions whose answer is remembered: a second press follows the first within moments."""


class Answered:
    """Questions that a person has answered by a button. In memory: after a restart a press counts again."""

    def __init__(self) -> None:
        self._answered: OrderedDict[tuple[int, int, int], None] = OrderedDict()

    @contextmanager
    def first(self, query: CallbackQuery) -> Iterator[bool]:
        """Whether a press is the person's first under its message; an error within gives it back, to press again."""
        if query.message is None:
            yield True
            return
        key = (query.from_user.id, query.message.chat.id, query.message.message_id)
        if key in self._answered:
            yield False
            return
        self._answered[key] = None
        if len(self._answered) > _REMEMBERED:
            self._answered.popitem(last=False)
        try:
            yield True
        except BaseException:
            self._answered.pop(key, None)
            raise


async def acknowledge(query: CallbackQuery, text: str | None = None, *, show_alert: bool = False) -> None:
    """Stop the button's clock, and say something; quietly where it is too late for that."""
    try:
        await query.answer(text, show_alert=show_alert)
    except BadRequest as error:
        if not is_too_old(error):
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
            if is_the_same(error):
                return
            if not is_gone(error):
                raise
        else:
            return
    await query.get_bot().send_message(query.from_user.id, text, parse_mode=parse_mode, reply_markup=buttons)
