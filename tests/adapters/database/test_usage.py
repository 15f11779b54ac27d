"""What /stats counts, against counts by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from persrv.adapters.database.usage import SqlUsageStore
from persrv.domain.trials import Compared, Credits, Explored, Team, Trial
from persrv.domain.usage import Use

S, R = Team.SERVING, Team.RIVAL


@pytest.fixture
def usage(database):
    return SqlUsageStore(database)


@pytest.fixture
def shown(an_impression, at):
    def make(number, minute, served, user_id=7):
        return replace(an_impression(f"{number:016x}", user_id, served=served), shown_at=at(minute))

    return make


async def test_queries_pages_choices_and_places_are_counted_by_stretch(usage, history, ids, a_choice, shown, at):
    await history.record_impressions([shown(1, 0, 1), shown(2, 9.99, 50), shown(3, 10, 51), shown(4, 19, 150)])
    sticker = ids["c1"]
    for minute, position in ((1, 0), (2, 4), (10, 0)):
        await history.record_choice(replace(a_choice(7, sticker, minute=minute), position=position))

    found = await usage.between([at(0), at(10), at(20), at(30)], page=50)

    # Places count from 1: 0 and 4 are the first and the fifth.
    assert found == [
        Use(queries=2, answers=2, choices=2, places=6),
        Use(queries=2, answers=5, choices=1, places=1),
        Use(),
    ]


async def test_what_is_outside_of_the_edges_is_not_counted(usage, history, ids, a_choice, shown, at):
    await history.record_impressions([shown(1, -0.01, 10), shown(2, 10, 10)])
    for minute in (-0.01, 10):
        await history.record_choice(a_choice(7, ids["c1"], minute=minute))
    assert await usage.between([at(0), at(10)], page=50) == [Use()]
    assert await usage.choosers(at(0), at(10)) == 0


async def test_people_who_chose_are_counted_once(usage, history, ids, a_choice, at):
    for user_id, minute in ((7, 0), (7, 1), (8, 2), (9, 20)):
        await history.record_choice(a_choice(user_id, ids["c1"], minute=minute))
    assert await usage.choosers(at(0), at(10)) == 2
    assert await usage.choosers(at(0), at(30)) == 3


async def test_a_naive_moment_is_refused(usage, at):
    with pytest.raises(ValueError, match="naive"):
        await usage.between([at(0), at(1).replace(tzinfo=None)], page=50)


# Trials


async def test_a_choice_counts_for_the_place_it_was_served_at_once_for_each_query_of_each_person(
    usage, history, ids, a_choice, an_impression
):
    now, before = Compared("persrv-plus", "persrv"), Compared("persrv", "persrv-plus")
    mixed = [
        replace(an_impression(f"{number:016x}"), trial=Trial(compared, teams))
        for number, compared, teams in ((1, now, "srsr-"), (2, now, "rs"), (3, before, "rs"))
    ]
    await history.record_impressions([*mixed, an_impression(f"{4:016x}")])
    for impression, user_id, query, position in (
        *((1, 7, "笑", 0), (1, 7, "笑", 2), (2, 7, "笑", 0), (1, 7, "哭", 4)),  # 2 for s and 1 for r; 1 for neither
        *((2, 8, "笑", 0), (3, 8, "笑", 0)),
        *((4, 9, "笑", 0), (5, 9, "笑", 0), (1, 9, "哭", 70)),  # nothing compared; erased; beyond the ranking
    ):
        choice = a_choice(user_id, ids["c1"], query)
        await history.record_choice(replace(choice, impression_id=f"{impression:016x}", position=position))

    assert await usage.interleaved() == {now: 2, before: 1}
    found = sorted(await usage.credits(), key=str)
    assert found == sorted(
        [
            *(Credits(now, 2, 1, first=S), Credits(now, neither=1), Credits(now, rival=1, first=R)),
            *(Credits(before, rival=1, first=R), Credits(now, neither=1)),
        ],
        key=str,
    )


async def test_a_persons_query_is_won_by_whose_pick_was_chosen_first_whatever_is_chosen_later(
    usage, history, ids, a_choice, an_impression
):
    compared = Compared("persrv-plus", "persrv")
    await history.record_impressions([replace(an_impression(f"{1:016x}"), trial=Trial(compared, "-srsr"))])

    async def chosen(*positions, user_id):
        for position in positions:
            await history.record_choice(
                replace(a_choice(user_id, ids["c1"]), impression_id=f"{1:016x}", position=position)
            )
        return {each.first for each in await usage.credits()}

    assert await chosen(0, user_id=7) == {None}
    assert await chosen(2, user_id=7) == {R}
    assert await chosen(1, 3, 3, user_id=7) == {R}
    assert await chosen(1, 2, user_id=8) == {R, S}


async def test_an_explored_place_counts_once_it_was_served(usage, history, ids, a_choice, an_impression):
    served = [replace(an_impression(f"{number:016x}", served=2), trial=Trial(explored=number)) for number in (0, 1, 2)]
    await history.record_impressions([*served, an_impression(f"{9:016x}")])
    for impression, position in ((0, 0), (1, 0), (9, 0)):
        choice = a_choice(7, ids["c1"])
        await history.record_choice(replace(choice, impression_id=f"{impression:016x}", position=position))
    assert await usage.explored() == Explored(shown=2, chosen=1)


async def test_nothing_was_tried_out_in_plain_impressions(usage, history, ids, a_choice, an_impression):
    await history.record_impressions([an_impression("0123456789abcdef")])
    await history.record_choice(a_choice(7, ids["c1"]))
    assert (await usage.interleaved(), await usage.credits(), await usage.explored()) == ({}, [], Explored())


async def test_what_came_of_trials_goes_with_the_impressions(usage, history, ids, a_choice, an_impression, at):
    compared = Compared("persrv-plus", "persrv")
    for number, user_id in ((1, 7), (2, 8)):
        shown = replace(an_impression(f"{number:016x}", user_id), trial=Trial(compared, "sr-", explored=1))
        await history.record_impressions([shown])
        await history.record_choice(replace(a_choice(user_id, ids["c1"]), impression_id=shown.id))
    await history.forget(7)
    assert (await usage.interleaved(), await usage.credits()) == (
        {compared: 1},
        [Credits(compared, serving=1, first=S)],
    )
    assert await usage.explored() == Explored(shown=1, chosen=0)
    await history.expire(impressions=at(1), choices=None)
    assert (await usage.interleaved(), await usage.credits(), await usage.explored()) == ({}, [], Explored())
