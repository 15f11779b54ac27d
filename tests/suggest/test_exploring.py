"""Who is given a place: the best of those below the first page that nobody has seen."""

import numpy as np
import pytest

from persrv.domain.suggestions import Ranked, Reason
from persrv.errors import StorageError
from persrv.suggest.exploring import REMEMBERED, Explorer


class Store:
    """What a `HistoryStore` tells of seen stickers."""

    def __init__(self, *seen):
        self.ids = np.array(seen, dtype=np.int64)
        self.asked = 0

    async def seen(self):
        self.asked += 1
        return self.ids


class Broken(Store):
    async def seen(self):
        raise StorageError("The disk has failed.")


def ranking(*ids):
    return tuple(Ranked(sticker_id, Reason.SEARCH) for sticker_id in ids)


def ids_of(places):
    return [place.sticker_id for place in places]


def explored(explorer, ranked, *, below=4, place=2, person=7, seed=1):
    return ids_of(explorer.explore(ranked, below=below, place=place, person=person, seed=seed))


EIGHT = ranking(10, 11, 12, 13, 14, 15, 16, 5000)


@pytest.fixture
async def explorer():
    explorer = Explorer(Store(10, 11, 12, 14), share=0.2)
    await explorer.load()
    return explorer


async def test_the_best_that_nobody_has_seen_is_taken_from_below_the_first_page(explorer):
    # 13 was never seen, but is on the first page anyway.
    assert explored(explorer, EIGHT) == [10, 11, 15, 12, 13, 14, 16, 5000]


@pytest.mark.parametrize("sticker_id", range(1020, 1030))
async def test_new_stickers_may_have_any_number(sticker_id):
    explorer = Explorer(Store(), share=0.2)
    await explorer.load()
    explorer.note([sticker_id])
    ranked = ranking(1, 2, 3, 4, sticker_id, sticker_id + 1)
    assert explored(explorer, ranked)[2] == sticker_id + 1


async def test_one_that_was_shown_is_seen_and_the_next_has_its_turn_with_somebody_else(explorer):
    assert explored(explorer, EIGHT)[2] == 15
    explorer.note([15, 16])
    assert explored(explorer, EIGHT, person=8)[2] == 5000
    explorer.note([5000])
    assert explored(explorer, EIGHT, person=9) == ids_of(EIGHT)


async def test_the_same_answer_has_the_same_sticker_again_also_after_it_was_shown(explorer):
    before = explored(explorer, EIGHT)
    explorer.note(before)
    assert explored(explorer, EIGHT) == before
    assert explored(explorer, EIGHT, seed=2) == ids_of(EIGHT)  # another query, or the next day
    explorer.forget(7)
    assert explored(explorer, EIGHT) == ids_of(EIGHT)


async def test_what_is_remembered_is_bounded(explorer):
    for person in range(REMEMBERED + 50):
        explored(explorer, EIGHT, person=person)
    assert len(explorer._given) == REMEMBERED


async def test_without_a_place_or_a_second_page_nothing_changes(explorer):
    assert explored(explorer, EIGHT, place=None) == ids_of(EIGHT)
    assert explored(explorer, EIGHT, below=8) == ids_of(EIGHT)
    assert explored(explorer, ()) == []


async def test_nothing_is_explored_before_what_was_seen_is_known_or_where_it_cannot_be_read(caplog):
    late = Explorer(Store(), share=0.2)
    assert explored(late, EIGHT) == ids_of(EIGHT)
    late.note([14])  # shown while it is being read
    await late.load()
    assert explored(late, EIGHT)[2] == 15

    broken = Explorer(Broken(), share=0.2)
    await broken.load()
    assert explored(broken, EIGHT) == ids_of(EIGHT)
    assert "no new one is tried out: The disk has failed." in caplog.text


async def test_switched_off_it_reads_and_keeps_nothing():
    store = Store(10)
    off = Explorer(store)
    await off.load()
    off.note([10**6])
    assert (store.asked, len(off._seen)) == (0, 1024)
    assert explored(off, EIGHT) == ids_of(EIGHT)
