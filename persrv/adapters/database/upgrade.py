"""Bringing a database to this version's tables with Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect

from persrv.adapters.database import sqlite
from persrv.adapters.database.database import parse_url, place_of, translated_errors
from persrv.errors import MigrationError, StorageError


def upgrade(url: str) -> None:
    """Make the database's tables those of this version; makes the database and its folder when there is none.

    One transaction: it is done whole or not at all, and two processes that start together do it once.
    Blocking; call it before the event loop starts, or in a thread.

    :param url: An SQLAlchemy URL, as `Database` takes it.
    :raises MigrationError: the database is from a newer version, or is some other program's.
    :raises StorageError: it cannot be written.
    """
    _make_folder(url)
    migrate(url, "head")


def current_revision(url: str) -> str | None:
    """The revision that the database is at, or None when it has no tables or does not exist.

    :raises StorageError: it exists and cannot be read.
    """
    path = sqlite.file_of(parse_url(url)) if _is_sqlite(url) else None
    if path is not None and not path.exists():
        return None  # to connect would make an empty file
    with _connected(url) as connection:
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
    with _connected(url) as connection:
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


def _is_sqlite(url: str) -> bool:
    return parse_url(url).get_backend_name() == "sqlite"


def _make_folder(url: str) -> None:
    path = sqlite.file_of(parse_url(url)) if _is_sqlite(url) else None
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {path.parent} cannot be made ({error.strerror}). "
            "Make it, or set PERSRV_DATA_DIR to a folder that this user may write in."
        ) from error


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """A connection inside one transaction, through a driver that is not asynchronous."""
    engine = _engine(url)
    try:
        with translated_errors(place_of(parse_url(url))), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    parsed = parse_url(url)
    if not _is_sqlite(url):
        return create_engine(parsed, poolclass=NullPool, hide_parameters=True)
    engine = create_engine(
        parsed.set(drivername="sqlite+pysqlite"),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args=sqlite.CONNECT_ARGUMENTS,
    )
    # A migration that rebuilds a table drops the old one, which enforced references would not allow.
    sqlite.set_up(engine, writes=True, foreign_keys=False)
    return engine
