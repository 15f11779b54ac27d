"""The console script `persrv`."""

from __future__ import annotations

import errno
import logging
import os
import sys
from typing import Annotated, Final

import typer
from rich.console import Console

from persrv import __version__
from persrv.cli import backup, database, doctor, evaluating, finetune, importing, job, run, sandbox, searching, settings
from persrv.cli.consoles import open_console, write_what_can_be_written
from persrv.cli.logs import logs_json, set_up_logging
from persrv.errors import ConfigurationError, PerSRVError
from persrv.redaction import redact

_log = logging.getLogger(__name__)

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Why standard output takes no more, where it is a file."""

app = typer.Typer(
    name="persrv",
    help="A Telegram bot that suggests the sticker you mean, in the style you like.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"persrv {__version__}")
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Set up logging for every command, until it knows its settings."""
    # python-telegram-bot's next major version gives durations as timedelta; asked for now, it does not warn.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    set_up_logging()


app.command("run")(run.run)
app.command("start", hidden=True)(run.start)
app.command("sandbox")(sandbox.sandbox)
app.command("import")(importing.import_)
app.command("job")(job.job)
app.command("search")(searching.search)
app.command("evaluate")(evaluating.evaluate)
app.command("finetune")(finetune.finetune)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("settings")(settings.settings)
app.add_typer(database.app, name="db")


def main() -> None:
    """Run the command line; an error that we know is a sentence and exit code 1, not a stack trace."""
    write_what_can_be_written()
    errors = open_console(stderr=True, highlight=False)
    try:
        app()
    except PerSRVError as error:
        if logs_json():
            _log_end(error)
        else:
            _print_end(error, errors)
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:  # of a file, it is for whoever wrote that to tell
            raise
        errors.print(f"[bold red]persrv:[/] what was to be printed cannot be written: {error.strerror}.")
        sys.exit(1)


def _print_end(error: PerSRVError, errors: Console) -> None:
    if isinstance(error, ConfigurationError):
        errors.print("[bold red]These settings need a change[/] (environment, .env or option):")
        for problem in error.problems:
            errors.print(f"  - {redact(problem)}", markup=False)
    else:
        errors.print("[bold red]persrv:[/]", end=" ")
        errors.print(redact(str(error)), markup=False)


def _log_end(error: PerSRVError) -> None:
    """Whatever reads the log reads objects."""
    if isinstance(error, ConfigurationError):
        for problem in error.problems:
            _log.critical("a setting needs a change: %s", problem)
    else:
        _log.critical("%s", error)


if __name__ == "__main__":
    main()
