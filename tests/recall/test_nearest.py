"""The nearest vectors against a comparison of everything with everything in float64."""

from __future__ import annotations

import numpy as np
import pytest

from persrv.recall.nearest import ExactNearest

MOST = 50


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module", params=["clustered", "alike in few dimensions", "in no direction more than another"])
def vectors(request):
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(6_000, 64))
    if request.param == "clustered":
        return unit(rng.normal(size=(300, 64))[rng.integers(0, 300, 6_000)] + 0.5 * noise)
    return unit(noise * (0.8 ** np.arange(64) if "few" in request.param else 1.0))


def exactly(vectors, asked, most):
    cosines = vectors.astype(np.float64) @ asked.astype(np.float64)
    rows = np.sort(np.argsort(-cosines, kind="stable")[:most])
    return rows, cosines[rows]


def test_it_finds_the_nearest_of_all_and_their_cosines(vectors):
    nearest = ExactNearest(vectors[200:])
    for asked in vectors[:200]:
        rows, cosines = nearest.find(asked, MOST)
        expected, exact = exactly(vectors[200:], asked, MOST)
        assert rows.tolist() == expected.tolist()
        assert cosines == pytest.approx(exact, abs=1e-6)


def test_several_at_once_find_what_each_does(vectors):
    nearest = ExactNearest(vectors[200:])
    rows, cosines = nearest.find_each(vectors[:200], MOST)
    for place, asked in enumerate(vectors[:200]):
        one, near = nearest.find(asked, MOST)
        assert rows[place].tolist() == one.tolist()
        assert cosines[place] == pytest.approx(near, abs=1e-6)


@pytest.mark.parametrize("count", [10, 6_000])
def test_what_is_not_finite_is_near_to_nothing_and_all_may_be_asked_for(vectors, count):
    some = vectors[:count].copy()
    some[3] = np.nan
    nearest = ExactNearest(some)
    rows, cosines = nearest.find(vectors[0], count)
    assert rows.tolist() == list(range(count))
    assert cosines[3] == pytest.approx(0.0, abs=1e-6)
    assert cosines[0] == pytest.approx(1.0, abs=1e-6)
