"""The bot's connections to Telegram, and how it asks for updates."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import telegram.ext
from telegram import Update
from telegram.constants import UpdateType
from telegram.error import InvalidToken, TelegramError

from bot.http import NOT_TELEGRAMS, TIMEOUT_SECONDS, AiohttpRequest
from bot.rate_limiter import InlineFirstRateLimiter
from bot.reading import read_update
from bot.telegram_source import TelegramStickerSource
from persrv.config import Settings
from persrv.errors import TelegramUnavailable, TokenRejected

ALLOWED_UPDATES = (
    UpdateType.MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.INLINE_QUERY,
    UpdateType.CHOSEN_INLINE_RESULT,
)
"""Named at every start: an omitted list would keep whatever was asked for last."""
CONCURRENT_UPDATES = 64
"""Inline queries that are handled at the same time, as many messages and presses in private, and as many in groups;
nearly all of that time is waiting for Telegram."""
UPDATES_AT_ONCE = 40
"""Updates that are fetched in one look."""
CONNECTIONS = CONCURRENT_UPDATES * 2
"""To Telegram at the same time, beside the one that asks for updates."""


class PollingBot(telegram.ext.ExtBot[int]):
    """Asks for `UPDATES_AT_ONCE`: to read the library's hundred would hold the event loop for too long.

    Each is read by itself: the library would ask again and again for all that came with one that it cannot read.
    """

    def __init__(self, *args: Any, unreadable: Callable[[], None], **kwargs: Any) -> None:
        """See `telegram.ext.ExtBot`.

        :param unreadable: Told of each update that cannot be read.
        """
        super().__init__(*args, **kwargs)
        self._unreadable = unreadable

    async def get_updates(
        self,
        offset: int | None = None,
        limit: int | None = UPDATES_AT_ONCE,
        timeout: int | timedelta | None = None,  # noqa: ASYNC109
        allowed_updates: Sequence[str] | None = None,
        **_: Any,
    ) -> tuple[Update, ...]:
        """See `telegram.Bot.get_updates`; the limits of time for the request itself are those of `AiohttpRequest`."""
        waits = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout or 0
        asked = {"offset": offset, "limit": limit, "timeout": timeout, "allowed_updates": allowed_updates}
        found = await self._post("getUpdates", asked, read_timeout=TIMEOUT_SECONDS + waits)
        if not isinstance(found, list):  # the library would ask again at once, a hundred times a second
            raise TelegramError(NOT_TELEGRAMS)
        read = (read_update(raw, self, self._unreadable) for raw in found)
        return tuple(update for update in read if update is not None)


def open_bot(settings: Settings, unreadable: Callable[[], None] = lambda: None) -> telegram.ext.ExtBot[int]:
    """The bot of these settings; nothing is asked yet.

    :param unreadable: Told of each update that cannot be read.
    :raises ConfigurationError: the environment's proxy or certificates cannot be used.
    :raises ValueError: there is no token.
    """
    if settings.bot_token is None:
        raise ValueError("there is no bot token")
    return PollingBot(
        settings.bot_token.get_secret_value(),
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=f"{settings.telegram_api_url}/file/bot",
        request=AiohttpRequest(CONNECTIONS, settings.telegram_api_url),
        get_updates_request=AiohttpRequest(1, settings.telegram_api_url),
        rate_limiter=InlineFirstRateLimiter(max_retries=2),
        unreadable=unreadable,
    )


@contextlib.asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[TelegramStickerSource]:
    """A source of stickers for the command line, without running the bot.

    :raises TokenRejected: Telegram does not know the token.
    :raises TelegramUnavailable: Telegram cannot be reached.
    :raises ConfigurationError: the environment's proxy or certificates cannot be used.
    """
    bot = open_bot(settings)
    try:
        try:
            await bot.initialize()
        except InvalidToken:
            raise rejected_token(settings) from None
        except TelegramError as error:
            raise TelegramUnavailable(
                f"{settings.telegram_api_url} cannot be reached ({error}). Check this machine's network and "
                "PERSRV_TELEGRAM_API_URL."
            ) from error
        yield TelegramStickerSource(bot)
    finally:
        await bot.shutdown()


def rejected_token(settings: Settings) -> TokenRejected:
    """What to say when Telegram does not know the token."""
    return TokenRejected(
        f"{settings.telegram_api_url} does not know the token in PERSRV_BOT_TOKEN. @BotFather shows it under /mybots, "
        "API Token; copy it whole."
    )
