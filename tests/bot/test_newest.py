from telegram import InlineQuery, Update, User

from bot.newest import NewestQueries

MEI, ALEX = User(1, "Mei", False), User(2, "Alex", False)


def asks(number, person=MEI):
    return Update(number, inline_query=InlineQuery(str(number), person, "笑", ""))


def test_what_a_person_asked_before_is_not_wanted_and_what_others_asked_is():
    newest = NewestQueries()
    first, others, second = asks(1), asks(2, ALEX), asks(3)
    wanted = [newest.wanted(update) for update in (first, others, second)]
    newest.arrived(first)
    newest.arrived(others)
    assert [ask() for ask in wanted] == [True, True, True]
    newest.arrived(second)
    assert [ask() for ask in wanted] == [False, True, True]


def test_the_update_with_the_highest_number_is_the_newest_though_it_came_first():
    newest = NewestQueries()
    newest.arrived(asks(9))
    newest.arrived(asks(8))
    assert newest.wanted(asks(9))()
    assert not newest.wanted(asks(8))()


def test_an_update_that_comes_twice_is_wanted_twice():
    newest = NewestQueries()
    newest.arrived(asks(5))
    newest.arrived(asks(5))
    newest.done(asks(5))
    assert newest.wanted(asks(5))()
    assert len(newest) == 1


def test_nothing_is_kept_of_who_does_not_wait_and_numbers_may_begin_anew():
    newest = NewestQueries()
    for update in (asks(70), asks(71), asks(72, ALEX), Update(73)):
        newest.arrived(update)
    for update in (asks(71), asks(70), asks(72, ALEX), Update(73)):
        newest.done(update)
    assert len(newest) == 0
    newest.arrived(asks(3))
    assert newest.wanted(asks(3))()
