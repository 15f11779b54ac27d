"""Whose packs are whose: what every store keeps, then what the database does beside it."""

from __future__ import annotations

import pytest

from persrv.adapters.database.bans import SqlBanStore
from persrv.adapters.database.own_packs import SqlOwnPackStore
from persrv.domain.moderation import Banned
from persrv.domain.own_packs import OwnPacks
from persrv.ports.fakes import InMemoryOwnPackStore


@pytest.fixture(params=["fake", "sql"])
def store(request, database):
    return InMemoryOwnPackStore() if request.param == "fake" else SqlOwnPackStore(database)


@pytest.fixture
def own(database):
    return SqlOwnPackStore(database)


@pytest.fixture
async def dogs(catalogue, a_pack, ids, at):
    """Two stickers of another pack, which came later: their row numbers by identity."""
    saved = await catalogue.save_pack(a_pack("dogs", "d1", "d2"), at=at(1))
    return {sticker.file_unique_id: sticker.id for sticker in await catalogue.pack_stickers(saved.pack.id)}


async def test_what_a_person_wants_is_kept_until_they_want_another_thing_however_often_they_say_it(store):
    assert await store.modes() == {}
    for _ in range(2):
        await store.keep_mode(7, OwnPacks.ONLY)
    await store.keep_mode(2**52, OwnPacks.PREFER)
    assert await store.modes() == {7: OwnPacks.ONLY, 2**52: OwnPacks.PREFER}
    await store.keep_mode(7, OwnPacks.PREFER)
    assert (await store.modes())[7] is OwnPacks.PREFER
    for _ in range(2):
        await store.keep_mode(7, OwnPacks.OFF)
    assert await store.modes() == {2**52: OwnPacks.PREFER}


async def test_whoever_added_and_chose_nothing_has_no_own_packs(store, ids):
    assert await store.stickers_of(7) == []


async def test_a_pack_is_own_for_everybody_who_added_it_not_only_for_the_first(own, catalogue, ids):
    await catalogue.request_pack("cats", requested_by=7, progress_chat=None)
    await catalogue.request_pack("CATS", requested_by=8, progress_chat=None)
    await catalogue.request_pack("cats", requested_by=8, progress_chat=None)
    await catalogue.request_pack("cats", requested_by=None, progress_chat=None)  # the night
    assert await own.stickers_of(7) == await own.stickers_of(8) == list(ids.values())
    assert await own.stickers_of(9) == []


async def test_one_choice_makes_a_whole_pack_own_and_the_newer_pack_is_first(own, history, ids, dogs, a_choice):
    await history.record_choice(a_choice(7, dogs["d2"]))
    await history.record_choice(a_choice(7, dogs["d2"]))
    assert await own.stickers_of(7) == list(dogs.values())
    await history.record_choice(a_choice(7, ids["c3"]))
    assert await own.stickers_of(7) == [*dogs.values(), *ids.values()]


async def test_a_sticker_that_two_sets_have_makes_both_own_and_is_told_once(
    own, catalogue, history, ids, a_pack, a_choice, at
):
    await catalogue.save_pack(a_pack("mixed", "c1", "m1"), at=at(1))
    await history.record_choice(a_choice(7, ids["c1"]))
    found = await own.stickers_of(7)
    assert len(found) == len(set(found)) == 4
    assert set(ids.values()) < set(found)


async def test_retired_packs_and_whatever_is_banned_stay_out(
    own, catalogue, database, history, ids, dogs, a_choice, at
):
    bans = SqlBanStore(database)
    for sticker in (ids["c1"], dogs["d1"]):
        await history.record_choice(a_choice(7, sticker))
    await bans.ban(Banned.sticker("c2"), by=1, at=at(2))
    assert await own.stickers_of(7) == [*dogs.values(), ids["c1"], ids["c3"]]
    await bans.ban(Banned.pack("dogs"), by=1, at=at(2))
    assert await own.stickers_of(7) == [ids["c1"], ids["c3"]]
    await catalogue.retire_pack("cats", "gone")
    assert await own.stickers_of(7) == []
    await bans.unban(Banned.pack("dogs"))
    assert await own.stickers_of(7) == list(dogs.values())


async def test_it_is_told_with_ones_data_and_erased_with_it(own, catalogue, history, ids):
    for user_id in (7, 8):
        await catalogue.request_pack("cats", requested_by=user_id, progress_chat=None)
        await own.keep_mode(user_id, OwnPacks.ONLY)
    record = await history.record_of(8)
    assert (record.sets, record.own_packs) == (("cats",), OwnPacks.ONLY)
    await history.forget(8)
    record = await history.record_of(8)
    assert (record.sets, record.own_packs) == ((), OwnPacks.OFF)
    assert await own.stickers_of(8) == []
    assert await own.modes() == {7: OwnPacks.ONLY}
    assert await own.stickers_of(7) == list(ids.values())
