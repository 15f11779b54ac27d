"""How what waits is handed to the index."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from persrv.catalogue.indexing import BATCH, MANY, MOST, Indexer
from persrv.domain.semantics import StickerDocument


class Queue:
    """So many stickers with ticket 1, of which every tenth is no longer live."""

    def __init__(self, count: int) -> None:
        self.tickets = dict.fromkeys(range(count), 1)

    async def waiting(self, limit):
        return dict(itertools.islice(self.tickets.items(), limit))

    async def documents(self, sticker_ids):
        return [StickerDocument(sticker, {}) for sticker in sticker_ids if sticker % 10]

    async def done(self, tickets):
        for sticker, ticket in tickets.items():
            if self.tickets.get(sticker) == ticket:
                del self.tickets[sticker]


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
    assert [sum(update) for update in index.updates] == [MANY, 1]
