"""`persrv import`: sticker sets by name or link, and folders of sticker files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from persrv.bootstrap import Services, open_services
from persrv.catalogue import FolderPack, Outcome, PackProgress, pack_name, read_folders
from persrv.cli.consoles import open_console
from persrv.cli.opening import open_settings
from persrv.config import Settings
from persrv.errors import ConfigurationError, PackNameInvalid, SourceInvalid
from persrv.ports.telegram import StickerSource

_REQUIRED = {"bot_token": "stickers are fetched through the bot."}
_FOR_FOLDERS = {
    "storage_chat_id": "stickers from a folder get their Telegram ids by being sent to a chat. Make a private channel, "
    "add the bot as an admin, and give the channel's number (-100...).",
}
_SAID = {
    Outcome.ADDED: "[green]added[/]",
    Outcome.REFRESHED: "[green]brought up to date[/]",
    Outcome.UNCHANGED: "up to date already",
    Outcome.EMPTY: "[yellow]has no sticker that can be used[/]",
    Outcome.NOT_FOUND: "[red]does not exist[/]; check the spelling",
    Outcome.NOT_STICKERS: "[red]is a set of custom emoji[/], which cannot be sent as stickers",
    Outcome.RETIRED: "[yellow]no longer exists[/]; its stickers are no longer suggested",
    Outcome.RETRYING: "[yellow]Telegram cannot be reached[/]; run the command again, or the bot goes on with it",
}
_GOOD = {Outcome.ADDED, Outcome.REFRESHED, Outcome.UNCHANGED}


def import_(
    sources: Annotated[
        list[str],
        typer.Argument(help="Set names, links (t.me/addstickers/NAME), or folders (one subfolder = one pack)."),
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take a folder also where a set of its name has other stickers only.")
    ] = False,
) -> None:
    """Import sticker sets, or a folder of sticker files. Can be interrupted and run again."""
    required = _REQUIRED | (_FOR_FOLDERS if any(Path(source).is_dir() for source in sources) else {})
    settings = open_settings(required)
    names, folders = _sort_out(sources)
    if not asyncio.run(_import(settings, names, folders, replace=replace)):
        raise typer.Exit(1)


def _sort_out(sources: list[str]) -> tuple[list[str], tuple[FolderPack, ...]]:
    names: list[str] = []
    folders: list[Path] = []
    for source in sources:
        if Path(source).is_dir():
            folders.append(Path(source))
            continue
        try:
            names.append(pack_name(source))
        except PackNameInvalid:
            raise SourceInvalid(
                f"{source} is neither a folder nor a sticker set's name or link (https://t.me/addstickers/NAME)."
            ) from None
    return names, read_folders(folders)


async def _import(settings: Settings, names: list[str], folders: Sequence[FolderPack], *, replace: bool) -> bool:
    from bot.connecting import connect

    console = open_console()
    good = True
    async with open_services(settings) as services, connect(settings) as source:
        with _progress(console) as bar:
            for name in names:
                good &= await _one_set(name, services, source, bar, console)
            for folder in folders:
                good &= await _one_folder(folder, settings, services, source, bar, console, replace=replace)
        await services.indexer.drain_if_free()
    return good


async def _one_set(name: str, services: Services, source: StickerSource, bar: Progress, console: Console) -> bool:
    shown = _Bar(bar, name)
    await services.catalogue.request_pack(name, requested_by=None, progress_chat=None)
    progress = await services.importer(source).fetch(name, shown)
    return _say(console, name, shown, progress)


async def _one_folder(
    folder: FolderPack,
    settings: Settings,
    services: Services,
    source: StickerSource,
    bar: Progress,
    console: Console,
    *,
    replace: bool,
) -> bool:
    shown = _Bar(bar, folder.title)
    chat_id = settings.storage_chat_id
    if chat_id is None:
        raise ConfigurationError(["PERSRV_STORAGE_CHAT_ID is missing."])
    try:
        progress = await services.folder_import(source, chat_id).take(folder, shown, replace=replace)
    except SourceInvalid as error:  # the other folders are taken all the same
        shown.remove()
        console.print(f"{escape(folder.title)} [red]is not imported[/]. {escape(str(error))}")
        return False
    return _say(console, folder.title, shown, progress)


def _say(console: Console, name: str, shown: _Bar, progress: PackProgress | None) -> bool:
    shown.remove()
    outcome = progress.outcome if progress else Outcome.RETRYING
    detail = ""
    if progress and outcome in _GOOD:
        detail = f": {progress.total - (progress.unusable if progress.pack.name.startswith('folder_') else 0)} stickers"
        if progress.unusable:
            detail += f" ({progress.unusable} files cannot be used)"
    console.print(f"{escape(name)} {_SAID[outcome]}{detail}")
    return outcome in _GOOD


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


class _Bar:
    """Implements `ProgressListener` as one bar."""

    def __init__(self, bar: Progress, title: str) -> None:
        self._bar = bar
        self._task: TaskID = bar.add_task(title, total=None)

    async def report(self, progress: PackProgress) -> None:
        """Move the bar."""
        self._bar.update(self._task, total=progress.total or None, completed=progress.done)

    def remove(self) -> None:
        """Take the bar away."""
        self._bar.remove_task(self._task)
