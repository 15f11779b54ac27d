"""Taking in updates: Telegram is asked for them, or posts them to a webhook."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Updater

from bot.connecting import ALLOWED_UPDATES, rejected_token
from bot.context import BotApplication
from bot.refusals import asked_pause, is_telegrams_own
from bot.webhook import Webhook
from persrv.config import Settings
from persrv.errors import ConfigurationError, TelegramUnavailable

_log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0
"""Seconds between two tries to reach Telegram at the start."""
POLL_PAUSE_SECONDS = 0.01
"""Between two looks for updates: where many people type, what came meanwhile is fetched at once, not one by one."""
CONFLICT_SECONDS = 60.0
"""Another process with the same token is told of so often; each of the two is turned away several times a second."""


async def reach(ask: Callable[[], Awaitable[None]], settings: Settings) -> None:
    """Ask Telegram for something until it answers.

    :raises TokenRejected: Telegram does not know the token.
    :raises TelegramUnavailable: it answered with an error that does not pass.
    """
    pause = 1.0
    while True:
        try:
            return await ask()
        except InvalidToken:
            raise rejected_token(settings) from None
        except (NetworkError, RetryAfter) as error:
            # Who is told to wait waits: to end here would have the supervisor start it, and ask, again and again.
            if isinstance(error, RetryAfter):
                pause = max(pause, asked_pause(error))
            _log.warning("%s cannot be reached (%s); next try in %.0f s", settings.telegram_api_url, error, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        except TelegramError as error:
            raise TelegramUnavailable(f"{settings.telegram_api_url} answered with an error: {error}") from error


class Listener:
    """Takes in updates in the way that the settings want."""

    def __init__(self, application: BotApplication, settings: Settings) -> None:
        if application.updater is None:
            raise ConfigurationError(["The application was built without an updater."])
        self._settings = settings
        self._updater: Updater = application.updater
        self._webhook = (
            Webhook(
                settings,
                application.bot,
                application.update_queue,
                application.bot_data["state"].metrics.erred,
            )
            if settings.webhook_url
            else None
        )
        self._conflict_told_at = -float("inf")

    async def begin(self) -> None:
        """Begin to take in updates; Telegram is asked until it answers.

        :raises ConfigurationError: the webhook's port cannot be had, or Telegram does not want its address.
        :raises TelegramUnavailable: Telegram answered with an error that does not pass.
        """
        webhook = self._webhook
        if webhook is None:
            logging.getLogger("telegram.ext.Updater").addFilter(_BRIEF)
            logging.getLogger("telegram.ext").addFilter(_TOLD_BY_US)
            await reach(self._poll, self._settings)
            return
        webhook.open()
        await reach(lambda: webhook.announce(ALLOWED_UPDATES), self._settings)

    async def end(self) -> None:
        """Take in nothing more, and let Telegram know what we have."""
        if self._webhook is not None:
            await self._webhook.close()
        elif self._updater.running:
            await self._updater.stop()

    async def _poll(self) -> None:
        # It deletes the webhook first. To try that again is for `reach`: the library would say nothing of it.
        await self._updater.start_polling(
            poll_interval=POLL_PAUSE_SECONDS,
            allowed_updates=ALLOWED_UPDATES,
            bootstrap_retries=0,
            error_callback=self._polling_failed,
        )

    def _polling_failed(self, error: TelegramError) -> None:
        if not isinstance(error, Conflict):
            _log.warning("Telegram cannot be asked for updates just now: %s", error)
        elif time.monotonic() - self._conflict_told_at >= CONFLICT_SECONDS:
            self._conflict_told_at = time.monotonic()
            _log.error("another process polls with the same token; stop it, or give one of them a bot of its own")


class _Brief(logging.Filter):
    """A line instead of a trace, where the library tells that it did not reach Telegram."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Exception) and is_telegrams_own(error):
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
            record.msg, record.args = f"{record.getMessage()} {error}", ()
            record.exc_info = None
        return True


class _ToldByUs(logging.Filter):
    """Leaves out that a try to begin has failed, of which `reach` tells without a trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not (isinstance(error, TelegramError) and "(Bootstrap" in record.getMessage())


_BRIEF = _Brief()
_TOLD_BY_US = _ToldByUs()
