"""What `persrv doctor` finds of the data folder, the database, the search index and the dataset of /evaluate."""

from __future__ import annotations

import asyncio
import os
import shlex
import stat
from collections.abc import AsyncIterator
from pathlib import Path

from persrv.adapters.database import Database, SqlCatalogueStore, SqlHistoryStore, SqlStorageProbe, upgrade
from persrv.adapters.dataset import count_choices
from persrv.adapters.search.manifest import read_manifest
from persrv.adapters.search.snapshot import open_snapshot
from persrv.bootstrap import prepare_data_dir
from persrv.cli.findings import Finding, Grade
from persrv.config import Settings
from persrv.errors import DatasetInvalid, StorageError


async def storage_findings(settings: Settings) -> AsyncIterator[Finding]:
    """Whether everything can be kept, and what is kept; where it cannot, no more than that."""
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
