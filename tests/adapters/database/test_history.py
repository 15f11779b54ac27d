"""What the history promises (`persrv.ports.storage.HistoryStore`); forgetting has its own file."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from persrv.adapters.database.history import SqlHistoryStore
from persrv.adapters.database.tables import interactions, users
from persrv.domain.history import Person
from persrv.domain.trials import Compared, Trial


async def languages(database) -> dict[int, str]:
    async with database.read() as connection:
        return {row.id: row.language for row in await connection.execute(select(users))}


async def count_choices(database) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(interactions))).scalar_one()


# Impressions


async def test_an_impression_comes_back_as_it_was(history, an_impression):
    shown = an_impression("00000000000000aa", query="想哭 😭")
    await history.record_impressions([shown, an_impression("00000000000000bb")])
    assert await history.impression("00000000000000aa") == shown
    assert await history.impression("unknown") is None


async def test_what_was_tried_out_in_an_impression_comes_back_and_is_told_to_its_person(history, an_impression):
    tried = replace(
        an_impression("00000000000000aa"), trial=Trial(Compared("persrv-plus", "persrv"), teams="sr-", explored=2)
    )
    plain = an_impression("00000000000000bb")
    await history.record_impressions([tried, plain])
    await history.record_impressions([replace(tried, served=3, trial=Trial())])  # the second page says it no more
    assert await history.impression(tried.id) == replace(tried, served=3)
    assert await history.impression(plain.id) == plain
    assert [shown.trial for shown in (await history.record_of(7)).impressions] == [tried.trial, plain.trial]


async def test_an_impression_that_is_known_only_has_its_served_raised(history, an_impression):
    shown = an_impression("00000000000000aa", served=2)
    await history.record_impressions([shown])
    await history.record_impressions([replace(shown, served=3, query="other", sticker_ids=())])
    await history.record_impressions([replace(shown, served=1)])
    assert await history.impression(shown.id) == replace(shown, served=3)
    await history.record_impressions([])


async def test_one_batch_may_name_an_impression_twice(history, an_impression):
    shown = an_impression("00000000000000aa")
    await history.record_impressions([replace(shown, served=n) for n in (1, 3, 2)])
    assert (await history.impression(shown.id)).served == 3


async def test_seen_is_what_was_served_and_what_was_chosen_each_once(history, ids, a_choice, an_impression):
    assert (await history.seen()).tolist() == []
    one, two, three = ids["c1"], ids["c2"], ids["c3"]
    shown = an_impression("00000000000000aa", served=1)
    await history.record_impressions([replace(shown, sticker_ids=(two, one, three))])
    assert (await history.seen()).tolist() == [two]
    await history.record_impressions([replace(shown, id="bb", sticker_ids=(two, 10**6), served=2)])  # never was one
    await history.record_choice(a_choice(7, three))
    await history.record_choice(a_choice(8, three))
    assert (await history.seen()).tolist() == [two, three]


async def test_seen_is_read_in_parts(history, ids, an_impression):
    shown = [replace(an_impression(f"{number:016x}"), sticker_ids=(ids["c1"],), served=1) for number in range(250)]
    await history.record_impressions([*shown, replace(shown[0], id="last", sticker_ids=(ids["c3"],))])
    assert (await history.seen()).tolist() == [ids["c1"], ids["c3"]]


# Choices


async def test_a_choice_is_kept_with_all_that_it_says(database, history, ids, a_choice, at):
    choice = replace(a_choice(7, ids["c1"], "哈哈 HA", minute=5), position=13)
    assert await history.record_choice(choice) is True
    async with database.read() as connection:
        row = (await connection.execute(select(interactions))).one()
    assert (row.key, row.user_id, row.sticker_id, row.position) == (choice.key, 7, ids["c1"], 13)
    assert (row.query, row.query_key, row.impression_id) == ("哈哈 HA", "哈哈 ha", choice.impression_id)
    assert row.chosen_at == at(5)


async def test_a_choice_that_telegram_delivers_again_counts_once(database, queue, history, ids, a_choice):
    choice = a_choice(7, ids["c1"])
    assert await history.record_choice(choice) is True
    await queue.done(await queue.waiting(10))
    assert await history.record_choice(choice) is False
    assert await count_choices(database) == 1
    assert await queue.waiting(10) == {}


async def test_a_choice_delivered_many_times_at_once_counts_once(database, second_database, history, ids, a_choice):
    elsewhere = SqlHistoryStore(second_database)
    choices = [a_choice(7, ids["c1"], key=f"42:{n}") for n in range(5)]
    told = await asyncio.gather(
        *(store.record_choice(choice) for choice in choices for store in (history, elsewhere) * 3)
    )
    assert sum(told) == 5
    assert await count_choices(database) == 5


async def test_a_choice_of_an_unknown_sticker_is_kept_out(database, history, ids, a_choice):
    assert await history.record_choice(a_choice(7, 999)) is False
    assert await count_choices(database) == 0
    assert await languages(database) == {}


async def test_a_choice_of_a_sticker_that_is_no_longer_live_is_kept(catalogue, history, ids, a_choice):
    await catalogue.retire_pack("cats", "gone")
    assert await history.record_choice(a_choice(7, ids["c1"])) is True
    assert await history.recent(7, 5) == []


async def test_a_choice_queues_its_sticker(queue, history, ids, a_choice):
    await queue.done(await queue.waiting(10))
    await history.record_choice(a_choice(7, ids["c2"]))
    assert list(await queue.waiting(10)) == [ids["c2"]]


async def test_a_naive_moment_is_refused_and_nothing_is_written(database, history, ids, a_choice):
    choice = a_choice(7, ids["c1"])
    with pytest.raises(ValueError, match="naive"):
        await history.record_choice(replace(choice, chosen_at=choice.chosen_at.replace(tzinfo=None)))
    assert await count_choices(database) == 0


# People


async def test_a_person_is_noted_with_the_last_language_that_was_told(database, history, ids, a_choice):
    await history.note_person(Person(7, "en"))
    await history.note_person(Person(8))
    await history.record_choice(a_choice(7, ids["c1"], language="zh"))
    await history.record_choice(a_choice(9, ids["c1"], language="fr"))
    await history.note_person(Person(7))
    assert await languages(database) == {7: "zh", 8: "", 9: "fr"}


# Orders


async def test_recents_are_each_once_and_latest_first(history, ids, a_choice):
    c1, c2, c3 = ids["c1"], ids["c2"], ids["c3"]
    for minute, sticker_id in enumerate([c1, c2, c3, c1]):
        await history.record_choice(a_choice(7, sticker_id, minute=minute))
    await history.record_choice(a_choice(8, c2, minute=99))
    assert await history.recent(7, 10) == [c1, c3, c2]
    assert await history.recent(7, 2) == [c1, c3]
    assert await history.recent(7, 0) == []
    assert await history.recent(6, 10) == []


async def test_recents_of_one_moment_come_in_the_order_they_were_written(history, ids, a_choice):
    c1, c2, c3 = ids["c1"], ids["c2"], ids["c3"]
    for minute, sticker_id in ((2, c1), (2, c2), (1, c1), (2, c3), (1, c2)):
        await history.record_choice(a_choice(7, sticker_id, minute=minute))
    assert await history.recent(7, 10) == [c3, c2, c1]


async def test_most_used_is_by_count_then_latest_then_the_lower_id(catalogue, history, ids, a_choice, a_pack, at):
    c1, c2, c3 = ids["c1"], ids["c2"], ids["c3"]
    await catalogue.save_pack(a_pack("dogs", "d1"), at=at(0))
    d1 = (await catalogue.sticker_by_identity("d1")).id
    for minute, sticker_id in ((9, d1), (1, c3), (2, c3), (5, c2), (5, c1)):
        await history.record_choice(a_choice(7, sticker_id, minute=minute))
    assert await history.most_used(7, 10) == [c3, d1, c1, c2]
    assert await history.most_used(7, 1) == [c3]
    assert await history.most_used(8, 10) == []


async def test_popular_is_by_people_then_times_then_the_lower_id(catalogue, history, a_choice, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1", "c2", "c3", "c4", "never"), at=at(0))
    one, two, three, four = 1, 2, 3, 4
    chosen = {one: [7, 7, 7], two: [7, 8], three: [7, 8, 8], four: [7, 7, 7]}
    for sticker_id, people in chosen.items():
        for user_id in people:
            await history.record_choice(a_choice(user_id, sticker_id))
    assert await history.popular(10) == [three, two, one, four]
    assert await history.popular(2) == [three, two]


async def test_newest_is_the_pack_fetched_last_in_its_order_and_each_sticker_once(catalogue, history, a_pack, at):
    async def identity_of(numbers) -> list[str]:
        found = await catalogue.stickers(numbers)
        return [found[number].file_unique_id for number in numbers]

    await catalogue.save_pack(a_pack("cats", "c2", "c1"), at=at(5))
    await catalogue.save_pack(a_pack("dogs", "d1", "c1"), at=at(9))
    await catalogue.save_pack(a_pack("same", "s1"), at=at(5))
    await catalogue.save_pack(a_pack("gone", "g1"), at=at(20))
    await catalogue.retire_pack("gone", "gone")
    await catalogue.request_pack("soon", requested_by=None, progress_chat=None)
    assert await identity_of(await history.newest(10)) == ["d1", "c1", "s1", "c2"]
    assert await identity_of(await history.newest(3)) == ["d1", "c1", "s1"]
    assert await history.newest(0) == []


async def test_only_live_stickers_are_suggested_from_history(catalogue, history, ids, a_choice):
    await history.record_choice(a_choice(7, ids["c1"]))
    await catalogue.retire_pack("cats", "gone")
    assert await history.recent(7, 5) == []
    assert await history.most_used(7, 5) == []
    assert await history.popular(5) == []
    assert await history.newest(5) == []
    await catalogue.request_pack("cats", requested_by=None, progress_chat=None)
    assert await history.recent(7, 5) == [ids["c1"]]


async def test_a_person_is_known_with_their_language_until_they_are_forgotten(history):
    assert await history.person(7) is None
    await history.note_person(Person(7, "zh-hans"))
    assert await history.person(7) == Person(7, "zh-hans")
    await history.forget(7)
    assert await history.person(7) is None
