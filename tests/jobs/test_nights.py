from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.nights import is_missed, last_night

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "began"),
    [
        ("2026-01-02 19:29", "2026-01-01 19:30"),  # 03:29 in Shanghai: tonight has not begun
        ("2026-01-02 19:30", "2026-01-02 19:30"),  # 03:30 on the dot
        ("2026-01-03 05:00", "2026-01-02 19:30"),
    ],
)
def test_the_night_begins_by_the_clocks_of_the_time_zone(now, began):
    assert last_night(utc(now), "03:30", SHANGHAI) == utc(began)


def test_a_night_in_an_hour_that_the_clocks_skip_still_comes_and_once():
    # In Berlin 2026-03-29 goes from 02:00 to 03:00 at 01:00 UTC; 02:30 is not on any clock.
    night = last_night(utc("2026-03-29 12:00"), "02:30", BERLIN)
    assert utc("2026-03-29 00:30") <= night <= utc("2026-03-29 01:30")
    assert not is_missed(night, utc("2026-03-29 23:00"), "02:30", BERLIN)


def test_a_night_in_an_hour_that_comes_twice_is_not_missed_after_the_first_time():
    # In Berlin 2026-10-25 02:30 is at 00:30 UTC and again at 01:30 UTC.
    first = utc("2026-10-25 00:30")
    assert last_night(utc("2026-10-25 00:45"), "02:30", BERLIN) == first
    assert not is_missed(first, utc("2026-10-25 01:45"), "02:30", BERLIN)


def test_a_bot_that_slept_through_a_night_has_missed_it_and_one_that_ran_has_not():
    ran = utc("2026-01-01 03:30") + timedelta(seconds=1)
    assert not is_missed(ran, utc("2026-01-02 03:29"), "03:30", "UTC")
    assert is_missed(ran, utc("2026-01-02 03:31"), "03:30", "UTC")
    assert is_missed(None, utc("2026-01-02 03:31"), "03:30", "UTC")


@given(st.integers(1_600_000_000, 1_900_000_000), st.sampled_from(["UTC", SHANGHAI, BERLIN]))
def test_the_last_night_is_never_ahead_and_never_more_than_a_day_and_a_clock_change_ago(moment, zone):
    now = datetime.fromtimestamp(moment, UTC)
    ago = now.timestamp() - last_night(now, "02:30", zone).timestamp()
    assert 0 <= ago <= 25 * 3600
