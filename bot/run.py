"""Runs the bot until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial

from bot.app import build_application
from bot.context import BotApplication
from bot.health import Health, serve_health
from bot.listening import Listener, reach
from bot.menus import describe_bot, describe_to_admins
from bot.progress import ChatProgress
from bot.settled import keep_for_good
from bot.stopping import StoppableUpdates, unless_stopped, within
from bot.texts import texts_for
from persrv.bootstrap import Services, in_background, open_services, share_heaps
from persrv.catalogue import PackImporter, ProgressListener, SilentProgress
from persrv.config import Settings
from persrv.domain.stickers import Pack
from persrv.ports.evaluator import Evaluator
from persrv.ports.jobs import JobStarter

_log = logging.getLogger(__name__)

Beside = Callable[[Services, PackImporter], Coroutine[None, None, None]]
"""Work that goes on as long as the bot runs."""

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
    :raises ConfigurationError: a port cannot be had, or Telegram does not want the webhook's address.
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
                    health.listens()
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
    if not await unless_stopped(stop, reach(application.initialize, settings)):
        return False
    if not application.bot.bot.supports_inline_queries:
        _log.warning("inline mode is off for @%s: switch it on with /setinline at @BotFather", application.bot.username)
    return True


@contextlib.asynccontextmanager
async def _running(application: BotApplication, settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    listener = Listener(application, settings)
    await application.start()
    try:
        await unless_stopped(stop, listener.begin())
        yield
    finally:
        if not await within(PATIENCE_SECONDS, listener.end()):
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


async def _resume(importer: PackImporter, application: BotApplication, services: Services) -> int:
    """Go on with sets that were not finished, and tell those who wait for them, in their language."""

    async def listener(pack: Pack) -> ProgressListener:
        if pack.progress_chat is None:
            return SilentProgress()
        person = await services.history.person(pack.progress_chat)
        texts = texts_for(person.language if person else None)
        return ChatProgress(application.bot, pack.progress_chat, texts, read=services.settings.ocr_engine != "none")

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
