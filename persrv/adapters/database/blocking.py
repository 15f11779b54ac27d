"""Connections for code that may wait: before the event loop starts, or in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, NullPool, create_engine

from persrv.adapters.database import sqlite
from persrv.adapters.database.database import parse_url, place_of, translated_errors
from persrv.errors import StorageError


def is_sqlite(url: str) -> bool:
    """Whether a database is a file of SQLite's."""
    return parse_url(url).get_backend_name() == "sqlite"


def make_folder(url: str) -> None:
    """Make the folder that a database's file is in.

    :raises StorageError: it cannot be made.
    """
    path = sqlite.file_of(parse_url(url)) if is_sqlite(url) else None
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
def connected(url: str) -> Iterator[Connection]:
    """A connection inside one transaction, through a driver that is not asynchronous."""
    engine = _engine(url)
    try:
        with translated_errors(place_of(parse_url(url))), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    parsed = parse_url(url)
    if not is_sqlite(url):
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
