"""Who can be written to, and that nobody is tried twice."""

from __future__ import annotations

import asyncio

import pytest

from persrv.adapters.database.bans import SqlBanStore
from persrv.adapters.database.broadcasts import SqlBroadcastStore
from persrv.domain.broadcasts import BroadcastState, Delivery, Tally
from persrv.domain.moderation import Banned

ADMIN = 1


@pytest.fixture
def store(database):
    return SqlBroadcastStore(database)


@pytest.fixture
async def chats(store):
    """The admin's and five people's."""
    for user_id in (ADMIN, 11, 12, 13, 14, 15):
        await store.note_chat(user_id)


async def started(store, at):
    draft = await store.draft(ADMIN, 70, at=at(0))
    assert await store.start(draft.id, told_in=71)
    return draft.id


async def taken(store, broadcast_id):
    found = []
    while (person := await store.next_person(broadcast_id)) is not None:
        found.append(person)
        await store.note(broadcast_id, person, Delivery.SENT)
    return found


async def test_the_audience_is_everybody_with_an_open_chat_but_the_admin_and_the_banned(store, chats, database, at):
    bans = SqlBanStore(database)
    await store.note_chat(11)  # again
    assert await store.count_audience(ADMIN) == 5
    await bans.ban(Banned.person(12), by=ADMIN, at=at(0))
    await bans.ban(Banned.pack("13"), by=ADMIN, at=at(0))  # a set of that name
    assert await store.count_audience(ADMIN) == 4
    assert await store.count_audience(99) == 5
    assert await taken(store, await started(store, at)) == [11, 13, 14, 15]


async def test_who_has_blocked_the_bot_is_left_alone_until_they_write_to_it_again(store, chats, at):
    broadcast_id = await started(store, at)
    assert await store.next_person(broadcast_id) == 11
    await store.note(broadcast_id, 11, Delivery.BLOCKED)
    assert await store.count_audience(ADMIN) == 4
    assert (await store.tally(broadcast_id)).blocked == 1
    await store.note_chat(11)
    assert await store.count_audience(ADMIN) == 5


async def test_each_is_tried_once_and_whoever_came_later_not_at_all(store, chats, at):
    broadcast_id = await started(store, at)
    await store.note_chat(16)
    assert await taken(store, broadcast_id) == [11, 12, 13, 14, 15]
    assert await store.tally(broadcast_id) == Tally(sent=5)


async def test_two_who_take_at_the_same_time_never_take_the_same_person(store, chats, second_database, at):
    other = SqlBroadcastStore(second_database)
    broadcast_id = await started(store, at)
    found = await asyncio.gather(*(one.next_person(broadcast_id) for one in (store, other) * 3))
    assert sorted(person for person in found if person is not None) == [11, 12, 13, 14, 15]


async def test_who_was_being_tried_when_it_broke_off_is_unsure_and_not_tried_again(store, chats, at):
    broadcast_id = await started(store, at)
    await store.next_person(broadcast_id)
    assert await store.tally(broadcast_id) == Tally(waiting=5)
    assert await store.break_off() == 1
    assert await taken(store, broadcast_id) == [12, 13, 14, 15]
    assert await store.tally(broadcast_id) == Tally(sent=4, unsure=1)
    assert await store.break_off() == 0


async def test_who_is_to_wait_is_tried_again(store, chats, at):
    broadcast_id = await started(store, at)
    await store.note(broadcast_id, await store.next_person(broadcast_id), Delivery.WAITING)
    assert await taken(store, broadcast_id) == [11, 12, 13, 14, 15]


async def test_a_draft_is_started_once_and_a_newer_one_takes_its_place(store, chats, at):
    first = await store.draft(ADMIN, 70, at=at(0))
    others = await store.draft(2, 70, at=at(0))
    second = await store.draft(ADMIN, 72, at=at(1))
    assert await store.known(first.id) is None
    assert second.id not in {first.id, others.id}
    assert await store.known(others.id) == others
    assert await store.under_way() is None
    assert await store.start(second.id, told_in=73)
    assert not await store.start(second.id, told_in=74)
    assert (await store.under_way()).told_in == 73
    third = await store.draft(ADMIN, 75, at=at(2))
    assert (await store.known(second.id)).state is BroadcastState.SENDING
    assert third.id != second.id


async def test_a_draft_that_is_stopped_is_gone_and_what_is_being_sent_goes_to_nobody_else(store, chats, at):
    draft = await store.draft(ADMIN, 70, at=at(0))
    assert await store.stop(draft.id) is BroadcastState.DRAFT
    assert await store.known(draft.id) is None
    assert await store.stop(draft.id) is None
    broadcast_id = await started(store, at)
    assert broadcast_id != draft.id  # the old preview's buttons stay dead
    await store.note(broadcast_id, await store.next_person(broadcast_id), Delivery.SENT)
    assert await store.stop(broadcast_id) is BroadcastState.SENDING
    assert await store.next_person(broadcast_id) is None
    assert (await store.under_way()).state is BroadcastState.STOPPED
    assert await store.tally(broadcast_id) == Tally(waiting=4, sent=1)


async def test_what_is_over_is_forgotten_with_whoever_got_it(store, chats, at, history):
    broadcast_id = await started(store, at)
    await taken(store, broadcast_id)
    assert (await history.record_of(11)).broadcasts_to == (Delivery.SENT,)
    assert (await history.record_of(ADMIN)).broadcasts_by == (at(0),)
    await store.put_away(broadcast_id)
    assert await store.known(broadcast_id) is None
    assert await store.tally(broadcast_id) == Tally()
    assert (await history.record_of(11)).broadcasts_to == ()


async def test_a_forgotten_person_has_no_chat_and_gets_nothing(store, chats, at, history):
    broadcast_id = await started(store, at)
    assert (await history.record_of(12)).private_chat is True
    await history.forget(12)
    assert (await history.record_of(12)).private_chat is None
    assert await taken(store, broadcast_id) == [11, 13, 14, 15]


async def test_a_forgotten_admins_broadcasts_end(store, chats, at, history):
    broadcast_id = await started(store, at)
    await store.draft(ADMIN, 80, at=at(1))
    await history.forget(ADMIN)
    assert await store.next_person(broadcast_id) is None
    assert await store.under_way() is None
    assert (await history.record_of(ADMIN)).broadcasts_by == ()
