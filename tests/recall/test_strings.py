"""Strings in one piece: as a list and a walk over it have them."""

from hypothesis import given
from hypothesis import strategies as st

from persrv.recall.strings import Sorted, Strings

TEXTS = st.lists(st.text("ab笑😂\ud800\uffff\U0010fffe", max_size=4), max_size=12)


@given(TEXTS)
def test_each_comes_back_by_its_number(texts):
    strings = Strings(texts)
    assert [strings[number] for number in range(len(strings))] == texts


@given(TEXTS, st.text("ab笑😂\ud800\uffff\U0010fffe", max_size=4), st.integers(1, 12), st.data())
def test_equal_ones_and_those_that_begin_so_are_those_of_a_walk_over_all(texts, wanted, limit, data):
    numbers = sorted(data.draw(st.sets(st.integers(0, len(texts) - 1)))) if texts else []
    found = Sorted(Strings(texts), numbers)
    assert found.equal(wanted, limit) == [number for number in numbers if texts[number] == wanted][:limit]
    longer = [number for number in numbers if texts[number].startswith(wanted) and texts[number] != wanted]
    assert found.beginning(wanted, limit) == longer[:limit]


def test_of_many_equal_ones_the_first_are_found_and_no_more_than_asked_for():
    found = Sorted(Strings(["a", "ab", "b", "a", "a", "ab"]), range(6))
    assert [found.equal("a", limit) for limit in (1, 2, 5)] == [[0], [0, 3], [0, 3, 4]]
    assert [found.beginning("a", limit) for limit in (1, 5)] == [[1], [1, 5]]


def test_it_takes_a_fraction_of_what_as_many_strings_take():
    texts = [f"字{number}" for number in range(1000)]
    strings = Strings(texts)
    held = len(strings._text) + strings._ends.itemsize * len(strings._ends)
    assert held < sum(text.__sizeof__() for text in texts) / 5
