from telegram import InlineQuery, Update, User

from bot.line import WaitingLine

MEI, ALEX = User(1, "Mei", False), User(2, "Alex", False)


def asks(number, person=MEI):
    return Update(number, inline_query=InlineQuery(str(number), person, "笑", ""))


def emptied(line):
    return [line.pop().update_id for _ in range(len(line))]


def test_a_newer_query_takes_the_place_of_the_one_that_the_same_person_waits_for():
    line = WaitingLine()
    left_out = [line.push(update) for update in (asks(1), asks(2, ALEX), Update(3), asks(4), asks(5))]
    assert [None if update is None else update.update_id for update in left_out] == [None, None, None, 1, 4]
    assert emptied(line) == [5, 2, 3]


def test_a_query_that_is_older_by_its_number_is_left_out_though_it_came_last():
    line = WaitingLine()
    line.push(asks(9))
    assert line.push(asks(8)).update_id == 8
    assert line.push(asks(9)).update_id == 9
    assert emptied(line) == [9]


def test_whoever_had_their_turn_waits_at_the_end_again():
    line = WaitingLine()
    for update in (asks(1), asks(2, ALEX)):
        line.push(update)
    assert line.pop().update_id == 1
    assert line.push(asks(3)) is None
    assert emptied(line) == [2, 3]
    assert line.push(asks(4)) is None
    assert emptied(line) == [4]


def test_what_is_no_query_keeps_its_order():
    line = WaitingLine()
    for update in (Update(2), Update(1), Update(1)):
        assert line.push(update) is None
    assert emptied(line) == [2, 1, 1]
