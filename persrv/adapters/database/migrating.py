"""Migrations, by Alembic: which revision a database is at, and bringing it to another."""

from __future__ import annotations

from importlib import import_module

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from persrv.adapters.database import sqlite
from persrv.adapters.database.blocking import connected, is_sqlite
from persrv.adapters.database.database import parse_url, place_of
from persrv.errors import MigrationError


def current_revision(url: str) -> str | None:
    """The revision that the database is at, or None when it has no tables or does not exist.

    :raises StorageError: it exists and cannot be read.
    """
    path = sqlite.file_of(parse_url(url)) if is_sqlite(url) else None
    if path is not None and not path.exists():
        return None  # to connect would make an empty file
    with connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The revision that this version of PerSRV needs.

    :raises MigrationError: the migrations are not installed.
    """
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise MigrationError("PerSRV's migrations are missing from this installation; install it again.")
    return head


def knows_revision(revision: str) -> bool:
    """Whether this version's migrations start from, pass or end at a revision."""
    try:
        return bool(ScriptDirectory.from_config(_config()).get_revisions(revision))
    except CommandError:
        return False


def migrate(url: str, revision: str) -> None:
    """Go up or down to a revision ("head", "base" or its id); for tests and developers.

    :raises MigrationError: the database is from a newer version, or is some other program's.
    :raises StorageError: it cannot be written.
    """
    with connected(url) as connection:
        _check_origin(connection, place_of(parse_url(url)))
        config = _config()
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        if connection.dialect.name == "sqlite" and sqlite.broken_references(connection):
            raise MigrationError("The migration left rows that point at nothing, so it was undone. Please report it.")


def _check_origin(connection: Connection, place: str) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        if set(inspect(connection).get_table_names()) - {"alembic_version"}:
            raise MigrationError(
                f"{place} belongs to another program. Set PERSRV_DATABASE_URL or PERSRV_DATA_DIR to another place."
            )
        return
    if not knows_revision(revision):
        raise MigrationError(
            f"{place} was made by a newer version of PerSRV (revision {revision}). "
            "Install that version again, or bring back a backup with `persrv restore FILE`."
        )


def _config() -> Config:
    config = Config()
    folder = next(iter(import_module("migrations").__path__))
    config.set_main_option("script_location", folder.replace("%", "%%"))  # in its files, % names a variable
    return config
