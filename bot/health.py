"""Whether the bot lives, whether it can work, and what it counts: three pages on a port of this machine.

    /healthz    the process lives and its event loop answers
    /readyz     database, index and Telegram can be used; 503 with the reasons where not
    /metrics    in Prometheus's text format

No page tells of a person, a query or a setting.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from telegram.error import TelegramError
from tornado.web import Application, RequestHandler

from bot.context import Bot
from bot.metrics import Metrics
from bot.sockets import http_server, open_port
from persrv.bootstrap import Services, in_background
from persrv.domain.runs import JobName, RunState
from persrv.errors import SearchIndexError, StorageError

LOOK_SECONDS = 15.0
"""Pause between two questions to Telegram, and how old an answer about the database may be."""
TELEGRAM_LOOKS = 4
"""How many of these pauses ago Telegram may have answered for the bot to be ready."""
PATIENCE_SECONDS = 3.0
"""How long the database may take to answer; who asks would otherwise wait as long as it does."""
LAG_SECONDS = 0.5
"""Pause between two looks at how late the event loop is."""


class Health:
    """What is known of the bot's health."""

    def __init__(self, services: Services, bot: Bot, metrics: Metrics, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._services = services
        self._bot = bot
        self._metrics = metrics
        self._look_seconds = look_seconds
        self._telegram_at = -float("inf")
        self._listening = False
        self._storage_at = -float("inf")
        self._storage_problem = ""
        self._looking = asyncio.Lock()

    def telegram_answered(self) -> None:
        """Telegram can be reached at this moment."""
        self._telegram_at = time.monotonic()

    def listens(self) -> None:
        """Updates are taken in from now on."""
        self._listening = True

    def erred(self) -> None:
        """Something went wrong that nobody foresaw."""
        self._metrics.erred()

    async def watch(self) -> None:
        """Ask Telegram now and then, and see how late the event loop is, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_telegram())
            group.create_task(self._watch_lag())

    async def problems(self) -> tuple[str, ...]:
        """Why the bot cannot do its work; () where it can."""
        found = []
        async with self._looking:  # however many ask at once, one look is enough
            if time.monotonic() - self._storage_at >= self._look_seconds:
                self._storage_problem = await self._look_at_storage()
                self._storage_at = time.monotonic()
        if self._storage_problem:
            found.append(self._storage_problem)
        try:
            await asyncio.to_thread(self._services.index.count)
        except SearchIndexError:
            found.append("index: it cannot be read")
        if time.monotonic() - self._telegram_at > self._look_seconds * TELEGRAM_LOOKS:
            found.append("telegram: it has not answered lately")
        elif not self._listening:
            found.append("updates: the bot is not listening for them yet")
        return tuple(found)

    async def metrics(self) -> bytes:
        """The page /metrics."""
        ready = not await self.problems()
        with contextlib.suppress(StorageError):  # the page tells that too: persrv_ready is 0
            log = self._services.job_log
            # However many have failed since: a series that went away would raise no alarm.
            runs = [run for name in JobName for run in await log.last(1, name=name.value, state=RunState.DONE)]
            self._metrics.take_stock(
                await self._services.probe.backlog(),
                impressions=self._services.impressions.waiting,
                runs=runs,
                ready=ready,
            )
            return self._metrics.render()
        self._metrics.not_ready()
        return self._metrics.render()

    async def _look_at_storage(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._services.probe.check()
        except TimeoutError:
            return "database: it does not answer"
        except StorageError:
            return "database: it cannot be read and written"
        return ""

    async def _watch_telegram(self) -> None:
        while True:
            await asyncio.sleep(self._look_seconds)
            with contextlib.suppress(TelegramError):
                await self._bot.get_me()
                self.telegram_answered()

    async def _watch_lag(self) -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(LAG_SECONDS)
            self._metrics.lagged(max(0.0, time.perf_counter() - start - LAG_SECONDS))


class _Page(RequestHandler):
    def initialize(self, health: Health) -> None:
        self.health = health
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.clear_header("Server")

    def data_received(self, chunk: bytes) -> None:
        """Nothing is taken in."""


class _Healthz(_Page):
    async def get(self) -> None:
        self.write("ok\n")


class _Readyz(_Page):
    async def get(self) -> None:
        problems = await self.health.problems()
        if problems:
            self.set_status(503)
        self.write("".join(f"{problem}\n" for problem in problems or ("ready",)))


class _MetricsPage(_Page):
    async def get(self) -> None:
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.write(await self.health.metrics())


@contextlib.asynccontextmanager
async def serve_health(health: Health, listen: tuple[str, int] | None) -> AsyncIterator[None]:
    """Serve the pages as long as the body runs.

    :param listen: Host and port; None serves nothing.
    :raises ConfigurationError: the port cannot be had.
    """
    if listen is None:
        yield
        return
    pages = Application(
        [(path, page, {"health": health}) for path, page in _PAGES],
        log_function=lambda _: None,
        compress_response=False,
    )
    server = http_server(pages)
    open_port(server, listen, "PERSRV_HEALTH_LISTEN")
    try:
        async with in_background(health.watch, failed=health.erred):
            yield
    finally:
        server.stop()
        await server.close_all_connections()


_PAGES = (("/healthz", _Healthz), ("/readyz", _Readyz), ("/metrics", _MetricsPage))
