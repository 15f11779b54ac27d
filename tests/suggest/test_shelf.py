"""What answers need of the catalogue is held, and read anew once it may be another."""

import asyncio

import pytest

from persrv.domain.stickers import MediaState, Pack, PackKind, PackState, Sticker, StickerFormat
from persrv.suggest import Shelf


class Catalogue:
    """A few stickers and sets; `asked` says for what it was asked. `meanwhile` is called within the next question.

    The names are given while `go_on` is set; `reading` is set when somebody asks for them.
    """

    def __init__(self):
        self.live = {number: f"file {number}" for number in (1, 2, 3)}
        self.sets = {"cats": [2, 1]}
        self.asked = []
        self.meanwhile = lambda: None
        self.reading, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()

    def _note(self, what):
        self.asked.append(what)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        return meanwhile

    async def stickers(self, sticker_ids):
        meanwhile = self._note(list(sticker_ids))
        found = {one: self._sticker(one) for one in sticker_ids if one in self.live}
        meanwhile()
        return found

    async def pack_names(self):
        meanwhile = self._note("names")
        found = frozenset(self.sets)
        self.reading.set()
        await self.go_on.wait()
        meanwhile()
        return found

    async def packs_titled(self, key):
        self._note(key)
        return [Pack(7, key, key, PackKind.REGULAR, PackState.ACTIVE, None, None, None)]

    async def pack_stickers(self, pack_id):
        return [self._sticker(one) for one in self.sets["cats"] if one in self.live]

    async def is_empty(self):
        meanwhile = self._note("empty")
        found = not self.live
        meanwhile()
        return found

    def _sticker(self, one):
        return Sticker(one, f"u{one}", self.live[one], StickerFormat.STATIC, "", "cats", MediaState.STORED)


class History:
    """Orders of stickers. Asked for them it takes `seconds`, by the clock that the shelf has."""

    def __init__(self):
        self.orders = {"popular": [5, 4, 3, 2, 1], "newest": [1, 2, 3, 4, 5]}
        self.asked = []
        self.pass_time = lambda: None

    async def popular(self, limit):
        return await self._first("popular", limit)

    async def newest(self, limit):
        return await self._first("newest", limit)

    async def _first(self, name, limit):
        self.asked.append((name, limit))
        found = self.orders[name][:limit]
        await asyncio.sleep(0)
        self.pass_time()
        return found


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def catalogue():
    return Catalogue()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def history():
    return History()


@pytest.fixture
def shelf(catalogue, history, clock):
    return Shelf(catalogue, history, clock=clock)


async def test_only_what_is_not_held_is_read(shelf, catalogue):
    assert set(await shelf.stickers([3, 1])) == {3, 1}
    found = await shelf.stickers([2, 3, 99])
    assert {one: sticker.file_id for one, sticker in found.items()} == {2: "file 2", 3: "file 3"}
    assert set(await shelf.stickers([1, 2, 3])) == {1, 2, 3}
    assert catalogue.asked == [[3, 1], [2, 99]]


async def test_a_sticker_that_was_not_live_is_asked_for_again(shelf, catalogue):
    assert await shelf.stickers([4]) == {}
    catalogue.live[4] = "file 4"
    assert list(await shelf.stickers([4])) == [4]


async def test_a_change_that_the_bot_hears_of_counts_at_once(shelf, catalogue):
    await shelf.stickers([1, 2])
    assert await shelf.in_sets_called("dogs") == []
    del catalogue.live[1]
    catalogue.live[2], catalogue.sets["dogs"] = "another file", [2]
    shelf.changed()
    found = await shelf.stickers([1, 2])
    assert [sticker.file_id for sticker in found.values()] == ["another file"]
    assert await shelf.in_sets_called("dogs") == [2]


async def test_what_another_process_changed_counts_after_some_seconds(shelf, catalogue, clock):
    await shelf.stickers([1])
    assert await shelf.in_sets_called("dogs") == []
    assert not await shelf.is_empty()
    catalogue.live.clear()
    catalogue.live[4] = "file 4"
    catalogue.sets |= {"dogs": [], "cats": [4]}
    clock.now = 9.9
    assert list(await shelf.stickers([1])) == [1]
    clock.now = 10.0
    assert await shelf.stickers([1]) == {}
    assert await shelf.in_sets_called("dogs") == [4]
    assert not await shelf.is_empty()
    catalogue.live.clear()
    assert not await shelf.is_empty()
    clock.now = 20.0
    assert await shelf.is_empty()


async def test_what_changes_while_it_is_read_is_not_held(shelf, catalogue):
    catalogue.meanwhile = lambda: (catalogue.live.clear(), shelf.changed())
    assert list(await shelf.stickers([1])) == [1]
    assert await shelf.stickers([1]) == {}
    catalogue.live[2] = "file 2"
    catalogue.meanwhile = lambda: (catalogue.sets.update(dogs=[]), shelf.changed())
    assert await shelf.in_sets_called("dogs") == []
    assert await shelf.in_sets_called("dogs") == [2]
    catalogue.live.clear()
    catalogue.meanwhile = lambda: (catalogue.live.update({5: "file 5"}), shelf.changed())
    assert await shelf.is_empty()
    assert not await shelf.is_empty()


async def test_the_sets_of_a_name_are_read_in_their_order_and_others_are_not_asked_for(shelf, catalogue):
    assert await shelf.in_sets_called("cats") == [2, 1]
    assert await shelf.in_sets_called("cat") == []
    assert await shelf.in_sets_called("") == []
    assert catalogue.asked == ["names", "cats"]


async def test_whether_there_is_any_sticker_is_asked_once(shelf, catalogue):
    assert [await shelf.is_empty(), await shelf.is_empty()] == [False, False]
    assert catalogue.asked == ["empty"]


async def test_no_more_is_held_than_there_is_room_for_and_the_oldest_go_first(catalogue, history, clock):
    shelf = Shelf(catalogue, history, clock=clock, capacity=2)
    for one in (1, 2, 3, 3, 2, 1):
        assert list(await shelf.stickers([one])) == [one]
    assert catalogue.asked == [[1], [2], [3], [1]]


async def test_each_sticker_is_read_anew_when_its_own_time_is_over(shelf, catalogue, clock):
    await shelf.stickers([1, 2])
    clock.now = 6.0
    await shelf.stickers([1, 2, 3])
    clock.now = 10.0
    assert set(await shelf.stickers([1, 2, 3])) == {1, 2, 3}
    clock.now = 16.0
    assert set(await shelf.stickers([1, 2, 3])) == {1, 2, 3}
    assert catalogue.asked == [[1, 2], [3], [1, 2], [3]]


async def test_one_that_two_read_at_once_does_not_keep_older_ones(shelf, catalogue, clock):
    gates = [asyncio.Event(), asyncio.Event()]
    waiting, reading = iter(gates), catalogue.stickers

    async def slowly(sticker_ids):
        await next(waiting).wait()
        return await reading(sticker_ids)

    catalogue.stickers = slowly
    first = asyncio.create_task(shelf.stickers([1]))
    await asyncio.sleep(0)
    clock.now = 5.0
    second = asyncio.create_task(shelf.stickers([1]))
    await asyncio.sleep(0)
    gates[0].set()
    await first
    catalogue.stickers = reading
    clock.now = 2.0
    await shelf.stickers([2])
    gates[1].set()
    clock.now = 5.0
    await second
    clock.now = 12.0
    await shelf.stickers([1, 2])
    assert catalogue.asked[-1] == [2]


async def test_the_names_are_read_once_for_all_who_wait_for_them(shelf, catalogue):
    catalogue.go_on.clear()
    asked = [asyncio.create_task(shelf.in_sets_called(key)) for key in ("dogs", "cats", "birds")]
    await catalogue.reading.wait()
    catalogue.go_on.set()
    assert [await one for one in asked] == [[], [2, 1], []]
    assert catalogue.asked == ["names", "cats"]


async def test_while_one_reads_the_names_anew_others_go_by_the_old(shelf, catalogue, clock):
    assert await shelf.in_sets_called("dogs") == []
    catalogue.go_on.clear()
    catalogue.reading.clear()
    catalogue.sets["dogs"] = [3]
    clock.now = 7.9
    assert await shelf.in_sets_called("dogs") == []
    clock.now = 8.0
    first = asyncio.create_task(shelf.in_sets_called("dogs"))
    await catalogue.reading.wait()
    assert await shelf.in_sets_called("dogs") == []
    clock.now = 10.0
    late = asyncio.create_task(shelf.in_sets_called("dogs"))  # the old are too old now
    await asyncio.sleep(0.01)
    assert not late.done()
    catalogue.go_on.set()
    assert [await first, await late] == [[2, 1], [2, 1]]
    assert catalogue.asked.count("names") == 2
    clock.now = 15.9
    await shelf.in_sets_called("dogs")
    assert catalogue.asked.count("names") == 2


async def test_a_change_does_not_wait_for_names_that_are_being_read(shelf, catalogue):
    catalogue.go_on.clear()
    old = asyncio.create_task(shelf.in_sets_called("dogs"))
    await catalogue.reading.wait()
    catalogue.sets["dogs"] = [3]
    shelf.changed()
    new = asyncio.create_task(shelf.in_sets_called("dogs"))
    await asyncio.sleep(0.01)
    assert catalogue.asked == ["names", "names"]
    catalogue.go_on.set()
    assert [await old, await new] == [[], [2, 1]]


async def test_what_is_popular_is_asked_for_once_and_again_after_a_choice(shelf, history):
    assert [await shelf.popular(2), await shelf.popular(2), await shelf.popular(1)] == [[5, 4], [5, 4], [5]]
    history.orders["popular"] = [1, 5, 4, 3, 2]
    assert await shelf.popular(2) == [5, 4]
    shelf.choices_changed()
    assert await shelf.popular(2) == [1, 5]
    assert await shelf.popular(3) == [1, 5, 4]
    assert await shelf.popular(2) == [1, 5]
    assert history.asked == [("popular", 2), ("popular", 2), ("popular", 3)]


async def test_what_was_banned_is_not_popular(shelf, history):
    await shelf.popular(2)
    history.orders["popular"] = [4, 3]
    shelf.changed()
    assert await shelf.popular(2) == [4, 3]


async def test_a_new_set_is_the_newest_at_once(shelf, history):
    assert await shelf.newest(2) == [1, 2]
    history.orders["newest"] = [9, 1, 2]
    shelf.choices_changed()
    assert await shelf.newest(2) == [1, 2]
    shelf.changed()
    assert await shelf.newest(2) == [9, 1]


async def test_nobody_waits_for_a_long_reading_who_can_have_the_old(shelf, history, clock):
    def half_a_second():
        clock.now += 0.5

    history.pass_time = half_a_second
    assert await shelf.popular(1) == [5]
    history.orders["popular"] = [1]
    shelf.choices_changed()
    clock.now += 9.0 - 0.6  # 8.9 s old: as if it were read for one in twenty seconds
    history.pass_time = lambda: None
    assert await shelf.popular(1) == [5]
    await asyncio.sleep(0.01)  # read beside
    assert await shelf.popular(1) == [1]
    assert len(history.asked) == 2
    await shelf.close()
