"""`persrv db`: the database."""

from __future__ import annotations

import typer

from persrv.adapters.database import upgrade as upgrade_database
from persrv.bootstrap import prepare_data_dir
from persrv.cli.opening import open_settings

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.callback()
def top() -> None:
    """The database."""


@app.command()
def upgrade() -> None:
    """Bring the database to this version (`persrv run` does it too)."""
    settings = open_settings()
    prepare_data_dir(settings)
    upgrade_database(settings.database)
    typer.echo("The database is up to date.")
