"""Scores and switches: what every store keeps, then what the database does beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from persrv.adapters.database.nsfw import SqlNsfwStore
from persrv.adapters.database.semantics import SqlSemanticsStore
from persrv.domain.nsfw import NsfwScore, ScoreChange
from persrv.domain.work import Made, Maker, Task
from persrv.ports.fakes import InMemoryNsfwStore

NIGHT = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
ONE, NEWER = Maker("opennsfw", "1"), Maker("opennsfw", "2")


@pytest.fixture(params=["fake", "sql"])
def store(request, database):
    return InMemoryNsfwStore() if request.param == "fake" else SqlNsfwStore(database)


@pytest.fixture
def put(store, database):
    """`await put({sticker: score})`, as the job writes them."""

    async def write(scores, maker=ONE):
        if isinstance(store, InMemoryNsfwStore):
            store.put(scores, maker)
        else:
            made = [Made(sticker, {}, score=score) for sticker, score in scores.items()]
            await SqlSemanticsStore(database).save(Task.NSFW, made, maker=maker, at=NIGHT)

    return write


async def test_an_empty_store_knows_nothing(store, ids):
    assert await store.scores(list(ids.values())) == {}
    assert await store.at_least(0.0) == ([], 0)
    assert await store.changes(0) == []
    assert await store.people() == []


async def test_a_score_is_known_with_its_maker_and_replaced_by_a_newer_one(store, put, ids):
    one, two, _ = ids.values()
    await put({one: 0.25, two: 0.9})
    await put({two: 0.5}, NEWER)
    assert await store.scores(list(ids.values())) == {one: NsfwScore(0.25, ONE), two: NsfwScore(0.5, NEWER)}


async def test_at_least_takes_the_limit_itself_and_what_is_above(store, put, ids):
    one, two, three = ids.values()
    await put({three: 0.9, one: 0.8, two: 0.79})
    high, _ = await store.at_least(0.8)
    assert high == [one, three]
    assert await store.at_least(1.0) == ([], 1)


async def test_changes_are_told_once_and_in_their_order(store, put, ids):
    one, two, three = ids.values()
    await put({one: 0.1, two: 0.2})
    _, ticket = await store.at_least(0.8)
    assert await store.changes(ticket) == []
    await put({three: 0.9})
    await put({one: 0.95})
    changes = await store.changes(ticket)
    assert [(change.sticker_id, change.score) for change in changes] == [(three, 0.9), (one, 0.95)]
    assert await store.changes(changes[-1].ticket) == []
    assert await store.changes(changes[0].ticket) == [ScoreChange(one, 0.95, changes[-1].ticket)]


async def test_a_switch_is_kept_until_it_is_turned_however_often_that_is_said(store):
    for _ in range(2):
        await store.switch(7, on=True)
    await store.switch(2**52, on=True)
    assert await store.people() == [7, 2**52]
    for _ in range(2):
        await store.switch(7, on=False)
    assert await store.people() == [2**52]


async def test_a_score_is_written_with_the_note_that_the_work_is_done_and_queues_nothing(database, queue, ids):
    semantics = SqlSemanticsStore(database)
    waiting = await queue.waiting(10)
    one = ids["c1"]
    assert await semantics.save(Task.NSFW, [Made(one, {}, score=0.7)], maker=ONE, at=NIGHT) == 0
    assert await queue.waiting(10) == waiting
    assert (await semantics.coverage(Task.NSFW)).done == 0  # its file is not here
    assert await semantics.known(one) == []


async def test_a_failure_of_a_newer_engine_leaves_the_score_that_was_known(database, ids):
    semantics, store = SqlSemanticsStore(database), SqlNsfwStore(database)
    one = ids["c1"]
    await semantics.save(Task.NSFW, [Made(one, {}, score=0.9)], maker=ONE, at=NIGHT)
    await semantics.note_failures(Task.NSFW, {one: "no"}, maker=NEWER, at=NIGHT)
    assert await store.at_least(0.8) == ([one], 1)


async def test_another_process_sees_scores_and_switches(database, second_database, ids):
    await SqlSemanticsStore(second_database).save(Task.NSFW, [Made(ids["c1"], {}, score=0.9)], maker=ONE, at=NIGHT)
    await SqlNsfwStore(second_database).switch(7, on=True)
    assert (await SqlNsfwStore(database).at_least(0.8))[0] == [ids["c1"]]
    assert await SqlNsfwStore(database).people() == [7]


async def test_the_switch_is_told_with_ones_data_and_erased_with_it(database, history):
    store = SqlNsfwStore(database)
    assert not (await history.record_of(7)).nsfw
    await store.switch(7, on=True)
    await store.switch(8, on=True)
    assert (await history.record_of(7)).nsfw
    await history.forget(7)
    assert not (await history.record_of(7)).nsfw
    assert await store.people() == [8]
