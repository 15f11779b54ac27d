"""Groups of pairs: who is in which, and what a system has on each, worked out by hand."""

from __future__ import annotations

import pytest

from persrv.domain.dataset import Interaction
from persrv.evaluation.pairs import Pair
from persrv.evaluation.scoring import score
from persrv.evaluation.strata import COLD, by_stratum, strata_of

PAIRS = (
    Pair("cold", "Hello", frozenset({"a"})),
    Pair("cold", "new", frozenset({"a", "b"})),
    Pair("stranger", "hello", frozenset({"c"})),
    Pair("warm", "hello", frozenset({"a", "b"})),
    Pair("warm", "hi", frozenset({"a"})),
)
"""As a log has them, train below: `warm` has chosen for both of theirs, `cold` for the first, in other letters."""
TRAIN = (
    *(Interaction("cold", "other", f"d{row}") for row in range(COLD - 2)),
    Interaction("cold", "hELLO", "a"),
    *(Interaction("warm", "other", f"d{row}") for row in range(COLD - 3)),
    Interaction("warm", "hello", "b"),
    Interaction("warm", "hello", "c"),
    Interaction("warm", "hi", "a"),
)
RANKINGS = (("b", "a"), ("b", "a"), ("a", "b"), ("b", "c", "a"), ("a",))


@pytest.fixture
def strata():
    return strata_of(PAIRS, TRAIN)


def test_each_pair_is_in_the_groups_that_train_puts_it_in(strata):
    assert {name: places.tolist() for name, places in strata.places.items()} == {
        "cold-users": [0, 1, 2],  # 19 rows and none; 20 are enough
        "warm-users": [3, 4],
        "unseen-queries": [1],
        "seen-queries": [0, 2, 3, 4],
        "repeated-pairs": [0, 3, 4],
    }


def test_the_figures_of_a_group_are_those_of_its_pairs(strata):
    found = by_stratum(strata, PAIRS, RANKINGS, score(RANKINGS, PAIRS))
    cold = found["cold-users"]
    # M-MRR@20 of the pairs: 1/2, 1 + 1/2, 0; two people, the first with two pairs.
    assert (cold.pairs, cold.users) == (3, 2)
    assert cold.metrics["M-MRR@20"] == pytest.approx((1 + 0) / 2)
    assert cold.metrics_micro["M-MRR@20"] == pytest.approx(2 / 3)
    assert found["unseen-queries"].metrics["R@1"] == pytest.approx(1 / 2)


def test_what_was_chosen_before_for_the_same_is_taken_out_of_ranking_and_relevant(strata):
    residual = by_stratum(strata, PAIRS, RANKINGS, score(RANKINGS, PAIRS))["residual"]
    # Of the first pair and the last nothing new is relevant; of warm's "hello" a is, now at the first place.
    assert (residual.pairs, residual.users) == (3, 3)
    assert residual.metrics["M-MRR@20"] == pytest.approx((1.5 + 0 + 1) / 3)
    assert residual.metrics["M-MRR@1"] == pytest.approx((1 + 0 + 1) / 3)


def test_a_group_without_a_pair_has_no_figures():
    pairs, rankings = PAIRS[1:3], RANKINGS[1:3]
    found = by_stratum(strata_of(pairs, ()), pairs, rankings, score(rankings, pairs))
    assert (found["warm-users"].pairs, found["warm-users"].metrics) == (0, {})
    assert found["residual"].pairs == found["unseen-queries"].pairs == 2
