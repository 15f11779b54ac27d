"""Utility against a calculation by hand, against the paper's text in plain Python, and its laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.errors import ConfigurationError
from persrv.utility.clicks import NO_QUERY, Clicks, query_codes
from persrv.utility.utility import compute_utility
from persrv.utility.weights import UtilityWeights

WEIGHTS = UtilityWeights(popularity=0.5, users=0.3, queries=0.2, base=0.25)


def log(*rows):
    """Clicks from (user, query, sticker) rows."""
    return Clicks(
        np.array([row[0] for row in rows], dtype=np.int64),
        query_codes(row[1] for row in rows),
        np.array([row[2] for row in rows], dtype=np.int64),
    )


def paper(rows, n_stickers, weights):
    """Equations 1 to 5 as the paper's text has them, sticker by sticker and with sets."""
    pop = [len([row for row in rows if row[2] == s]) for s in range(n_stickers)]
    cross_user = [len({u for u, _, clicked in rows if clicked == s}) for s in range(n_stickers)]
    query = [len({q for _, q, clicked in rows if clicked == s and q}) for s in range(n_stickers)]
    total = [0.0] * n_stickers
    for w, counts in zip((weights.popularity, weights.users, weights.queries), (pop, cross_user, query), strict=True):
        u = [count + weights.base * (1 if count == 0 else 0) for count in counts]
        largest = max([1, *counts])
        total = [so_far + w * math.sqrt(value / largest) for so_far, value in zip(total, u, strict=True)]
    return total


def test_utility_by_hand():
    # Sticker 0: 4 clicks, 2 people, 3 queries. Sticker 1: 1 click, 1 person, 1 query. Sticker 2: none.
    found = compute_utility(log((7, "hi", 0), (7, "hi", 0), (7, "hello", 0), (9, "hey", 0), (9, "cat", 1)), 3, WEIGHTS)
    assert found.popularity.tolist() == [4, 1, 0]
    assert found.users.tolist() == [2, 1, 0]
    assert found.queries.tolist() == [3, 1, 0]
    assert found.values.dtype == np.float32
    assert found.values.tolist() == pytest.approx(
        [
            1.0,
            0.5 * 0.5 + 0.3 * 0.70710678 + 0.2 * 0.57735027,
            0.5 * 0.25 + 0.3 * 0.35355339 + 0.2 * 0.28867513,
        ]
    )


ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["", "a", "b", "c", "想哭"]), st.integers(0, 5)), max_size=30
)
SOME_WEIGHTS = st.builds(
    UtilityWeights, st.floats(0, 5), st.floats(0, 5), st.floats(0, 5), st.floats(0, 1, exclude_max=True)
)


@given(ROWS, SOME_WEIGHTS)
def test_utility_is_what_the_paper_says(rows, weights):
    found = compute_utility(log(*rows), 6, weights)
    assert found.values.tolist() == pytest.approx(paper(rows, 6, weights), rel=1e-6, abs=1e-6)


@given(ROWS, SOME_WEIGHTS, st.tuples(st.integers(0, 9), st.sampled_from(["", "a", "d"]), st.integers(0, 5)))
def test_one_more_click_never_lowers_that_sticker_and_never_raises_another(rows, weights, click):
    """The click may bring a new person, a new query, both or neither."""
    before = compute_utility(log(*rows), 6, weights).values
    after = compute_utility(log(*rows, click), 6, weights).values
    clicked = np.arange(6) == click[2]
    assert (after[clicked] >= before[clicked]).all()
    assert (after[~clicked] <= before[~clicked]).all()


@given(ROWS, SOME_WEIGHTS)
def test_a_sticker_without_clicks_never_beats_one_with_a_click(rows, weights):
    found = compute_utility(log(*rows), 6, weights)
    clicked = found.popularity > 0
    assert found.values[clicked].min(initial=np.inf) >= found.values[~clicked].max(initial=0.0)
    assert np.all(found.values[~clicked] == np.float32(found.unclicked))


def test_a_click_is_worth_more_than_none_with_the_default_weights():
    busy = [(user, f"query {user}", 0) for user in range(500)]
    found = compute_utility(log(*busy, (1, "", 1)), 3, UtilityWeights())
    assert found.values[0] > found.values[1] > found.values[2] > 0


def test_queries_that_look_the_same_are_one_query():
    found = compute_utility(log((1, "Happy", 0), (2, "happy ", 0), (3, "開心", 0), (4, "开心", 0)), 1, WEIGHTS)
    assert found.queries.tolist() == [2]


def test_a_click_without_words_counts_for_popularity_and_people_only():
    found = compute_utility(log((1, "", 0), (2, " \u200b", 0)), 1, WEIGHTS)
    assert (found.popularity[0], found.users[0], found.queries[0]) == (2, 2, 0)


def test_query_codes_number_the_normalised_forms_as_they_come():
    assert query_codes(["A", "b", "", "a", "\ufe0f"]).tolist() == [0, 1, NO_QUERY, 0, NO_QUERY]


def test_without_any_click_every_sticker_is_worth_the_base():
    found = compute_utility(log(), 3, WEIGHTS)
    assert found.values.tolist() == pytest.approx([0.5, 0.5, 0.5])  # (.5 + .3 + .2) x sqrt(.25)
    assert compute_utility(log(), 0, WEIGHTS).values.shape == (0,)


def test_clicks_on_unknown_stickers_are_left_out_and_counted():
    found = compute_utility(log((1, "a", -1), (1, "a", 3), (1, "a", 0)), 3, WEIGHTS)
    assert found.left_out == 2
    assert found.popularity.tolist() == [1, 0, 0]


def test_people_may_have_any_number():
    found = compute_utility(log((2**62, "a", 1), (-(2**62), "a", 1), (2**62, "a", 1)), 2, WEIGHTS)
    assert found.users.tolist() == [0, 2]


def test_a_sticker_that_is_newer_than_the_utility_counts_as_never_clicked():
    found = compute_utility(log((1, "a", 0)), 2, WEIGHTS)
    looked_up = found.lookup(np.array([0, 1, 2, -1, 10**9]))
    assert looked_up.dtype == np.float64
    assert looked_up.tolist() == [1.0, found.values[1], found.values[1], found.values[1], found.values[1]]


@pytest.mark.parametrize("base", [1.0, -0.1, math.nan])
def test_the_base_is_less_than_a_click(base):
    with pytest.raises(ConfigurationError, match="base"):
        UtilityWeights(base=base)


def test_every_wrong_weight_is_named_at_once():
    with pytest.raises(ConfigurationError) as caught:
        UtilityWeights(popularity=-1, users=math.inf, queries=math.nan, base=2)
    assert len(caught.value.problems) == 4


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        Clicks(np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(3, np.int64))


def test_fewer_than_no_stickers_are_refused():
    with pytest.raises(ValueError, match="fewer than none"):
        compute_utility(log(), -1, WEIGHTS)
