import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from persrv.domain.trials import Compared, Credits, Explored, Team, Wins
from persrv.domain.usage import DayOfUse, Stock, Use, sum_up
from persrv.domain.work import Coverage, Task
from persrv.suggest.usage import UsageTeller

BERLIN = ZoneInfo("Europe/Berlin")


class Store:
    """A `UsageStore` that counts moments; each query got one page, each choice stood at the second place."""

    def __init__(self, shown=(), chosen=()):
        self.shown = list(shown)
        self.chosen = list(chosen)
        self.page = None
        self.mixed = {}
        self.credited = []
        self.tried_out = Explored()

    async def between(self, edges, *, page):
        self.page = page
        stretches = list(itertools.pairwise(edges))
        queries = [sum(begin <= moment < end for moment in self.shown) for begin, end in stretches]
        choices = [sum(begin <= moment < end for _, moment in self.chosen) for begin, end in stretches]
        return [Use(query, query, choice, 2 * choice) for query, choice in zip(queries, choices, strict=True)]

    async def choosers(self, since, until):
        return len({person for person, moment in self.chosen if since <= moment < until})

    async def interleaved(self):
        return self.mixed

    async def credits(self):
        return self.credited

    async def explored(self):
        return self.tried_out


class Catalogue:
    async def packs(self):
        return ["a", "b"]

    async def count_stickers(self):
        return 8


class Semantics:
    async def coverage(self, task):
        return {Task.OCR: Coverage(6, 4, 0), Task.CAPTION: Coverage(6, 0, 0)}[task]


@pytest.fixture
def teller():
    with ThreadPoolExecutor(1) as executor:

        def make(store, *, zone=UTC, kept_days=0):
            return UsageTeller(
                usage=store,
                catalogue=Catalogue(),
                semantics=Semantics(),
                painter=None,
                executor=executor,
                zone=ZoneInfo("UTC") if zone is UTC else zone,
                kept_days=kept_days,
            )

        yield make


def moment(day, hour=12, month=3):
    return datetime(2026, month, day, hour, tzinfo=UTC)


async def test_thirty_days_end_with_today_and_seven_of_them_are_told_apart(teller):
    store = Store(
        shown=[moment(31), moment(31, 0), moment(25, 0), moment(24, 23), moment(2, 0), moment(1, 23)],
        chosen=[(7, moment(31)), (7, moment(30)), (8, moment(24)), (9, moment(1))],
    )
    told = await teller(store).tell(moment(31, 13))
    assert [told.days[0].day, told.days[-1].day] == [date(2026, 3, 2), date(2026, 3, 31)]
    assert len(told.days) == 30
    short, long = told.periods
    assert (short.days, short.use.queries, short.use.choices, short.people) == (7, 3, 2, 1)
    assert (long.days, long.use.queries, long.use.choices, long.people) == (30, 5, 3, 2)
    assert long.use.place == 2.0
    assert not told.idle


async def test_a_day_is_one_of_the_bots_time_zone_also_when_the_clocks_change(teller):
    # In Berlin the 29th of March 2026 has 23 hours: from 23:00 to 22:00 in UTC.
    inside = [moment(28, 23), moment(29, 21)]
    told = await teller(Store(shown=[moment(28, 22), *inside, moment(29, 22)]), zone=BERLIN).tell(moment(30))
    by_day = {one.day.day: one.use.queries for one in told.days}
    assert (by_day[28], by_day[29], by_day[30]) == (1, 2, 1)


async def test_where_queries_are_erased_earlier_than_choices_their_share_is_of_the_days_that_have_both(teller):
    store = Store(
        shown=[moment(31), moment(31), moment(20), moment(15)],
        chosen=[(7, moment(31)), (7, moment(20)), (7, moment(10))],
    )
    told = await teller(store, kept_days=12).tell(moment(31, 13))
    long = told.periods[-1]
    assert long.use.choices == 3
    assert long.use.queries == 3  # the 15th is past its days, whether the night has been there or not
    assert long.click_through == 2 / 3


async def test_coverage_is_a_share_of_all_live_stickers(teller):
    told = await teller(Store()).tell(moment(31))
    assert told.stock == Stock(packs=2, stickers=8, read=4, described=0)
    assert told.stock.share(told.stock.read) == 0.5
    assert told.idle
    assert Stock(0, 0, 0, 0).share(0) is None


async def test_an_answer_holds_as_many_stickers_as_the_bot_sends_in_one(teller):
    store = Store()
    await teller(store).tell(moment(31))
    assert store.page == 50


def test_shares_and_places_are_means_over_all_choices_not_over_days():
    start = date(2026, 3, 1)
    uses = (Use(10, 10, 1, 1), Use(10, 11, 3, 27), Use(0, 0, 4, 4))
    period = sum_up([DayOfUse(start + timedelta(days=number), use) for number, use in enumerate(uses)], 5)
    assert period.use == Use(20, 21, 8, 32)
    assert period.click_through == 4 / 20
    assert period.use.place == 4.0


async def test_comparisons_are_told_apart_and_the_one_with_most_answers_first(teller):
    store = Store()
    now, before = Compared("persrv-plus", "persrv"), Compared("persrv", "persrv-plus")
    store.mixed = {before: 3, now: 40}
    store.credited = [
        *(Credits(now, serving=2, first=Team.SERVING), Credits(before, rival=1, first=Team.RIVAL)),
        *(Credits(now, rival=1, first=Team.RIVAL), Credits(now, neither=1)),
    ]
    first, second = (await teller(store).tell(moment(31))).comparisons
    assert (first.compared, first.answers, first.wins, first.p) == (now, 40, Wins(1, 1, 1), 1.0)
    assert first.credits == Credits(now, 2, 1, 1)
    assert (second.compared, second.wins) == (before, Wins(rival=1))


async def test_nothing_is_told_of_trials_where_there_was_none(teller):
    told = await teller(Store()).tell(moment(31))
    assert (told.comparisons, told.explored) == ((), None)
    store = Store()
    store.tried_out = Explored(shown=5, chosen=1)
    assert (await teller(store).tell(moment(31))).explored == Explored(5, 1)
