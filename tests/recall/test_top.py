"""The best k in a total order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from persrv.recall.top import top

rows = st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.0000000000000002, 7.0]), max_size=40)


@given(rows, st.integers(-2, 45), st.randoms(use_true_random=False))
def test_it_is_what_sorting_everything_gives(values, k, random):
    ids = random.sample(range(1000), len(values))
    expected = sorted(range(len(values)), key=lambda place: (-values[place], ids[place]))[: max(k, 0)]
    found = top(np.array(values, dtype=np.float64), np.array(ids, dtype=np.int64), k)
    assert found.tolist() == expected


def test_among_equals_the_lower_id_comes_first_wherever_it_stands():
    scores, ids = np.array([1.0, 2.0, 1.0, 1.0]), np.array([30, 40, 10, 20], dtype=np.int64)
    assert ids[top(scores, ids, 3)].tolist() == [40, 10, 20]


def test_a_longer_list_begins_with_the_shorter_one():
    rng = np.random.default_rng(3)
    scores, ids = rng.integers(0, 5, 500).astype(float), rng.permutation(500)
    whole = top(scores, ids, 500).tolist()
    assert all(top(scores, ids, k).tolist() == whole[:k] for k in range(0, 500, 37))
