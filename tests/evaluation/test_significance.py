"""Who is compared with whom, and in which direction; the tests themselves are in test_paired."""

from __future__ import annotations

import pytest

from persrv.evaluation.pairs import Pair
from persrv.evaluation.scoring import TABLE_METRICS, score
from persrv.evaluation.significance import best_baseline, compare

PAIRS = tuple(Pair(user, query, frozenset({"a"})) for user, query in ("u1", "u2", "u3", "v1", "w1"))
FIRST, SECOND, NEVER = ("a", "b"), ("b", "a"), ("b", "c")
OURS = score((FIRST, FIRST, SECOND, NEVER, SECOND), PAIRS)
THEIRS = score((SECOND, SECOND, SECOND, SECOND, SECOND), PAIRS)


def test_the_best_baseline_is_the_best_by_user_and_of_equals_the_first():
    # By pair (0.6) OURS is better than THEIRS (0.5), by user ((5/6 + 0 + 1/2) / 3) it is not.
    assert best_baseline({"bm25": OURS, "global-pop": THEIRS, "persrv": OURS}) == "global-pop"
    assert best_baseline({"user-pop": THEIRS, "global-pop": THEIRS, "bm25": THEIRS}) == "global-pop"
    assert best_baseline({"persrv": OURS, "persrv-plus": OURS}) is None


def test_a_system_is_compared_with_the_baseline_in_every_metric_of_the_table():
    found = compare({"persrv": OURS, "bm25": THEIRS}, "persrv", "bm25", seed=1)
    assert [each.metric for each in found] == list(TABLE_METRICS)
    assert {(each.system, each.baseline, each.n) for each in found} == {("persrv", "bm25", 5)}


def test_better_is_above_zero_and_the_difference_by_user_is_that_of_the_table():
    found = {each.metric: each for each in compare({"persrv": OURS, "bm25": THEIRS}, "persrv", "bm25", seed=1)}
    main = found["M-MRR@20"]
    assert (main.win, main.tie, main.loss) == (2, 2, 1)
    assert main.difference == pytest.approx((0.5 + 0.5 + 0 - 0.5 + 0) / 5)
    assert main.by_user == pytest.approx((1 / 3 - 0.5 + 0) / 3)
    assert main.low <= main.by_user <= main.high
    assert (found["R@1"].win, found["R@1"].loss) == (2, 0)
    backwards = {each.metric: each for each in compare({"persrv": THEIRS, "bm25": OURS}, "persrv", "bm25", seed=1)}
    assert (backwards["M-MRR@20"].win, backwards["M-MRR@20"].loss) == (1, 2)
    assert backwards["M-MRR@20"].p == pytest.approx(main.p)


def test_one_pair_is_too_few_to_test():
    one = score((FIRST,), PAIRS[:1])
    assert compare({"persrv": one, "bm25": one}, "persrv", "bm25", seed=1) == ()
