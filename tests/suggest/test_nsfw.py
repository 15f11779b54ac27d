"""What is hidden from whom, over a store in memory."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from persrv.domain.nsfw import NOTHING_HIDDEN
from persrv.domain.work import Maker
from persrv.errors import StorageError
from persrv.ports.fakes import InMemoryNsfwStore
from persrv.suggest import NsfwGuard

ONE = Maker("opennsfw", "1")


@pytest.fixture
def store():
    filled = InMemoryNsfwStore()
    filled.put({1: 0.1, 2: 0.8, 3: 0.79999, 9: 1.0}, ONE)
    return filled


@pytest.fixture
async def guard(store):
    opened = NsfwGuard(store, limit=0.8, interval=0.01)
    await opened.load()
    return opened


def hidden(guard, user_id=7):
    return guard.hidden_from(user_id).ids.tolist()


async def test_what_scores_the_limit_or_more_is_hidden_from_everybody(guard):
    assert hidden(guard) == [2, 9]
    assert guard.hidden_from(7).leaves([9, 1, 2, 3, 77]) == [1, 3, 77]
    assert not guard.is_on(7)


async def test_a_new_score_hides_and_a_lower_one_shows_again(store, guard):
    assert not await guard.refresh()
    store.put({4: 0.9, 5: 0.2, 2: 0.3}, ONE)
    assert await guard.refresh()
    assert hidden(guard) == [4, 9]
    store.put({4: 0.95}, ONE)
    assert not await guard.refresh()
    assert hidden(guard) == [4, 9]


async def test_each_score_is_read_once(store, guard, monkeypatch):
    read, real = [], store.changes

    async def noted(after):
        found = await real(after)
        read.append([change.sticker_id for change in found])
        return found

    monkeypatch.setattr(store, "changes", noted)
    await guard.refresh()
    for sticker in (4, 5):
        store.put({sticker: 0.9}, ONE)
    for _ in range(2):
        await guard.refresh()
    assert read == [[], [4, 5], []]


async def test_an_answer_that_began_before_goes_on_with_what_was_hidden_then(store, guard):
    taken = guard.hidden_from(7)
    store.put({1: 0.9}, ONE)
    await guard.refresh()
    assert taken.ids.tolist() == [2, 9]
    assert hidden(guard) == [1, 2, 9]


async def test_who_switches_it_on_is_shown_everything_also_by_the_next_guard(store, guard):
    await guard.switch(7, on=True)
    assert (hidden(guard, 7), hidden(guard, 8)) == ([], [2, 9])
    after_a_restart = NsfwGuard(store, limit=0.8)
    await after_a_restart.load()
    assert after_a_restart.is_on(7)
    assert hidden(after_a_restart, 7) == []
    await after_a_restart.switch(7, on=False)
    assert hidden(after_a_restart, 7) == [2, 9]


async def test_who_is_forgotten_begins_with_it_off(guard):
    await guard.switch(7, on=True)
    guard.forget(7)
    guard.forget(8)
    assert hidden(guard, 7) == [2, 9]


async def test_a_switch_that_could_not_be_kept_is_not_turned(store, guard, monkeypatch):
    async def full(user_id, *, on):
        raise StorageError("The disk is full.")

    monkeypatch.setattr(store, "switch", full)
    with pytest.raises(StorageError):
        await guard.switch(7, on=True)
    assert hidden(guard, 7) == [2, 9]


async def test_without_a_limit_nothing_is_hidden_and_switches_are_kept_all_the_same(store):
    guard = NsfwGuard(store, limit=None)
    await guard.load()
    assert not await guard.refresh()
    assert guard.hidden_from(7) is NOTHING_HIDDEN
    await guard.switch(7, on=True)
    assert await store.people() == [7]


async def test_while_the_database_cannot_be_read_what_is_hidden_stays_so_and_that_is_said_once_each_time(
    store, guard, monkeypatch, caplog
):
    tries, again, real = 0, asyncio.Event(), store.changes

    async def broken(after):
        nonlocal tries
        tries += 1
        if tries == 3:
            store.put({5: 0.9}, ONE)
        if tries in {1, 2, 3, 5, 6}:
            raise StorageError("The disk is gone.")
        if tries == 7:
            again.set()
        return await real(after)

    monkeypatch.setattr(store, "changes", broken)
    running = asyncio.create_task(guard.run())
    await again.wait()
    await asyncio.sleep(0)
    running.cancel()
    assert hidden(guard) == [2, 5, 9]
    assert caplog.text.count("The disk is gone.") == 2


def test_hidden_ones_are_told_as_a_set_would_tell_them():
    rng = np.random.default_rng(11)
    for _ in range(50):
        several = set(rng.integers(0, 40, rng.integers(0, 30)).tolist())
        more, fewer = (set(rng.integers(0, 40, 8).tolist()) for _ in range(2))
        hide, show = more - fewer, fewer
        now = NOTHING_HIDDEN.changed(sorted(several), []).changed(sorted(hide), sorted(show))
        expected = (several - show) | hide
        assert now.ids.tolist() == sorted(expected)
        asked = rng.integers(0, 60, 30)
        assert now.among(asked).tolist() == [int(one) in expected for one in asked]
        assert now.leaves(asked.tolist()) == [int(one) for one in asked if int(one) not in expected]
        assert len(now) == len(expected)
