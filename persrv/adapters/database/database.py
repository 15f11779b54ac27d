"""Connections: many readers, one writer, short transactions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, ColumnElement, Connection, Engine, Select, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from persrv.adapters.database import sqlite
from persrv.errors import StorageError

Answer = TypeVar("Answer")

READERS = 4
"""Reader connections; each is a thread, and more would only share the same disk."""


class Database:
    """A database that many coroutines and several processes may use at once.

    Nothing is opened before the first `read` or `write`. Parameters of statements never appear in errors or
    logs, because they hold what people typed.

    :param url: An SQLAlchemy URL: `sqlite+aiosqlite:///path` or `sqlite:///path`.
    :raises StorageError: the URL cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._lock = asyncio.Lock()
        self.place = place_of(self._url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._readers = self._engine(connections=READERS)
        self._writer = self._engine(connections=1)
        self._prompt: Engine | None = None
        self._prompt_writer: Engine | None = None
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="ask")
        self._change_thread = ThreadPoolExecutor(1, thread_name_prefix="change")
        if self._is_sqlite:
            self._prompt = sqlite.engine_of_threads(self._url, READERS)
            sqlite.set_up(self._prompt, writes=False, transactions=False)
            self._prompt_writer = sqlite.engine_of_threads(self._url, 1)
            sqlite.set_up(self._prompt_writer, writes=True)
            sqlite.set_up(self._readers.sync_engine, writes=False)
            sqlite.set_up(self._writer.sync_engine, writes=True)

    def _engine(self, *, connections: int) -> AsyncEngine:
        return create_async_engine(
            self._url,
            connect_args=sqlite.CONNECT_ARGUMENTS if self._is_sqlite else {},
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database; it does not wait for writers, nor they for it.

        :raises StorageError: the database cannot be read.
        """
        with translated_errors(self.place):
            async with self._readers.connect() as connection:
                yield connection

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """What a function reads from a connection by one statement, as `read` sees the database.

        Where it is SQLite, the whole function runs in another thread, handed over once: `read` hands over every step
        of it, and that takes ten times as long as a short question itself.

        :param question: Reads, and returns what it read and not rows that have still to be fetched.
        :raises StorageError: the database cannot be read.
        """
        if self._prompt is None:
            async with self.read() as connection:
                return await connection.run_sync(question)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, self._prompt, question)

    def _ask(self, engine: Engine, question: Callable[[Connection], Answer]) -> Answer:
        with translated_errors(self.place), engine.connect() as connection:
            return question(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """The one writing transaction: committed at the end of the block, undone when the block raises.

        Not to be nested. Keep the block short: no network, no files, no waiting inside.

        :raises StorageError: the database cannot be written; nothing of the block was.
        """
        async with self._lock:
            with translated_errors(self.place):
                async with self._writer.begin() as connection:
                    yield connection

    async def change(self, work: Callable[[Connection], Answer]) -> Answer:
        """A writing transaction as `write` has it, in one function: committed when it returns, undone when it raises.

        Where it is SQLite, the whole function runs in another thread, handed over once, as that of `ask`. A caller that
        is cancelled does not stop it.

        :raises StorageError: the database cannot be written; nothing of it was.
        """
        async with self._lock:
            if self._prompt_writer is None:
                with translated_errors(self.place):
                    async with self._writer.begin() as connection:
                        return await connection.run_sync(work)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._change_thread, self._change, self._prompt_writer, work)

    def _change(self, engine: Engine, work: Callable[[Connection], Answer]) -> Answer:
        with translated_errors(self.place), engine.begin() as connection:
            return work(connection)

    async def erase_traces(self) -> bool:
        """Leave nothing that was deleted in the database's files; takes about a second per 100 MB.

        Readers go on meanwhile, writers wait.

        :return: False where a reader held on to old pages for too long: to be done again later.
        :raises StorageError: the database cannot be written.
        """
        if not self._is_sqlite:
            return True  # a server's files are its administrator's
        async with self._lock:
            with translated_errors(self.place):
                async with self._writer.connect() as connection:
                    return await sqlite.erase_traces(connection)

    async def close(self) -> None:
        """Close all connections. Idempotent."""
        for threads in (self._threads, self._change_thread):
            await asyncio.to_thread(threads.shutdown)
        for engine in (self._prompt, self._prompt_writer):
            if engine is not None:
                engine.dispose()
        await self._readers.dispose()
        await self._writer.dispose()


def rows_of(
    connection: Connection,
    statement: Select[Any],
    parameters: Mapping[str, Any] | None = None,
    *,
    number: ColumnElement[int] | None = None,
) -> Iterator[Sequence[Any]]:
    """The rows of a statement that is kept, in any order: of SQLite few values at a time, which `ask` is faster with.

    Columns of plain texts and whole numbers only.

    :param number: Of each row, where there may be more than a thousand (`sqlite.in_few_values`).
    """
    if connection.dialect.name != "sqlite":
        yield from connection.execute(statement, parameters)
        return
    for (value,) in connection.execute(sqlite.in_few_values(statement, number), parameters):
        yield from json.loads(value)


def parse_url(url: str) -> URL:
    """An SQLAlchemy URL with the driver that PerSRV uses.

    :raises StorageError: it is no URL, or names a database in memory.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError(
            "PERSRV_DATABASE_URL is not a database URL. Use the form sqlite+aiosqlite:///path/to/persrv.db."
        ) from error
    if parsed.get_backend_name() != "sqlite":
        return parsed
    if sqlite.in_memory(parsed):
        raise StorageError(
            "PERSRV_DATABASE_URL names a database in memory, which would be lost; give it a file's path."
        )
    return parsed.set(drivername="sqlite+aiosqlite")


def place_of(url: URL) -> str:
    """What to call the database in a sentence; never with its password."""
    return f"The database {url.database}" if url.get_backend_name() == "sqlite" else f"The database {url!r}"


@contextmanager
def translated_errors(place: str) -> Iterator[None]:
    """Turn the libraries' errors into sentences.

    :raises StorageError: for anything that the database reports.
    :raises ValueError: for a value that must not be stored, such as a naive datetime.
    """
    try:
        yield
    except StatementError as error:
        cause = error.orig
        if type(cause) is ValueError:
            raise cause from error
        raise StorageError(_sentence(cause or error, place)) from error
    except (SQLAlchemyError, sqlite.Error) as error:
        raise StorageError(_sentence(error, place)) from error


def _sentence(error: BaseException, place: str) -> str:
    return sqlite.explain(error, place) or (
        f"{place} cannot be used ({type(error).__name__}). Please report it if it stays so."
    )
