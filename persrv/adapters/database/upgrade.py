"""Bringing a database to this version's tables."""

from __future__ import annotations

from sqlalchemy import column, inspect, select, table

from persrv.adapters.database.blocking import connected, make_folder
from persrv.adapters.database.tables import REVISION


def upgrade(url: str) -> None:
    """Make the database's tables those of this version; makes the database and its folder when there is none.

    One transaction: it is done whole or not at all, and two processes that start together do it once.
    Blocking; call it before the event loop starts, or in a thread.

    :param url: An SQLAlchemy URL, as `Database` takes it.
    :raises MigrationError: the database is from a newer version, or is some other program's.
    :raises StorageError: it cannot be written.
    """
    make_folder(url)
    if _is_of_this_version(url):
        return
    # Loading Alembic takes longer than all else that a start does with the database, and most starts change nothing.
    from persrv.adapters.database.migrating import migrate

    migrate(url, "head")


def _is_of_this_version(url: str) -> bool:
    revisions = table("alembic_version", column("version_num"))
    with connected(url) as connection:
        if not inspect(connection).has_table(revisions.name):
            return False
        return connection.scalars(select(revisions.c.version_num)).all() == [REVISION]
