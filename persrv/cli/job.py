"""`persrv job`: one job now."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from persrv.bootstrap import Services, open_services
from persrv.children import give_way
from persrv.cli.bars import BarProgress, QuietProgress
from persrv.cli.consoles import open_console
from persrv.cli.opening import open_settings
from persrv.config import Settings
from persrv.domain.runs import JobName
from persrv.domain.work import Task
from persrv.errors import JobBusy

if TYPE_CHECKING:
    from jobs.runner import Connect, JobOutcome
    from persrv.catalogue import PackImporter

_log = logging.getLogger(__name__)

BUSY_SECONDS = 15.0
"""Pause of a job in the background before it tries again, while another one runs."""
TASKS = {
    JobName.NSFW: Task.NSFW,
    JobName.OCR: Task.OCR,
    JobName.CAPTION: Task.CAPTION,
    JobName.EMBED: Task.EMBED,
}
"""The jobs that look at stickers one by one, and can fail on one."""


def job(
    name: Annotated[
        JobName,
        typer.Argument(
            help="retention: erase what is past its days. packs: the sets as Telegram has them. nsfw: which stickers "
            "are not for everybody. ocr: the words drawn on stickers. caption: what a vision-language model says of "
            "them. embed: what each sticker's style is. utility: how useful each has been. preference: which styles "
            "each person likes. meaning: what stickers and queries mean beyond their words. index: the search index "
            "anew. new: what new stickers need of these. nightly: all, in order."
        ),
    ],
    failed: Annotated[bool, typer.Option("--failed", help="Only list the stickers it failed on, and why.")] = False,
    retry: Annotated[bool, typer.Option("--retry-failed", help="Try also those that failed too often.")] = False,
    background: Annotated[bool, typer.Option("--background", hidden=True, help="Yield to the bot; no bars.")] = False,
) -> None:
    """Run one job now. It goes on where an earlier run was broken off."""
    settings = open_settings()
    if (failed or retry) and name not in TASKS:
        raise typer.BadParameter(f"goes with {', '.join(TASKS)}", param_hint="--failed/--retry-failed")
    if failed:
        asyncio.run(_list_failures(settings, TASKS[name]))
        return
    if background:
        give_way()
    try:
        outcome = asyncio.run(_run(settings, name, retry=retry, quiet=background))
    except asyncio.CancelledError:  # it was told to stop: that is no error to show a trace of
        raise typer.Exit(128 + signal.SIGTERM) from None
    if background:
        _log_outcome(outcome)
    else:
        _print_outcome(outcome)
    if outcome.problems:
        raise typer.Exit(1)


async def _run(settings: Settings, name: JobName, *, retry: bool, quiet: bool) -> JobOutcome:
    from jobs.runner import run_job

    async with open_services(settings) as services, _stoppable():
        if retry:
            await services.semantics.forget_failures(TASKS[name])
        with QuietProgress() if quiet else BarProgress() as progress:
            while True:
                try:
                    return await run_job(services, name, progress, connect=_telegram(settings, services))
                except JobBusy:
                    if not quiet:  # whoever sits at a terminal is told; the schedule can wait
                        raise
                await asyncio.sleep(BUSY_SECONDS)


@contextlib.asynccontextmanager
async def _stoppable() -> AsyncIterator[None]:
    """SIGTERM ends the job in good order: what was done is kept, and the run is on record as broken off."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(signal.SIGTERM, task.cancel)
    yield


def _telegram(settings: Settings, services: Services) -> Connect | None:
    """How to reach Telegram, where there is a token."""
    if settings.bot_token is None:
        return None

    @contextlib.asynccontextmanager
    async def connect() -> AsyncIterator[PackImporter]:
        from bot.connecting import connect as connect_bot

        async with connect_bot(settings) as source:
            yield services.importer(source)

    return connect


async def _list_failures(settings: Settings, task: Task) -> None:
    async with open_services(settings) as services:
        failures = await services.semantics.failures(task)
        stickers = await services.catalogue.stickers([failure.sticker_id for failure in failures])
    console = open_console()
    if not failures:
        console.print(f"{task.value}: nothing has failed.")
        return
    table = Table(title=f"{task.value}: {len(failures)} stickers failed")
    for heading in ("sticker", "pack", "engine", "tries", "when", "why"):
        table.add_column(heading)
    for failure in failures:
        sticker = stickers.get(failure.sticker_id)
        table.add_row(
            str(failure.sticker_id),
            sticker.pack if sticker else "(retired)",
            escape(failure.maker.engine),
            str(failure.tries),
            f"{failure.at:%Y-%m-%d %H:%M}",
            escape(failure.reason),  # what a model said may have brackets in it
        )
    console.print(table)


def _print_outcome(outcome: JobOutcome) -> None:
    console = open_console(highlight=False)
    for step, counts in outcome.counts.items():
        if counts or step not in outcome.problems:
            console.print(f"[bold]{step.value}[/]: {_sentence(counts)}")
    for step, problem in outcome.problems.items():
        console.print(f"[bold red]{step.value}[/] could not go on: ", end="")
        console.print(problem, markup=False)


def _log_outcome(outcome: JobOutcome) -> None:
    """In the background the terminal is the bot's log, which a machine may read line by line."""
    for step, counts in outcome.counts.items():
        _log.info("%s: %s", step.value, _sentence(counts))
    for step, problem in outcome.problems.items():
        _log.warning("%s could not go on: %s", step.value, problem)


def _sentence(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in counts.items()) or "nothing to do"
