from bot.allowances import DAY, PEOPLE, Allowance, DailyCount


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_so_many_times_in_a_window_that_slides_and_each_person_has_their_own():
    clock = Clock()
    allowance = Allowance(2, 60.0, clock)
    assert [allowance.take(1), allowance.take(1), allowance.take(1), allowance.take(2)] == [True, True, False, True]
    clock.now += 59.9
    assert not allowance.take(1)
    clock.now += 0.1
    assert [allowance.take(1), allowance.take(1), allowance.take(1)] == [True, True, False]


def test_zero_is_no_limit():
    assert all(Allowance(0, 60.0).take(1) for _ in range(1000))


def test_several_are_taken_at_once_or_none_of_them():
    clock = Clock()
    allowance = Allowance(10, 60.0, clock)
    assert [allowance.take(1, 6), allowance.take(1, 5), allowance.take(1, 4), allowance.take(1, 0)] == [
        True,
        False,
        True,
        True,
    ]
    clock.now += 60.0
    assert allowance.take(1, 10)


def test_what_is_given_back_can_be_taken_again_the_latest_first():
    clock = Clock()
    allowance = Allowance(10, 60.0, clock)
    assert allowance.take(1, 6)
    clock.now += 30.0
    assert allowance.take(1, 4)
    allowance.give_back(1, 7)
    assert [allowance.take(1, 8), allowance.take(1, 7), allowance.take(1)] == [False, True, False]
    clock.now += 30.0  # the three that are left of the first are past their time
    assert [allowance.take(1, 4), allowance.take(1, 3)] == [False, True]


def test_more_than_was_taken_cannot_be_given_back():
    allowance = Allowance(2, 60.0, Clock())
    allowance.give_back(1, 5)
    assert allowance.take(1)
    allowance.give_back(1, 5)
    assert [allowance.take(1, 3), allowance.take(1, 2)] == [False, True]


def test_the_memory_is_bounded_and_who_came_longest_ago_starts_anew():
    allowance = Allowance(1, 60.0, Clock())
    assert allowance.take(0)
    assert all(allowance.take(user_id) for user_id in range(1, PEOPLE + 1))
    assert allowance.take(0)  # the oldest was dropped
    assert not allowance.take(PEOPLE)


def test_a_daily_count_is_each_persons_own_and_begins_anew_at_midnight():
    now = 10 * DAY - 1
    count = DailyCount(2, lambda: now)
    assert [count.take(1) for _ in range(3)] == [True, True, False]
    assert count.take(2)
    now += 2
    assert [count.take(1) for _ in range(3)] == [True, True, False]
