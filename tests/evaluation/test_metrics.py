"""Metrics against calculations by hand, and against ranx 0.3.21 (run once; its figures are below)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.evaluation.metrics import hit_ranks, hit_rate, mrr, multi_mrr, recall

# (ranking, relevant), and what ranx says of them.
RANX_PAIRS = [
    ([9, 11, 1, 3, 2, 4, 6, 7, 0, 10], [0, 1, 11]),
    ([7, 10, 4, 2, 9, 6, 11, 3, 0, 8], [6, 7, 11]),
    ([1, 0, 11, 2, 9, 5, 6, 4, 8, 10], [0, 6, 7, 11]),
    ([7, 3, 11, 8, 5, 9, 6, 1, 0, 10], [1, 8, 9]),
    ([7, 11, 9, 10, 0, 6, 4, 3, 1, 5], [0, 5, 6, 8, 9]),
]
RANX = {
    ("mrr", 3): [0.5, 1.0, 0.5, 0.0, 0.333333],
    ("mrr", 10): [0.5, 1.0, 0.5, 0.25, 0.333333],
    ("recall", 3): [0.666667, 0.333333, 0.5, 0.0, 0.2],
    ("recall", 10): [1.0, 1.0, 0.75, 1.0, 0.8],
    ("hit_rate", 3): [1.0, 1.0, 1.0, 0.0, 1.0],
    ("hit_rate", 10): [1.0, 1.0, 1.0, 1.0, 1.0],
}


@pytest.mark.parametrize(("metric", "k"), RANX)
def test_metrics_agree_with_ranx(metric, k):
    found = []
    for ranking, relevant in RANX_PAIRS:
        ranks = hit_ranks(ranking, relevant)
        value = {"mrr": mrr, "hit_rate": hit_rate}[metric](ranks, k) if metric != "recall" else None
        found.append(recall(ranks, k, len(relevant)) if value is None else value)
    assert found == pytest.approx(RANX[metric, k], abs=1e-6)


def test_ranks_count_from_one():
    assert hit_ranks(["a", "b", "c", "d"], {"a", "d", "not there"}).tolist() == [1, 4]


def test_m_mrr_sums_over_all_hits_in_the_top_k():
    ranks = hit_ranks("abcdef", "ace")  # ranks 1, 3, 5
    assert multi_mrr(ranks, 1) == 1.0
    assert multi_mrr(ranks, 4) == pytest.approx(1 + 1 / 3)
    assert multi_mrr(ranks, 5) == pytest.approx(1 + 1 / 3 + 1 / 5)


def test_a_hit_at_rank_k_counts_and_one_below_does_not():
    ranks = np.array([5])
    assert [metric(ranks, 5) for metric in (multi_mrr, mrr, hit_rate)] == [0.2, 0.2, 1.0]
    assert [metric(ranks, 4) for metric in (multi_mrr, mrr, hit_rate)] == [0.0, 0.0, 0.0]
    assert recall(ranks, 5, 2) == 0.5
    assert recall(ranks, 4, 2) == 0.0


def test_an_empty_ranking_scores_nothing():
    ranks = hit_ranks([], {"a"})
    assert multi_mrr(ranks, 20) == mrr(ranks, 20) == hit_rate(ranks, 20) == recall(ranks, 20, 1) == 0.0


def test_a_ranking_that_repeats_a_sticker_is_refused():
    with pytest.raises(ValueError, match="twice"):
        hit_ranks(["a", "b", "a"], {"a"})


@pytest.mark.parametrize("relevant", [0, 1])
def test_recall_is_refused_where_fewer_are_relevant_than_were_found(relevant):
    with pytest.raises(ValueError, match="not defined"):
        recall(np.array([1, 2]), 10, relevant)


@given(st.sets(st.integers(1, 30), min_size=1), st.integers(1, 30))
def test_the_metrics_stand_in_order(ranks, k):
    found = np.array(sorted(ranks))
    assert 0 <= mrr(found, k) <= multi_mrr(found, k) <= sum(1 / rank for rank in range(1, k + 1)) + 1e-12
    assert mrr(found, k) <= hit_rate(found, k)
    assert recall(found, k, len(found)) <= hit_rate(found, k)
    assert multi_mrr(found, k) <= multi_mrr(found, k + 1)
