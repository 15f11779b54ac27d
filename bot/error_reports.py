"""Tells the admins of errors that nobody expected: each kind once an hour, not a hundred times."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from telegram.error import TelegramError

from bot.context import Context
from bot.texts import texts_for

_log = logging.getLogger(__name__)

PAUSE_SECONDS = 3600.0
KINDS = 1_000
"""Kinds of errors that are remembered; beyond that the oldest are forgotten, and may be told again."""


@dataclass(slots=True)
class _Seen:
    told_at: float
    since: int = 0


class ErrorReports:
    """Remembers what the admins have been told."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    def due(self, error: BaseException) -> tuple[str, int] | None:
        """Whether to tell of an error now: its kind and how many like it were kept back since the last; else None."""
        kind = kind_of(error)
        now = self._clock()
        seen = self._seen.pop(kind, None)
        if seen is not None and now - seen.told_at < PAUSE_SECONDS:
            seen.since += 1
            self._seen[kind] = seen
            return None
        self._seen[kind] = _Seen(now)
        if len(self._seen) > KINDS:
            del self._seen[next(iter(self._seen))]
        return kind, seen.since if seen else 0


def kind_of(error: BaseException) -> str:
    """What makes two errors the same: their class and the line of code. Never their message: it may hold words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"


async def tell_admins(reports: ErrorReports, error: BaseException, context: Context) -> None:
    """Send every admin a sentence about an error, in their language, where it is due."""
    due = reports.due(error)
    if due is None:
        return
    kind, more = due
    for admin in context.services.settings.admin_ids:
        try:
            person = await context.services.history.person(admin)
            texts = texts_for(person.language if person else None)
            text = texts.say("error_again" if more else "error_new", kind=kind, more=more)
            await context.bot.send_message(admin, text, parse_mode="HTML")
        except TelegramError as problem:
            _log.info("an admin could not be told of an error: %s", problem)
