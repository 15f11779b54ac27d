"""Reads updates one by one, as Telegram sends them.

python-telegram-bot reads what came together as one: what it cannot read keeps everything else back for good, and it
writes all of it into the log, with what people typed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import telegram
from telegram import Update

_log = logging.getLogger(__name__)


def read_update(raw: object, bot: telegram.Bot, failed: Callable[[], None]) -> Update | None:
    """Read one update (Bot API `Update`).

    :param failed: Told where it cannot be read.
    :return: Where it cannot be read, one with nothing but its number: Telegram hears that we have it, and no handler
        takes it. None where it has not even a number.
    """
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(number, int):
        _log.error("an update without a number was left out")
        failed()
        return None
    try:
        return Update.de_json(raw, bot)
    except Exception as error:  # whatever its classes raise at values that they do not expect
        _log.error("update %d cannot be read and was left out: %s", number, type(error).__name__)
        failed()
        return Update(number)
