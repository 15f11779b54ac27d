"""Style profiles: what is fitted, from good input and bad."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from persrv.preference.profile import RADIUS_FLOOR, fit_profile

SPACE = "test-space"


def around(direction, count, rng, spread=0.05):
    """`count` vectors of different lengths near a direction."""
    points = np.asarray(direction, dtype=float) + spread * rng.standard_normal((count, len(direction)))
    return points * rng.uniform(0.5, 20, (count, 1))


def fit(vectors, counts=None, **settings):
    return fit_profile(
        np.asarray(vectors, dtype=float), None if counts is None else np.array(counts), space_id=SPACE, **settings
    )


def test_one_style_by_hand():
    profile = fit([[2, 0], [0, 5]], k=1)
    assert profile.centroids.tolist() == [pytest.approx([0.5**0.5, 0.5**0.5])]
    assert profile.radii.tolist() == pytest.approx([1 - 0.5**0.5])
    assert profile.shares.tolist() == [1.0]
    assert (profile.space_id, profile.choices, profile.distinct) == (SPACE, 2, 2)
    assert profile.centroids.dtype == profile.radii.dtype == profile.shares.dtype == np.float32


def test_styles_that_lie_apart_are_found_and_the_most_used_comes_first():
    rng = np.random.default_rng(1)
    rare, usual = around([1, 0, 0], 10, rng), around([0, 1, 0], 30, rng)
    profile = fit(np.vstack([rare, usual]), k=2)
    assert profile.shares.tolist() == pytest.approx([0.75, 0.25])
    assert profile.centroids[0] @ [0, 1, 0] > 0.99
    assert profile.centroids[1] @ [1, 0, 0] > 0.99


def test_the_clusters_agree_with_lloyd_s_algorithm_written_from_the_text():
    """k-means by hand: assign to the nearest mean, move the means, until nothing changes."""
    rng = np.random.default_rng(2)
    vectors = np.vstack([around(direction, 12, rng) for direction in np.eye(4)[:3]])
    points = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    middles = points[[0, 12, 24]]
    for _ in range(50):
        nearest = np.argmin(((points[:, None] - middles) ** 2).sum(axis=2), axis=1)
        middles = np.array([points[nearest == cluster].mean(axis=0) for cluster in range(3)])
    expected = middles / np.linalg.norm(middles, axis=1, keepdims=True)
    radii = [max(RADIUS_FLOOR, 1 - (points[nearest == c] @ expected[c]).min()) for c in range(3)]
    profile = fit(vectors, k=3)
    found = sorted(zip(profile.centroids.round(5).tolist(), profile.radii.tolist(), strict=True))
    wanted = sorted(zip(expected.round(5).tolist(), radii, strict=True))
    for (centroid, radius), (true_centroid, true_radius) in zip(found, wanted, strict=True):
        assert centroid == pytest.approx(true_centroid, abs=2e-5)
        assert radius == pytest.approx(true_radius, abs=1e-5)


@pytest.mark.parametrize(("distinct", "styles"), [(1, 1), (2, 2), (4, 4), (5, 5), (6, 5), (40, 5)])
def test_there_are_as_many_styles_as_different_stickers_but_at_most_five(distinct, styles):
    profile = fit(np.random.default_rng(distinct).standard_normal((distinct, 16)))
    assert profile.centroids.shape == (styles, 16)
    assert profile.distinct == distinct


def test_a_sticker_sent_a_hundred_times_is_one_point_but_a_larger_share():
    points = np.eye(3)
    profile = fit(points, [100, 1, 1], k=1)
    assert profile.centroids.tolist() == [pytest.approx([3**-0.5] * 3)]
    profile = fit(points, [1, 97, 2], k=3)
    assert profile.shares.tolist() == pytest.approx([0.97, 0.02, 0.01])
    assert profile.centroids[0].tolist() == [0, 1, 0]
    assert profile.choices == 100


def test_the_same_sticker_in_two_rows_is_one_point():
    once = fit([[1, 0], [0, 1], [1, 1]], [2, 1, 1], k=1)
    twice = fit([[1, 0], [0, 1], [1, 1], [3, 0]], k=1)
    assert twice.centroids.tolist() == once.centroids.tolist()
    assert twice.distinct == 3


def test_one_choice_is_one_style_with_the_least_radius():
    profile = fit([[0, 3, 4]])
    assert profile.centroids.tolist() == [pytest.approx([0, 0.6, 0.8])]
    assert profile.radii.tolist() == pytest.approx([RADIUS_FLOOR])
    assert profile.shares.tolist() == [1.0]


def test_identical_choices_are_one_style():
    profile = fit(np.tile([0.1, 0.2, 0.3], (20, 1)) * np.arange(1, 21)[:, None])
    assert profile.centroids.shape == (1, 3)
    assert (profile.choices, profile.distinct) == (20, 1)


def test_nearly_identical_choices_do_not_break_the_clustering():
    rng = np.random.default_rng(4)
    profile = fit(np.array([1.0, 2.0, 3.0]) + 3e-5 * rng.standard_normal((40, 3)))
    assert np.isfinite(profile.centroids).all()
    assert profile.shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("bad", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 0.0]])
def test_a_choice_without_a_style_is_left_out(bad):
    assert fit([bad]) is None
    profile = fit([[1.0, 0.0], bad], [2, 50])
    assert profile.centroids.tolist() == [[1.0, 0.0]]
    assert (profile.choices, profile.distinct) == (2, 1)


def test_nothing_chosen_gives_no_profile():
    assert fit(np.empty((0, 32))) is None


def test_opposite_choices_still_give_a_direction():
    profile = fit([[1, 0], [-1, 0]], k=1)
    assert np.linalg.norm(profile.centroids[0]) == pytest.approx(1)
    assert profile.radii.tolist() == pytest.approx([2.0])


def test_very_large_and_very_small_numbers_keep_their_direction():
    profile = fit([[3e200, 4e200], [3e-200, 4e-200]])
    assert profile.centroids.tolist() == [pytest.approx([0.6, 0.8])]


@given(
    hnp.arrays(np.float32, st.tuples(st.integers(1, 25), st.just(4)), elements=st.floats(-5, 5, width=16)),
    st.integers(0, 3),
)
def test_every_profile_is_well_formed_and_does_not_depend_on_the_order_of_the_rows(vectors, seed):
    counts = 1 + np.arange(len(vectors)) % 3
    profile = fit_profile(vectors, counts, space_id=SPACE, seed=seed)
    usable = (vectors != 0).any(axis=1)
    if not usable.any():
        assert profile is None
        return
    assert 1 <= len(profile.centroids) <= min(5, profile.distinct)
    assert np.linalg.norm(profile.centroids, axis=1) == pytest.approx(1, abs=1e-5)
    assert (profile.radii >= np.float32(RADIUS_FLOOR)).all()
    assert profile.shares.sum() == pytest.approx(1, abs=1e-5)
    assert profile.shares.tolist() == sorted(profile.shares.tolist(), reverse=True)
    assert profile.choices == counts[usable].sum()
    backwards = fit_profile(vectors[::-1], counts[::-1], space_id=SPACE, seed=seed)
    assert backwards.centroids.tolist() == profile.centroids.tolist()
    assert backwards.shares.tolist() == profile.shares.tolist()


def test_every_choice_lies_within_the_radius_of_a_style():
    vectors = np.random.default_rng(8).standard_normal((60, 8))
    profile = fit(vectors)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert ((1 - unit @ profile.centroids.T) <= profile.radii + 1e-5).any(axis=1).all()


@pytest.mark.parametrize(
    ("vectors", "counts", "k"),
    [(np.zeros(3), None, 5), (np.ones((2, 3)), [1], 5), (np.ones((2, 3)), [1, 0], 5), (np.ones((2, 3)), None, 0)],
)
def test_what_does_not_fit_is_refused(vectors, counts, k):
    with pytest.raises(ValueError, match="wants vectors"):
        fit(vectors, counts, k=k)
