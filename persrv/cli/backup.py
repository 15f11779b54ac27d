"""`persrv backup` and `persrv restore`: the whole state in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from persrv.adapters.backup import StatePlaces, restore_backup, write_backup
from persrv.bootstrap import one_job_at_a_time, prepare_data_dir, utc_now
from persrv.cli.opening import open_settings
from persrv.errors import StorageError


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, or a folder for one named by the time.")],
) -> None:
    """Write the whole state into one file, while the bot runs or not. It holds what people typed: keep it safe."""
    settings = open_settings()
    at = utc_now()
    try:
        target = file / f"persrv-{at:%Y%m%d-%H%M%S}.tar" if file.is_dir() else file
    except OSError as error:
        raise StorageError(f"The backup {file} cannot be written: {error.strerror}. Name another place.") from error
    size = write_backup(StatePlaces.of(settings), target.absolute(), at=at)
    typer.echo(f"{target}: {decimal(size)}. The token and the other settings are not in it: keep .env apart.")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `persrv backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the state that is there.")] = False,
) -> None:
    """Bring a backup back into an empty data folder. Stop the bot first, and restore only your own backups."""
    settings = open_settings()
    prepare_data_dir(settings)
    with one_job_at_a_time(settings):
        about = restore_backup(StatePlaces.of(settings), file, force=force)
    typer.echo(
        f"The state of {about.made_at} is back. Start the bot: it brings the database to this version and makes the "
        "search index anew."
    )
