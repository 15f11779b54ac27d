"""All that is SQLite's alone: how a connection is set up, how a transaction begins, what errors mean."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import aiosqlite
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    QueuePool,
    Select,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.errors import StorageError

Error = sqlite3.Error
"""What the driver raises where SQLAlchemy is not in between."""

BUSY_SECONDS: Final = 15
"""How long a statement waits for another process's transaction."""

CONNECT_ARGUMENTS: Final = {
    "timeout": float(BUSY_SECONDS),
    # The driver is not to begin transactions: it would begin them late, and never IMMEDIATE.
    "isolation_level": None,
}

ROWS_A_VALUE: Final = 1_000
"""Few enough for a value to be taken apart within a millisecond: Python does nothing else meanwhile."""

_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",  # readers and the one writer do not wait for each other
    "PRAGMA synchronous=FULL",  # what was committed survives a power cut
    "PRAGMA secure_delete=ON",  # what is erased is overwritten with zeros
)

_NOT_WRITABLE: Final = "{place} cannot be written. Give this user the right to write the file and its folder."
_BUSY: Final = "{place} was kept busy by another process for too long. Try again when it is done."

# The database undoes the transaction that met any of these, so nothing is half-written.
_EXPLAINED: Final = {
    "SQLITE_FULL": "{place} cannot be written because the disk is full. Free some space and try again.",
    "SQLITE_READONLY": _NOT_WRITABLE,
    "SQLITE_PERM": _NOT_WRITABLE,
    "SQLITE_CANTOPEN": (
        "{place} cannot be opened. Check that its folder exists and that this user may write in it, "
        "or set PERSRV_DATA_DIR to a folder where that is so."
    ),
    "SQLITE_CORRUPT": "{place} is damaged. Stop the bot and bring back a backup with `persrv restore FILE`.",
    "SQLITE_NOTADB": (
        "{place} is damaged or is not a database. Move it away, or bring back a backup with `persrv restore FILE`."
    ),
    # On a full disk too: SQLite could not make its shared memory as large as it wanted.
    "SQLITE_IOERR": (
        "{place} could not be read or written: the disk is full or has failed. Free some space; if that does not "
        "help, check the disk."
    ),
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
}


def engine_of_threads(url: URL, connections: int) -> Engine:
    """An engine for threads instead of coroutines, on the same file.

    :param connections: As many threads as use it; each connection may wander between them.
    """
    arguments = {**CONNECT_ARGUMENTS, "check_same_thread": False}
    plain = url.set(drivername="sqlite")
    return create_engine(
        plain, connect_args=arguments, hide_parameters=True, poolclass=QueuePool, pool_size=connections, max_overflow=0
    )


def set_up(engine: Engine, *, writes: bool, foreign_keys: bool = True, transactions: bool = True) -> None:
    """Make every connection of an engine ours.

    :param writes: Whether its transactions write: they take the write lock at once, because one that takes it
        later fails when another process has written meanwhile. Other connections refuse to write.
    :param foreign_keys: Whether they are enforced; not while tables are rebuilt.
    :param transactions: Whether several statements are to see one state of the database; one does without.
    """
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    def connected(connection: Any, record: object) -> None:  # the driver's own connection
        cursor = connection.cursor()
        try:
            for pragma in _PRAGMAS:
                cursor.execute(pragma)
            cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
            cursor.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        finally:
            cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "do_connect", _try_to_open)
    event.listen(engine, "connect", connected)
    if transactions:
        event.listen(engine, "begin", begun)
    event.listen(engine, "invalidate", _roll_back)


@cache  # to put a statement together takes longer than to ask it: give it statements that are kept
def in_few_values(statement: Select[Any], number: ColumnElement[int] | None = None) -> Select[str]:
    """A statement that has the rows of another in few values: JSON arrays of arrays, in any order.

    The driver gives up Python's lock at every row, and a thread that computes meanwhile keeps it for up to 5 ms: beside
    rankings, the rows of an answer took longer than its ranking.

    :param number: Of each row; up to `ROWS_A_VALUE` whose numbers are near to each other are in a value. None: all are.
    """
    row = func.json_array(*statement.selected_columns)
    values = statement.with_only_columns(func.json_group_array(row))
    return values if number is None else values.group_by(number.op("/")(ROWS_A_VALUE))


def among(column: ColumnElement[int], parameter: str) -> ColumnElement[bool]:
    """Whether a column has one of the numbers in a JSON array: one parameter instead of one a number.

    SQLAlchemy takes longer to write a hundred parameters into a statement than SQLite to find their rows.
    """
    return column.in_(select(func.json_each(bindparam(parameter)).table_valued("value").c.value))


def _try_to_open(dialect: object, record: object, arguments: list[Any], options: dict[str, Any]) -> None:
    """Open and close the file once, so that aiosqlite never fails to.

    When it does, it leaves its thread to report to an event loop that may be closed by then (0.22), and the
    thread's traceback is printed after our sentence.
    """
    sqlite3.connect(*arguments, **options).close()


def _roll_back(connection: Any, record: object, error: BaseException | None) -> None:
    """End the transaction of a connection that is thrown away, as when its task was cancelled.

    To close it is not enough: SQLite keeps a closed connection, with its locks, for as long as a statement of
    it lives, and a traceback may hold one for long.
    """
    # A second cancellation does no harm: the driver's thread has the order by then.
    with suppress(sqlite3.Error, asyncio.CancelledError, MissingGreenlet):
        connection.rollback()


def file_of(url: URL) -> Path | None:
    """The file of an SQLite URL, or None where it names no file (memory, `file:` URIs)."""
    name = url.database or ""
    return None if name in {"", ":memory:"} or name.startswith("file:") else Path(name)


def in_memory(url: URL) -> bool:
    """Whether the database would be in memory, where every connection sees another one."""
    return (url.database or "") in {"", ":memory:"} or url.query.get("mode") == "memory"


async def erase_traces(connection: AsyncConnection) -> bool:
    """Rebuild the file without anything that was deleted, and empty the write-ahead log.

    `secure_delete` alone is not enough: when SQLite merges half-empty pages, it leaves copies of rows in the
    gaps between others, where a later DELETE does not find them. Measured: one row in a few thousand.

    Goes to the driver itself, because SQLAlchemy would begin a transaction first.

    :return: False where a reader kept the log from being emptied for `BUSY_SECONDS`.
    """
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if not isinstance(driver, aiosqlite.Connection):
        raise StorageError("Only an SQLite database can be rebuilt without what was deleted.")
    await driver.execute_fetchall("VACUUM")
    rows = list(await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)"))
    busy: int = rows[0][0]
    return not busy


def broken_references(connection: Connection) -> int:
    """How many rows point at a row that is not there."""
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())


def explain(error: BaseException, place: str) -> str | None:
    """What an SQLite error means and what to do, or None for an error that we have no sentence for."""
    if not isinstance(error, sqlite3.Error):
        return None
    # Extended names begin with the plain one: SQLITE_IOERR_WRITE, SQLITE_READONLY_DIRECTORY.
    name = getattr(error, "sqlite_errorname", "")
    for known, sentence in _EXPLAINED.items():
        if name == known or name.startswith(known + "_"):
            return sentence.format(place=place)
    if str(error).startswith("no such table"):
        return f"{place} does not have this version's tables yet. Run `persrv db upgrade`."
    return None
