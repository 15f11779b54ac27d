import pytest

from bot.broadcasting import PEOPLE_A_SECOND
from bot.pace import LONGEST_PAUSE, Pace


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(20, clock)


def wait(pace, clock):
    left = pace.left
    clock.now += left
    return left


def test_the_bot_writes_to_well_below_what_telegram_takes():
    assert PEOPLE_A_SECOND <= 20


def test_the_first_goes_at_once_and_a_hundred_take_five_seconds(pace, clock):
    sent_at = []
    for _ in range(101):
        wait(pace, clock)
        sent_at.append(clock.now)
        pace.step()
    assert sent_at[0] == 100.0
    assert sent_at[-1] == pytest.approx(105.0)
    assert all(later - earlier > 0.0499 for earlier, later in zip(sent_at, sent_at[20:], strict=False))


def test_time_that_was_not_used_is_not_caught_up_on(pace, clock):
    pace.step()
    clock.now += 60
    assert wait(pace, clock) == 0.0
    pace.step()
    assert wait(pace, clock) == pytest.approx(0.05)


def test_the_pause_that_telegram_asks_for_is_kept_to_however_long(pace, clock):
    pace.step()
    pace.asked_to_rest(300)
    pace.step()
    assert pace.left == 300


def test_pauses_while_telegram_is_out_of_reach_double_up_to_a_minute_and_begin_anew_after(pace, clock):
    pauses = []
    for _ in range(8):
        pace.step()
        pace.stumbled()
        pauses.append(wait(pace, clock))
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE]
    pace.reached()
    pace.stumbled()
    assert wait(pace, clock) == 1
