"""Takes in the updates that Telegram posts to the bot's webhook (Bot API `setWebhook`).

Not python-telegram-bot's own server: it answers 400 to an update that it cannot read, so that Telegram posts it again
and again, and writes each time into the log what the person typed.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Callable
from types import TracebackType

from telegram.error import BadRequest
from tornado.web import Application, HTTPError, RequestHandler

from bot.context import Bot
from bot.reading import read_update
from bot.sockets import http_server, open_port
from persrv.config import Settings
from persrv.errors import ConfigurationError

_log = logging.getLogger(__name__)

PATH = "/telegram"
"""Of the webhook, on the public address and on the port of this machine."""


class Webhook:
    """The bot's own port, and what Telegram is told of it."""

    def __init__(
        self, settings: Settings, bot: Bot, queue: asyncio.Queue[object], unreadable: Callable[[], None]
    ) -> None:
        """Make it; nothing is opened yet.

        :param queue: Telegram hears that we have an update once the queue has it.
        :param unreadable: Told of each update that cannot be read.
        """
        self._settings = settings
        self._bot = bot
        self._secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        parts = {"bot": bot, "queue": queue, "secret": self._secret, "unreadable": unreadable}
        self._server = http_server(Application([(f"{PATH}/?", _Post, parts)], log_function=lambda _: None))

    def open(self) -> None:
        """Open the port.

        :raises ConfigurationError: it cannot be had.
        """
        open_port(self._server, self._settings.webhook_address, "PERSRV_WEBHOOK_LISTEN")

    async def announce(self, kinds: tuple[str, ...]) -> None:
        """Have Telegram post updates of these kinds.

        :raises ConfigurationError: Telegram does not want this address.
        :raises TelegramError: it cannot be reached.
        """
        try:
            await self._bot.set_webhook(
                f"{self._settings.webhook_url}{PATH}", allowed_updates=kinds, secret_token=self._secret or None
            )
        except BadRequest as error:
            raise ConfigurationError([f"PERSRV_WEBHOOK_URL: Telegram refuses it: {error}"]) from error

    async def close(self) -> None:
        """Take in nothing more. Idempotent."""
        self._server.stop()
        await self._server.close_all_connections()


class _Post(RequestHandler):
    """One update."""

    SUPPORTED_METHODS = ("POST",)

    def initialize(self, bot: Bot, queue: asyncio.Queue[object], secret: str, unreadable: Callable[[], None]) -> None:
        self.bot = bot
        self.queue = queue
        self.secret = secret
        self.unreadable = unreadable
        self.clear_header("Server")

    def data_received(self, chunk: bytes) -> None:
        """A body is read as a whole."""

    async def post(self) -> None:
        shown = self.request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(shown.encode(), self.secret.encode()):
            raise HTTPError(403)
        try:
            raw = json.loads(self.request.body)
        except ValueError:
            raise HTTPError(400) from None
        update = read_update(raw, self.bot, self.unreadable)
        if update is not None:
            await self.queue.put(update)

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """A refused post is nothing to tell of, and tornado would tell of the others with all that was sent."""
        if value is not None and not isinstance(value, HTTPError):
            _log.error("a post to the webhook could not be dealt with", exc_info=value)
