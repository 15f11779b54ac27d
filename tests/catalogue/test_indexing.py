"""How what waits is handed to the index."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from persrv.catalogue.indexing import BATCH, MANY, MOST, PATIENCE, Indexer
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.errors import IndexBusy, SearchIndexError


class Queue:
    """So many stickers with ticket 1, of which every tenth is no longer live."""

    def __init__(self, count: int) -> None:
        self.tickets = dict.fromkeys(range(count), 1)

    async def waiting(self, limit, *, above=0):
        newer = ((sticker, ticket) for sticker, ticket in self.tickets.items() if ticket > above)
        return dict(itertools.islice(sorted(newer, key=lambda each: (each[1], each[0])), limit))

    async def documents(self, sticker_ids):
        return [StickerDocument(sticker, {}) for sticker in sticker_ids if sticker % 10]

    async def done(self, tickets):
        others = [sticker for sticker, ticket in tickets.items() if self.tickets.get(sticker) != ticket]
        for sticker in tickets.keys() - set(others):
            del self.tickets[sticker]
        return others


class Index:
    """Notes what it is told."""

    needs_rebuild = False

    def __init__(self) -> None:
        self.updates = []
        self.told = lambda: None

    def update(self, documents, deleted):
        self.updates.append((len(documents), len(deleted)))
        self.told()


@pytest.fixture
def executor():
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (0, []),
        (BATCH + 20, [BATCH, 20]),
        (MANY - 1, [BATCH] * (MANY // BATCH - 1) + [BATCH - 1]),
        (MANY, [MANY]),
        (MOST + 10, [MOST, 10]),
        (MOST + MANY, [MOST, MANY]),
    ],
)
async def test_few_are_handed_over_in_small_commits_and_many_together(executor, count, sizes):
    queue, index = Queue(count), Index()
    assert await Indexer(queue, index, executor).drain() == count
    assert [documents + deleted for documents, deleted in index.updates] == sizes
    assert sum(deleted for _, deleted in index.updates) == -(-count // 10)
    assert not queue.tickets


async def test_what_changes_while_it_is_indexed_is_indexed_again(executor):
    queue, index = Queue(MANY), Index()

    def changes():
        index.told = lambda: None
        queue.tickets[5] = 2

    index.told = changes
    assert await Indexer(queue, index, executor).drain() == MANY + 1
    # At once, since another process may have indexed it before; and again, since it still waits.
    assert [sum(update) for update in index.updates] == [MANY, 1, 1]


async def test_what_another_process_indexed_meanwhile_is_not_left_as_it_was(executor):
    queue, index = Queue(3), Index()
    said = dict.fromkeys(range(3), "before")
    indexed = {}

    async def documents(sticker_ids):
        return [StickerDocument(sticker, {SemanticField.OCR: said[sticker]}) for sticker in sticker_ids]

    def update(documents, deleted):
        if not indexed:  # another process: sees the change, indexes it and is done with it, just before we commit
            said[1] = indexed[1] = "after"
            del queue.tickets[1]
        indexed.update({document.sticker_id: document.texts[SemanticField.OCR] for document in documents})

    queue.documents, index.update = documents, update
    await Indexer(queue, index, executor).drain()
    assert indexed == {0: "before", 1: "after", 2: "before"}
    assert not queue.tickets


class Slow(Index):
    """Takes many in only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.told_to_end = threading.Event(), threading.Event()

    def update(self, documents, deleted):
        if len(documents) + len(deleted) >= MANY:
            self.begun.set()
            assert self.told_to_end.wait(60)
        super().update(documents, deleted)


async def until(true):
    for _ in range(6_000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


@pytest.fixture
async def under_way(executor):
    """Many that are being indexed: the queue, the index, who indexes, and his work."""
    queue, index = Queue(MANY), Slow()
    indexer = Indexer(queue, index, executor, interval=0.01)
    work = asyncio.create_task(indexer.drain())
    await until(index.begun.is_set)
    yield queue, index, indexer, work
    index.told_to_end.set()
    await asyncio.wait({work})


async def test_a_small_change_is_indexed_while_many_are(under_way):
    queue, index, indexer, work = under_way
    queue.tickets[MANY + 1] = 2
    indexer.wake()
    await until(lambda: MANY + 1 not in queue.tickets)
    assert index.updates == [(1, 0)]
    assert len(queue.tickets) == MANY
    queue.tickets[MANY + 2] = 3
    await until(lambda: MANY + 2 not in queue.tickets)
    index.told_to_end.set()
    assert await work == MANY + 2
    assert [sum(update) for update in index.updates] == [1, 1, MANY]
    assert not queue.tickets


async def test_one_of_many_that_changes_meanwhile_is_found_at_once_and_not_left_as_it_was(under_way):
    queue, index, _, work = under_way
    queue.tickets[5] = 2
    await until(lambda: 5 not in queue.tickets)
    index.told_to_end.set()
    assert await work == MANY + 1
    assert [sum(update) for update in index.updates] == [1, MANY, 1]  # once more, since the many say what it was


async def test_many_more_wait_for_their_turn_and_so_does_what_another_process_keeps_out(under_way):
    queue, index, _, work = under_way
    queue.tickets |= dict.fromkeys(range(MANY, 2 * MANY), 2)
    looks = []
    waiting = queue.waiting

    async def counted(limit, *, above=0):
        looks.append(above)
        return await waiting(limit, above=above)

    queue.waiting = counted
    await until(lambda: len(looks) > 2)
    assert index.updates == []
    del queue.tickets[MANY]

    def busy():
        index.told = lambda: None
        raise IndexBusy("another process is writing")

    index.told = busy
    await until(lambda: not any(ticket == 2 for ticket in queue.tickets.values()))
    index.told_to_end.set()
    assert await work == 2 * MANY - 1


async def test_few_go_before_many_that_waited_longer(executor):
    queue, index = Queue(MANY), Index()
    queue.tickets |= {MANY + 1: 2, MANY + 2: 3}
    assert await Indexer(queue, index, executor).drain() == MANY + 2
    assert [sum(update) for update in index.updates] == [2, MANY]


async def test_what_cannot_be_taken_in_is_told_and_keeps_waiting(under_way):
    queue, index, _, work = under_way

    def broken():
        raise SearchIndexError("the disk is full")

    index.told = broken
    queue.tickets[MANY + 1] = 2
    index.told_to_end.set()
    with pytest.raises(SearchIndexError, match="the disk is full"):
        await work
    assert len(queue.tickets) == MANY + 1


class Locked(Index):
    """Written by another process for so many looks."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks
        self.compacted = 0

    def compact(self):
        if self.looks:
            self.looks -= 1
            raise IndexBusy("another process is writing")
        self.compacted += 1


async def test_what_is_to_be_erased_waits_for_another_writer(executor):
    index = Locked(looks=2)
    await Indexer(Queue(3), index, executor, interval=0.01).erase_traces()
    assert index.compacted == 1
    assert index.updates == [(2, 1)]


async def test_it_is_told_where_another_writer_does_not_come_to_an_end(executor):
    index = Locked(looks=PATIENCE)
    with pytest.raises(IndexBusy):
        await Indexer(Queue(0), index, executor, interval=0.001).erase_traces()
    assert index.compacted == 0


async def test_an_index_made_anew_waits_for_another_writer_too(executor):
    queue, index = Queue(0), Index()
    looks = itertools.count()

    async def queue_all():
        queue.tickets |= dict.fromkeys(range(7), 1)
        return 7

    def busy():
        if next(looks) < 2:
            raise IndexBusy("another process is writing")

    queue.queue_all, index.told = queue_all, busy
    assert await Indexer(queue, index, executor, interval=0.01).rebuild() == 7
    assert not queue.tickets


@pytest.fixture
async def running(executor):
    """An indexer at work that looks every 10 ms, and lets what was chosen wait for 0.3 s; it has nothing to do yet."""
    queue, index = Queue(0), Index()
    indexer = Indexer(queue, index, executor, interval=0.01, patient=0.3)
    task = asyncio.create_task(indexer.run())
    await asyncio.sleep(0.05)
    yield indexer, queue, index
    task.cancel()


async def test_what_was_chosen_waits_for_others_and_goes_with_them(running):
    indexer, queue, index = running
    for sticker in (1, 2, 3):
        queue.tickets[sticker] = sticker
        indexer.chosen(sticker)
        await asyncio.sleep(0.03)
    assert index.updates == []
    await asyncio.sleep(0.4)
    assert index.updates == [(3, 0)]
    assert queue.tickets == {}


async def test_what_changed_otherwise_does_not_wait_with_it(running):
    indexer, queue, index = running
    queue.tickets[1] = 1
    indexer.chosen(1)
    queue.tickets[2] = 2  # another process has fetched it
    await asyncio.sleep(0.1)
    assert index.updates == [(2, 0)]


async def test_woken_it_indexes_what_was_chosen_too(running):
    indexer, queue, index = running
    queue.tickets[1] = 1
    indexer.chosen(1)
    indexer.wake()
    await asyncio.sleep(0.1)
    assert index.updates == [(1, 0)]


async def test_what_is_chosen_while_others_are_indexed_does_not_keep_it_at_work(executor):
    queue, index = Queue(5), Index()
    indexer = Indexer(queue, index, executor)
    loop = asyncio.get_running_loop()

    def choose() -> None:
        queue.tickets[7] = 2
        indexer.chosen(7)

    index.told = lambda: loop.call_soon_threadsafe(choose)
    assert await indexer.drain() == 5
    assert list(queue.tickets) == [7]
    index.told = lambda: None
    assert await indexer.drain() == 1


async def test_where_indexing_takes_long_what_was_chosen_waits_longer(running):
    indexer, queue, index = running
    index.told = lambda: time.sleep(0.1)  # 10 times as long are 1 s
    for sticker in (1, 2):
        queue.tickets[sticker] = sticker
        indexer.chosen(sticker)
        await asyncio.sleep(0.6)
    assert index.updates == [(1, 0)]


async def test_what_an_erasure_queued_is_indexed_before_the_files_are_rewritten_also_where_somebody_chooses_it_now(
    executor,
):
    queue, index = Queue(0), Index()
    indexer = Indexer(queue, index, executor)
    queue.tickets[1] = 1
    waiting = queue.waiting

    async def chosen_meanwhile(limit, *, above=0):
        queue.waiting = waiting
        queue.tickets[1] = 2
        indexer.chosen(1)
        return await waiting(limit, above=above)

    queue.waiting = chosen_meanwhile
    index.compact = lambda: index.updates.append("rewritten")
    await indexer.erase_traces()
    assert index.updates == [(1, 0), "rewritten"]


async def test_what_is_indexed_beside_a_choice_does_not_let_the_next_choice_wait(running):
    indexer, queue, index = running
    index.told = lambda: time.sleep(0.1)
    for sticker in (1, 2, 3):
        queue.tickets[sticker] = 1  # an import
    queue.tickets[4] = 2
    indexer.chosen(4)
    await asyncio.sleep(0.3)
    assert index.updates == [(4, 0)]
    queue.tickets[5] = 3
    indexer.chosen(5)
    await asyncio.sleep(0.7)
    assert index.updates == [(4, 0), (1, 0)]
