import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime

from persrv.domain.history import Impression
from persrv.errors import StorageError
from persrv.suggest import ImpressionWriter


class Written:
    """The part of the history that the writer uses; fails as often as it is told to."""

    def __init__(self, failures=0):
        self.batches = []
        self.failures = failures

    async def record_impressions(self, impressions):
        if self.failures:
            self.failures -= 1
            raise StorageError("the disk is full")
        self.batches.append(list(impressions))


def impression(number, user=1, served=50):
    return Impression(f"{number:016x}", user, "笑", (1, 2), served, datetime(2026, 1, 1, tzinfo=UTC))


async def test_many_impressions_are_written_in_one_batch_and_the_newest_form_of_each():
    store = Written()
    writer = ImpressionWriter(store)
    for number in range(3):
        writer.add(impression(number))
    writer.add(replace(impression(0), served=100))
    await writer.flush()
    (batch,) = store.batches
    assert {(found.id, found.served) for found in batch} == {
        (impression(0).id, 100),
        (impression(1).id, 50),
        (impression(2).id, 50),
    }


async def test_what_could_not_be_written_is_tried_again():
    store = Written(failures=1)
    writer = ImpressionWriter(store, interval=0.01)
    running = asyncio.create_task(writer.run())
    writer.add(impression(1))
    await asyncio.sleep(0.1)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert [found.id for batch in store.batches for found in batch] == [impression(1).id]


async def test_the_rest_is_written_when_the_bot_stops():
    store = Written()
    writer = ImpressionWriter(store, interval=60)
    running = asyncio.create_task(writer.run())
    writer.add(impression(1))
    await asyncio.sleep(0.01)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert len(store.batches) == 1


async def test_a_forgotten_person_is_not_written_any_more():
    store = Written()
    writer = ImpressionWriter(store)
    writer.add(impression(1, user=1))
    writer.add(impression(2, user=2))
    writer.forget(1)
    await writer.flush()
    assert [found.user_id for batch in store.batches for found in batch] == [2]


async def test_what_was_being_written_when_the_bot_was_stopped_is_written_at_the_end():
    store = Written()
    reached = asyncio.Event()
    record = store.record_impressions

    async def slow(impressions):
        if not reached.is_set():
            reached.set()
            await asyncio.Event().wait()
        await record(impressions)

    store.record_impressions = slow
    writer = ImpressionWriter(store, interval=0.0)
    running = asyncio.create_task(writer.run())
    writer.add(impression(1))
    await reached.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert store.batches == [[impression(1)]]


async def test_what_cannot_be_written_does_not_come_back_of_somebody_who_was_erased_meanwhile():
    class Slow(Written):
        def __init__(self):
            super().__init__()
            self.begun, self.go = asyncio.Event(), asyncio.Event()

        async def record_impressions(self, impressions):
            self.begun.set()
            await self.go.wait()
            if not self.failures:
                self.failures = 1
                raise StorageError("the database is busy")
            self.batches.append(list(impressions))

    store = Slow()
    writer = ImpressionWriter(store)
    writer.add(impression(1, user=1))
    writer.add(impression(2, user=2))
    writing = asyncio.create_task(writer.flush())
    await store.begun.wait()
    writer.forget(1)
    store.go.set()
    await writing
    await writer.flush()
    assert [found.user_id for batch in store.batches for found in batch] == [2]
