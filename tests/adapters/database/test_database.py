"""Connections: who waits for whom, what is durable, and what errors say."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Executable, func, insert, select, text

from persrv.adapters.database import sqlite
from persrv.adapters.database.database import Database
from persrv.adapters.database.tables import impressions, jobs, pack_stickers, users
from persrv.errors import StorageError

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


async def count_users(database: Database) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(users))).scalar_one()


async def write(database: Database, *statements: Executable) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(statement)


def damage(path: Path) -> None:
    """Keep the header and spoil all the rest."""
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))


async def add_user(database: Database, user_id: int) -> None:
    await write(database, insert(users).values(id=user_id, language=""))


async def test_a_reader_is_not_blocked_by_an_open_write_and_sees_only_what_is_committed(database: Database):
    async with database.write() as connection:
        await connection.execute(insert(users).values(id=1, language="en"))
        async with asyncio.timeout(5):
            assert await count_users(database) == 0
    assert await count_users(database) == 1


async def test_a_reader_sees_one_state_while_others_write(database: Database):
    async with database.read() as connection:
        statement = select(func.count()).select_from(users)
        assert (await connection.execute(statement)).scalar_one() == 0
        await add_user(database, 1)
        assert (await connection.execute(statement)).scalar_one() == 0
    assert await count_users(database) == 1


async def test_several_readers_read_at_once(database: Database):
    async with database.read() as one, database.read() as two, database.read() as three:
        for connection in (one, two, three):
            assert (await connection.execute(select(1))).scalar_one() == 1


async def test_a_block_that_raises_writes_nothing(database: Database):
    async def half() -> None:
        async with database.write() as connection:
            await connection.execute(insert(users).values(id=1, language="en"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half()
    assert await count_users(database) == 0


async def test_a_write_that_is_cancelled_writes_nothing_and_the_next_one_works(database: Database):
    inside = asyncio.Event()

    async def slow() -> None:
        async with database.write() as connection:
            await connection.execute(insert(users).values(id=1, language="en"))
            inside.set()
            # Cancelled while the driver is at work in its thread.
            counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
            await connection.execute(text(f"{counting} SELECT max(i) FROM n"))

    task = asyncio.create_task(slow())
    await inside.wait()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await add_user(database, 2)
    assert await count_users(database) == 1


async def test_many_writers_in_two_processes_lose_nothing(database: Database, second_database: Database):
    await asyncio.gather(*(add_user((database, second_database)[n % 2], n) for n in range(40)))
    assert await count_users(database) == 40


async def test_readers_cannot_write(database: Database):
    with pytest.raises(StorageError):
        async with database.read() as connection:
            await connection.execute(insert(users).values(id=1, language="en"))


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 15_000),
    ],
)
async def test_every_connection_is_durable_and_strict(database: Database, pragma: str, value: object):
    for opened in (database.read, database.write):
        async with opened() as connection:
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value


async def test_a_naive_datetime_is_refused(database: Database):
    naive = NOON.replace(tzinfo=None)
    row = {"name": "ocr", "state": "done", "started_at": naive, "counts": {}, "error": ""}
    with pytest.raises(ValueError, match="naive datetime"):
        await write(database, insert(jobs).values(**row))


async def test_a_moment_comes_back_in_utc_whatever_zone_it_was_given_in(database: Database):
    beijing = datetime(2025, 3, 1, 20, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    row = {"name": "ocr", "state": "done", "started_at": beijing, "counts": {"done": 3}, "error": ""}
    async with database.write() as connection:
        await connection.execute(insert(jobs).values(**row))
        stored = (await connection.execute(select(jobs))).one()
    assert stored.started_at.isoformat() == "2025-03-01T12:30:00.123456+00:00"
    assert stored.finished_at is None
    assert stored.counts == {"done": 3}


async def test_text_that_a_database_cannot_hold_is_made_harmless(database: Database):
    row = {"id": "a", "user_id": 1, "query": "笑\x00 \ud83d", "sticker_ids": [], "served": 0}
    async with database.write() as connection:
        await connection.execute(insert(impressions).values(**row, shown_at=NOON))
        assert (await connection.execute(select(impressions.c.query))).scalar_one() == "笑\ufffd ?"


async def test_a_reference_to_nothing_is_refused(database: Database):
    with pytest.raises(StorageError):
        async with database.write() as connection:
            await connection.execute(insert(pack_stickers).values(pack_id=1, sticker_id=1, position=0))


async def test_a_full_disk_is_said_in_a_sentence_and_nothing_is_half_written(database: Database):
    async with database.write() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
    small = insert(users).values(id=1, language="en")
    large = [insert(users).values(id=n, language="x" * 4000) for n in range(2, 99)]
    with pytest.raises(StorageError, match=r"disk is full\. Free some space"):
        await write(database, small, *large)
    assert await count_users(database) == 0


async def test_a_file_that_may_only_be_read_is_said_in_a_sentence(database: Database, path: Path):
    await add_user(database, 1)
    await database.close()
    read_only = Database(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true")
    try:
        with pytest.raises(StorageError, match=r"cannot be written\. Give this user the right"):
            await add_user(read_only, 2)
    finally:
        await read_only.close()


async def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'none' / 'persrv.db'}")
    before = set(threading.enumerate())
    with pytest.raises(StorageError, match=r"cannot be opened\. Check that its folder exists"):
        await count_users(database)
    # A thread that failed to open the file would print its traceback when the loop is closed before it ends.
    assert set(threading.enumerate()) <= before
    await database.close()


@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="the superuser may write into any folder",
)
async def test_a_folder_that_may_not_be_written_is_said_in_a_sentence(tmp_path: Path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    database = Database(f"sqlite+aiosqlite:///{folder / 'persrv.db'}")
    with pytest.raises(StorageError, match=r"cannot be opened\. Check that its folder exists"):
        await count_users(database)
    await database.close()


async def test_a_damaged_file_is_said_in_a_sentence(database: Database, path: Path):
    await database.close()
    damage(path)
    damaged = Database(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(StorageError, match=r"is damaged\. Stop the bot and bring back a backup"):
        await count_users(damaged)
    await damaged.close()


async def test_a_database_without_tables_says_how_to_make_them(tmp_path: Path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(StorageError, match="Run `persrv db upgrade`"):
        await count_users(database)
    await database.close()


async def test_another_process_that_never_ends_its_write_is_said_in_a_sentence(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sqlite.CONNECT_ARGUMENTS, "timeout", 0.1)
    impatient = Database(url)
    async with database.write():
        with pytest.raises(StorageError, match="was kept busy by another process for too long"):
            await add_user(impatient, 1)
    await add_user(impatient, 1)
    await impatient.close()


async def test_errors_never_show_what_people_typed(database: Database):
    row = {"id": "a", "user_id": 1, "query": "a secret", "sticker_ids": [], "served": 0}
    twice = [insert(impressions).values(**row, shown_at=NOON)] * 2
    with pytest.raises(StorageError) as caught:
        await write(database, *twice)
    seen: BaseException | None = caught.value
    while seen is not None:
        assert "secret" not in str(seen)
        seen = seen.__cause__


@pytest.mark.parametrize("url", ["nonsense", "sqlite+aiosqlite://", "sqlite:///:memory:"])
def test_a_url_that_cannot_be_used_is_refused(url: str):
    with pytest.raises(StorageError, match="PERSRV_DATABASE_URL"):
        Database(url)


async def test_closing_twice_is_fine_and_leaves_one_file(database: Database, path: Path):
    await add_user(database, 1)
    await database.close()
    await database.close()
    assert [found.name for found in path.parent.iterdir()] == ["persrv.db"]
