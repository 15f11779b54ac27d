"""Runs the bot until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Updater

from bot.app import ALLOWED_UPDATES, build_application, describe_bot, describe_to_admins, rejected_token
from bot.context import BotApplication
from bot.health import Health, serve_health
from bot.progress import ChatProgress
from bot.refusals import asked_pause, is_telegrams_own
from bot.settled import keep_for_good
from bot.stopping import StoppableUpdates, unless_stopped, within
from bot.texts import texts_for
from persrv.bootstrap import Services, in_background, open_services, share_heaps
from persrv.catalogue import PackImporter, ProgressListener, SilentProgress
from persrv.config import Settings
from persrv.domain.stickers import Pack
from persrv.errors import ConfigurationError, TelegramUnavailable
from persrv.ports.evaluator import Evaluator
from persrv.ports.jobs import JobStarter

_log = logging.getLogger(__name__)

Beside = Callable[[Services, PackImporter], Coroutine[None, None, None]]
"""Work that goes on as long as the bot runs."""

LONGEST_PAUSE = 60.0
"""Seconds between two tries to reach Telegram at the start."""
POLL_PAUSE_SECONDS = 0.01
"""Between two looks for updates: where many people type, what came meanwhile is fetched at once, not one by one."""
PATIENCE_SECONDS = 1.0
"""At the end: how long Telegram may take to hear which updates we have, and then the handlers to be done."""


async def run_bot(
    settings: Settings,
    *,
    stop: asyncio.Event | None = None,
    ready: Callable[[Services, str], None] | None = None,
    beside: Beside | None = None,
    jobs: JobStarter | None = None,
    evaluator: Evaluator | None = None,
    alone: bool = False,
) -> None:
    """Open everything, answer until SIGINT, SIGTERM or `stop`, close everything.

    :param ready: Called once the bot listens, with the services and the bot's user name.
    :param beside: Work that goes on as long as the bot runs, such as the schedule.
    :param jobs: What /jobs starts jobs with.
    :param evaluator: What /evaluate runs; a run that is under way ends with the bot.
    :param alone: Whether the process is this bot's and nobody else's.
    :raises TokenRejected: Telegram does not know the token.
    :raises PerSRVError: storage or index cannot be used.
    """
    if alone:
        share_heaps()
    stop = stop or asyncio.Event()
    with _signals(stop):
        async with open_services(settings) as services:
            application = build_application(services, jobs, evaluator)
            state = application.bot_data["state"]
            health = Health(services, application.bot, state.metrics)
            async with serve_health(health, settings.health_address), _connections(application):
                if not await _reach_telegram(application, settings, stop):
                    return
                health.telegram_answered()
                async with _running(application, settings, stop):
                    importer = state.importer
                    resumed = await _resume(importer, application, services)
                    _log.info(
                        "@%s listens; %d stickers, %d sets to go on with",
                        application.bot.username,
                        await services.catalogue.count_stickers(),
                        resumed,
                    )
                    async with in_background(
                        importer.run,
                        services.indexer.run,
                        services.impressions.run,
                        services.serving.run,
                        services.styles.run,
                        services.nsfw.run,
                        state.broadcaster.run,
                        partial(_warm_up, services, alone=alone),
                        partial(describe_bot, application.bot),
                        partial(describe_to_admins, application.bot, settings.admin_ids),
                        *((partial(beside, services, importer),) if beside else ()),
                        *((partial(_until_stopped, evaluator),) if evaluator else ()),
                        failed=state.metrics.erred,
                    ):
                        if ready is not None:
                            ready(services, application.bot.username)
                        await stop.wait()
                        _log.info("stopping")


@contextlib.asynccontextmanager
async def _connections(application: BotApplication) -> AsyncIterator[None]:
    """Close those to Telegram at the end, also where it was never reached and the application never ran."""
    try:
        yield
    finally:
        await application.bot.shutdown()


async def _warm_up(services: Services, *, alone: bool) -> None:
    await services.warm_up()
    if alone:
        keep_for_good()


async def _until_stopped(evaluator: Evaluator) -> None:
    """Wait for the bot's end, then end the evaluation: its handler waits for it, and the bot for its handlers."""
    try:
        await asyncio.Event().wait()
    finally:
        await evaluator.stop()


async def _reach_telegram(application: BotApplication, settings: Settings, stop: asyncio.Event) -> bool:
    """Wait until the Bot API answers; False when told to stop before."""
    pause = 1.0
    while not stop.is_set():
        try:
            if not await unless_stopped(stop, application.initialize()):
                return False
        except InvalidToken:
            raise rejected_token(settings) from None
        except (NetworkError, RetryAfter) as error:
            # Who is told to wait waits: to end here would have the supervisor start it, and ask, again and again.
            if isinstance(error, RetryAfter):
                pause = max(pause, asked_pause(error))
            _log.warning("%s cannot be reached (%s); next try in %.0f s", settings.telegram_api_url, error, pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        except TelegramError as error:
            raise TelegramUnavailable(f"{settings.telegram_api_url} answered with an error: {error}") from error
        else:
            if not application.bot.bot.supports_inline_queries:
                _log.warning(
                    "inline mode is off for @%s: switch it on with /setinline at @BotFather",
                    application.bot.username,
                )
            return True
    return False


@contextlib.asynccontextmanager
async def _running(application: BotApplication, settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    updater = application.updater
    if updater is None:
        raise ConfigurationError(["The application was built without an updater."])
    await application.start()
    try:
        await unless_stopped(stop, _listen(updater, settings))
        yield
    finally:
        if updater.running and not await within(PATIENCE_SECONDS, updater.stop()):
            _log.warning("Telegram did not hear in time which updates we have; it will send some again")
        if not await within(PATIENCE_SECONDS, _finish(application)):
            _log.warning("the handling of some updates took too long to wait for and was ended")
        await application.shutdown()


async def _finish(application: BotApplication) -> None:
    """Take up no more updates and wait for those being handled; ended, it ends them too."""
    try:
        await application.stop()
    finally:
        processor = application.update_processor
        if isinstance(processor, StoppableUpdates):
            processor.abandon()


async def _listen(updater: Updater, settings: Settings) -> None:
    """Begin to take in updates; Telegram is asked until it answers."""
    logging.getLogger("telegram.ext.Updater").addFilter(_BRIEF)
    if not settings.webhook_url:
        await updater.start_polling(
            poll_interval=POLL_PAUSE_SECONDS,
            allowed_updates=ALLOWED_UPDATES,
            bootstrap_retries=-1,
            error_callback=_polling_failed,
        )
        return
    host, port = settings.webhook_address
    try:
        await updater.start_webhook(
            listen=host,
            port=port,
            url_path="telegram",
            webhook_url=f"{settings.webhook_url}/telegram",
            secret_token=settings.webhook_secret.get_secret_value() if settings.webhook_secret else None,
            allowed_updates=ALLOWED_UPDATES,
            bootstrap_retries=-1,
        )
    except OSError as error:
        raise ConfigurationError(
            [f"PERSRV_WEBHOOK_LISTEN: {settings.webhook_listen} cannot be used: {error.strerror}"]
        ) from error


def _polling_failed(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        _log.error("another process polls with the same token; stop it, or give one of them a bot of its own")
    else:
        _log.warning("Telegram cannot be asked for updates just now: %s", error)


class _Brief(logging.Filter):
    """A line instead of a trace, where the library tells that it did not reach Telegram."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Exception) and is_telegrams_own(error):
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
            record.msg, record.args = f"{record.getMessage()} {error}", ()
            record.exc_info = None
        return True


_BRIEF = _Brief()


async def _resume(importer: PackImporter, application: BotApplication, services: Services) -> int:
    """Go on with sets that were not finished, and tell those who wait for them, in their language."""

    async def listener(pack: Pack) -> ProgressListener:
        if pack.progress_chat is None:
            return SilentProgress()
        person = await services.history.person(pack.progress_chat)
        return ChatProgress(application.bot, pack.progress_chat, texts_for(person.language if person else None))

    return await importer.resume(listener)


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop` (where the platform and the thread allow it)."""
    loop = asyncio.get_running_loop()
    added: list[signal.Signals] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(name, stop.set)
            added.append(name)
    try:
        yield
    finally:
        for name in added:
            loop.remove_signal_handler(name)
