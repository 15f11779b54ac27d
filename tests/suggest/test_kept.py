"""What is read for answers is read seldom, never while somebody need not wait for it, and never too old."""

from __future__ import annotations

import asyncio
import logging

import pytest

from persrv.errors import StorageError
from persrv.suggest.kept import RENEWED_SECONDS, SHARE, Kept


class Source:
    """Something that takes `seconds` to read, by its own clock; while `gate` is unset, the reading goes on."""

    def __init__(self):
        self.now = 100.0
        self.value = "old"
        self.seconds = 0.0
        self.readings = 0
        self.error = None
        self.gate = asyncio.Event()
        self.gate.set()

    def clock(self):
        return self.now

    async def read(self):
        self.readings += 1
        value = self.value
        await self.gate.wait()
        self.now += self.seconds
        if self.error is not None:
            raise self.error
        return value


@pytest.fixture
def source():
    return Source()


@pytest.fixture
async def kept(source):
    kept = Kept(source.read, source.clock, at_most=60.0)
    yield kept
    await kept.close()


async def beside():
    await asyncio.sleep(0.005)


async def test_it_is_read_when_it_is_asked_for_and_then_kept(kept, source):
    assert source.readings == 0
    assert [await kept.get(), await kept.get()] == ["old", "old"]
    assert source.readings == 1


async def test_what_is_read_quickly_is_the_newest_after_each_change(kept, source):
    await kept.get()
    for value in ("one", "two"):
        source.value = value
        kept.changed()
        assert await kept.get() == value
    assert source.readings == 3


async def test_what_is_read_slowly_is_read_for_one_in_twenty_seconds_at_most(kept, source):
    source.seconds = 0.3
    await kept.get()
    read = source.now - 0.3
    source.value = "new"
    kept.changed()
    source.now = read + 0.3 * SHARE - 0.01
    assert await kept.get() == "old"
    await beside()
    assert source.readings == 1
    source.now = read + 0.3 * SHARE
    assert await kept.get() == "old"  # and it is read beside
    await beside()
    assert await kept.get() == "new"
    assert source.readings == 2


async def test_of_many_who_ask_at_once_one_has_it_read_beside_and_it_ends_with_the_others(kept, source):
    source.seconds = 1.0
    await kept.get()
    source.gate.clear()
    source.now += RENEWED_SECONDS
    assert [await kept.get(), await kept.get(), await kept.get()] == ["old"] * 3
    assert len(asyncio.all_tasks()) == 2
    await kept.close()
    assert len(asyncio.all_tasks()) == 1


async def test_it_is_read_anew_after_some_seconds_without_a_change(kept, source):
    await kept.get()
    source.value = "new"
    source.now += RENEWED_SECONDS - 0.01
    assert await kept.get() == "old"
    source.now += 0.01
    assert await kept.get() == "new"


async def test_a_change_while_it_is_read_has_it_read_again(kept, source):
    source.gate.clear()
    first = asyncio.create_task(kept.get())
    await beside()
    source.value = "new"
    kept.changed()
    source.gate.set()
    assert await first == "old"
    assert await kept.get() == "new"


async def test_what_is_too_old_is_waited_for_however_long_it_takes(kept, source):
    source.seconds = 3.0
    await kept.get()
    source.value = "new"
    source.now += 60.0
    assert await kept.get() == "new"


async def test_all_who_wait_are_given_one_reading(kept, source):
    source.gate.clear()
    waiting = [asyncio.create_task(kept.get()) for _ in range(5)]
    await beside()
    source.gate.set()
    assert await asyncio.gather(*waiting) == ["old"] * 5
    assert source.readings == 1


async def test_what_was_dropped_while_it_was_read_is_not_kept_and_not_waited_for(kept, source):
    source.gate.clear()
    before = asyncio.create_task(kept.get())
    await beside()
    source.value = "new"
    kept.drop()
    after = asyncio.create_task(kept.get())
    await beside()
    assert source.readings == 2
    source.gate.set()
    assert [await before, await after, await kept.get()] == ["old", "new", "new"]


async def test_what_cannot_be_read_is_an_error_to_who_waits_and_read_again_for_the_next(kept, source):
    source.error = StorageError("The disk has failed.")
    with pytest.raises(StorageError):
        await kept.get()
    source.error = None
    assert await kept.get() == "old"


async def test_what_cannot_be_read_beside_stays_as_it_was_and_is_told(kept, source, caplog):
    source.seconds = 1.0
    await kept.get()
    source.error = StorageError("The disk has failed.")
    source.now += RENEWED_SECONDS
    with caplog.at_level(logging.WARNING):
        assert await kept.get() == "old"
        await beside()
    assert "The disk has failed." in caplog.text
    assert await kept.get() == "old"
    source.error, source.value = None, "new"
    await beside()
    await kept.get()
    await beside()
    assert await kept.get() == "new"


async def test_a_reading_beside_ends_when_it_is_closed(kept, source):
    source.seconds = 1.0
    await kept.get()
    source.gate.clear()
    source.now += RENEWED_SECONDS
    assert await kept.get() == "old"
    await beside()
    assert source.readings == 2
    await kept.close()
    await kept.close()
    source.gate.set()
    await beside()
    assert len(asyncio.all_tasks()) == 1
