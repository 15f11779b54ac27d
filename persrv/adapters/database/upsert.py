"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL both have but SQLAlchemy spells per dialect."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from persrv.errors import StorageError

Upsert = sqlite.Insert | postgresql.Insert


def insert_into(table: Table, dialect: str) -> Upsert:
    """An INSERT that can be told what to do `on_conflict`.

    :param dialect: `connection.dialect.name`.
    :raises StorageError: PerSRV does not know this kind of database.
    """
    if dialect == "sqlite":
        return sqlite.insert(table)
    if dialect == "postgresql":
        return postgresql.insert(table)
    raise StorageError(f"PerSRV cannot use a {dialect} database; set PERSRV_DATABASE_URL to an SQLite file.")
