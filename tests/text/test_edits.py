"""One slip of the finger."""

from hypothesis import given
from hypothesis import strategies as st

from persrv.text.edits import deletions, one_slip_apart

WORDS = st.text(alphabet="abc哭", max_size=7)


def test_each_kind_of_slip_is_one():
    assert one_slip_apart("hapy", "happy")
    assert one_slip_apart("happpy", "happy")
    assert one_slip_apart("hapoy", "happy")
    assert one_slip_apart("hapyp", "happy")
    assert one_slip_apart("心开", "开心")
    assert one_slip_apart("a", "")


def test_no_slip_and_two_slips_are_not_one():
    assert not one_slip_apart("happy", "happy")
    assert not one_slip_apart("hpy", "happy")
    assert not one_slip_apart("yhapp", "happy")
    assert not one_slip_apart("ab", "cd")


@given(WORDS, WORDS)
def test_it_is_the_restricted_distance_of_damerau(one, other):
    assert one_slip_apart(one, other) == (_distance(one, other) == 1)


@given(WORDS, WORDS)
def test_words_one_slip_apart_share_a_deletion(one, other):
    if one_slip_apart(one, other):
        assert set(deletions(one)) & set(deletions(other))


def _distance(one: str, other: str) -> int:
    """Optimal string alignment by the whole table, as textbooks have it."""
    table = [[max(i, j) if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]
