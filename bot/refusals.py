"""What Telegram means when it refuses: one place that reads its errors, whose texts are all that tells them apart."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

_TOO_OLD = ("query is too old", "query id is invalid")
_SAME = "not modified"
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")


def is_too_old(error: BadRequest) -> bool:
    """Nobody waits for the answer to an inline query or a pressed button any more: no fault."""
    return any(words in str(error).lower() for words in _TOO_OLD)


def is_the_same(error: BadRequest) -> bool:
    """A message was to be changed into what it says already: a button was pressed twice."""
    return _SAME in str(error).lower()


def is_gone(error: BadRequest) -> bool:
    """A message was to be changed that is deleted, or too old for it."""
    return any(words in str(error).lower() for words in _GONE)


def has_no_source(error: BadRequest) -> bool:
    """A message was to be copied that is deleted."""
    return "message to copy not found" in str(error).lower()


def has_no_chat(error: BadRequest) -> bool:
    """A person was to be written to whose account is gone, or who has never written to us."""
    return "chat not found" in str(error).lower()


def was_never_sent(error: NetworkError) -> bool:
    """No connection was there to send it over: Telegram cannot have seen it."""
    return isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)


def is_telegrams_own(error: Exception | None) -> bool:
    """True for what is no fault of ours: Telegram is out of reach or busy, or the person has blocked the bot."""
    if isinstance(error, BadRequest):  # a `NetworkError` for the library; for us a mistake in what we asked
        return False
    return isinstance(error, NetworkError | RetryAfter | Forbidden)


def asked_pause(error: RetryAfter) -> float:
    """The seconds that Telegram asks us to wait; a timedelta where PTB_TIMEDELTA is set, as `persrv` does."""
    asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
