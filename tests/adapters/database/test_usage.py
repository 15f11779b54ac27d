"""What /stats counts, against counts by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from persrv.adapters.database.usage import SqlUsageStore
from persrv.domain.usage import Use


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
