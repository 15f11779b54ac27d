"""Diffusion, against calculations by hand, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from persrv.recall.diffusion import diffuse, lending_of

SHARES = st.one_of(st.just(0.0), st.floats(0.01, 1.0))


def lent(*rows):
    """Row borrows from column."""
    return lending_of(sparse.csr_array(np.array(rows, dtype=np.float32)))


def scored(found, lending, weight):
    """Sticker -> its score afterwards."""
    ids, own, borrowed = diffuse(found, lending, weight)
    before = dict(zip(found[0].tolist(), found[1].tolist(), strict=True))
    mine = np.array([before.get(sticker, 0.0) for sticker in ids.tolist()])
    return dict(zip(ids.tolist(), (mine * own + borrowed).tolist(), strict=True))


def test_lending_by_hand():
    ids, own, borrowed = diffuse((np.array([0, 1]), np.array([0.8, 0.2])), lent([0, 0.5, 0], [0, 0, 0], [0.5, 0, 0]), 2)
    # 0 keeps 1 / (1 + 2 x .5) and borrows 2 x .5 x .2 of that, 1 has nobody, 2 joins with what 0 lends.
    assert ids.tolist() == [0, 1, 2]
    assert own.tolist() == pytest.approx([0.5, 1.0, 0.5])
    assert borrowed.tolist() == pytest.approx([0.1, 0.0, 0.4])


@given(
    alike=st.lists(st.lists(SHARES, min_size=6, max_size=6), min_size=6, max_size=6),
    scores=st.lists(st.floats(0, 1), min_size=3, max_size=3),
    weight=st.floats(0, 5),
)
def test_it_is_a_mean_and_who_has_nobody_keeps_their_score(alike, scores, weight):
    before = {0: scores[0], 2: scores[1], 5: scores[2]}
    after = scored((np.array([0, 2, 5]), np.array(scores)), lent(*alike), weight)
    assert before.keys() <= after.keys()
    assert min(after.values()) >= 0
    assert max(after.values()) <= max(scores) + 1e-6
    for sticker, now in after.items():
        if not any(alike[sticker]):
            assert now == pytest.approx(before.get(sticker, 0.0))


def test_with_a_weight_of_1_at_most_nobody_outranks_whom_they_alone_borrow_from():
    after = scored((np.array([0]), np.array([0.7])), lent([0, 0.9, 0.9], [0.9, 0, 0.9], [0.9, 0.9, 0]), 1.0)
    assert max(after.values()) == after[0]


def test_two_that_are_the_same_score_the_same_where_each_counts_as_much():
    after = scored((np.array([0, 1]), np.array([1.0, 0.0])), lent([0, 1], [1, 0]), 1.0)
    assert after == pytest.approx({0: 0.5, 1: 0.5})


def test_a_sticker_newer_than_what_was_learnt_lends_nothing_and_is_kept():
    after = scored((np.array([0, 9]), np.array([1.0, 0.5])), lent([0, 1], [1, 0]), 0.5)
    assert after == pytest.approx({0: 1 / 1.5, 1: 0.5 / 1.5, 9: 0.5})
