"""How what waits is handed to the index."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from persrv.catalogue.indexing import BATCH, MANY, MOST, PATIENCE, Indexer
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.errors import IndexBusy


class Queue:
    """So many stickers with ticket 1, of which every tenth is no longer live."""

    def __init__(self, count: int) -> None:
        self.tickets = dict.fromkeys(range(count), 1)

    async def waiting(self, limit):
        return dict(itertools.islice(self.tickets.items(), limit))

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
    with ThreadPoolExecutor(1) as made:
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
