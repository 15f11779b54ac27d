"""kill -9 at the worst moments, in a real process on a real file."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from persrv.adapters.database.tables import interactions, pack_stickers, packs, stickers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

# Says "now" on its standard output at the moment to be killed at, and then waits for it.
PRELUDE = """
import asyncio, sys, time
from datetime import UTC, datetime
from sqlalchemy import event
from persrv.adapters.database.catalogue import SqlCatalogueStore
from persrv.adapters.database.database import Database
from persrv.adapters.database.history import SqlHistoryStore
from persrv.domain.history import Choice
from persrv.domain.stickers import FetchedPack, FetchedSticker, PackKind, StickerFormat

url, after = sys.argv[1], int(sys.argv[2])

def now():
    print("now", flush=True)
    time.sleep(60)
"""

SAVE_A_PACK = (
    PRELUDE
    + """
async def main():
    database = Database(url)
    written = 0

    def count(connection, cursor, statement, parameters, context, executemany):
        global written
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written += 1
            if written == after:
                now()

    event.listen(database._writer.sync_engine, "after_cursor_execute", count)
    fetched = tuple(
        FetchedSticker(f"n{i}", f"f{i}", StickerFormat.STATIC, "x", 512, 512) for i in range(200)
    )
    await SqlCatalogueStore(database).save_pack(
        FetchedPack("new", "New", PackKind.REGULAR, fetched), at=datetime.now(UTC)
    )
    now()

written = 0
asyncio.run(main())
"""
)

CHOOSE = (
    PRELUDE
    + """
async def main():
    choice = Choice("42:1", 7, after, "x", "", 0, datetime.now(UTC))
    if await SqlHistoryStore(Database(url)).record_choice(choice):
        now()

asyncio.run(main())
"""
)


def kill_at_the_moment(script: str, url: str, argument: int) -> None:
    command = [sys.executable, "-c", script, url, str(argument)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"now\n"
        finally:
            process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


# In this order: the pack, its stickers, its members, the ticket, the queue.
@pytest.mark.parametrize("statement", [1, 2, 3, 5])
async def test_a_kill_in_the_middle_of_saving_a_pack_leaves_nothing_of_it(
    url, database, catalogue, queue, ids, statement
):
    waiting = await queue.waiting(1000)
    kill_at_the_moment(SAVE_A_PACK, url, statement)
    assert await catalogue.pack("new") is None
    async with database.read() as connection:
        for table, rows in ((packs, 1), (stickers, 3), (pack_stickers, 3)):
            assert len((await connection.execute(select(table))).all()) == rows
    assert await queue.waiting(1000) == waiting


async def test_a_kill_right_after_a_pack_was_saved_loses_nothing_of_it(url, catalogue, queue):
    kill_at_the_moment(SAVE_A_PACK, url, 0)
    assert (await catalogue.pack("new")).sticker_count == 200
    assert len(await queue.waiting(1000)) == 200


async def test_a_kill_right_after_a_choice_was_recorded_does_not_lose_it(url, database, queue, history, ids):
    await queue.done(await queue.waiting(10))
    kill_at_the_moment(CHOOSE, url, ids["c2"])
    assert await history.recent(7, 5) == [ids["c2"]]
    assert list(await queue.waiting(10)) == [ids["c2"]]
    async with database.read() as connection:
        assert (await connection.execute(select(interactions.c.key))).scalar_one() == "42:1"
