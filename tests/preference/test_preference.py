"""Preference against a calculation by hand and against the formula in plain Python."""

import math

import numpy as np
import pytest

from persrv.preference.preference import literal_preference, preference
from persrv.preference.profile import StyleProfile, fit_profile

SPACE = "test-space"


def profile(*centroids, radii=None):
    count = len(centroids)
    return StyleProfile(
        SPACE,
        np.array(centroids, dtype=np.float32),
        np.array(radii or [0.1] * count, dtype=np.float32),
        np.full(count, 1 / count, dtype=np.float32),
        choices=count,
        distinct=count,
    )


def test_the_nearest_style_counts_whatever_the_sticker_s_length():
    found = preference(profile([1, 0], [0, 1]), np.array([[3.0, 4.0], [50.0, 0.0], [-1.0, 0.5]]), space_id=SPACE)
    assert found.dtype == np.float64
    assert found.tolist() == pytest.approx([0.8, 1.0, 0.5 / math.sqrt(1.25)])


def test_what_is_opposite_to_every_style_is_not_preferred_and_not_punished():
    assert preference(profile([1, 0]), np.array([[-1.0, 0.0], [0.0, 1.0]]), space_id=SPACE).tolist() == [0.0, 0.0]


def test_preference_is_the_formula():
    """max(0, max over styles of cos), sticker by sticker, on a profile that was really fitted."""
    rng = np.random.default_rng(3)
    fitted = fit_profile(rng.standard_normal((30, 6)), space_id=SPACE)
    stickers = rng.standard_normal((40, 6)) * 7
    expected = []
    for sticker in stickers.tolist():
        length = math.sqrt(sum(number * number for number in sticker))
        cosines = [
            sum(a * b for a, b in zip(sticker, centroid, strict=True)) / length
            for centroid in fitted.centroids.tolist()
        ]
        expected.append(max(0.0, *cosines))
    assert preference(fitted, stickers, space_id=SPACE).tolist() == pytest.approx(expected, abs=1e-6)


def test_a_person_likes_what_is_near_to_their_choices_more_than_what_is_far():
    """Fitted and used in one space: the trap that the authors' code fell into."""
    rng = np.random.default_rng(5)
    liked, other = rng.standard_normal((2, 16))
    fitted = fit_profile(9 * (liked + 0.2 * rng.standard_normal((20, 16))), space_id=SPACE)
    near, far = preference(fitted, np.array([0.3 * liked, 80 * other]), space_id=SPACE)
    assert near > 0.9
    assert far < 0.6


def test_a_chosen_sticker_is_liked_in_full_when_it_is_the_only_one():
    vector = np.array([[0.2, -0.4, 0.1]])
    assert preference(fit_profile(vector, space_id=SPACE), vector, space_id=SPACE).tolist() == pytest.approx([1.0])


def test_the_gate_shuts_out_what_is_beyond_a_style_s_radius():
    person = profile([1, 0], [0, 1], radii=[0.5, 0.1])
    stickers = np.array([[0.8, 0.6], [0.6, 0.8], [0.0, 1.0]])  # distances .2, .4, 1 and .4, .2, 0
    assert preference(person, stickers, space_id=SPACE, gate=1.0).tolist() == pytest.approx([0.8, 0.6, 1.0])
    assert preference(person, stickers, space_id=SPACE, gate=0.5).tolist() == pytest.approx([0.8, 0.0, 1.0])
    assert preference(person, stickers, space_id=SPACE, gate=None).tolist() == pytest.approx([0.8, 0.8, 1.0])


@pytest.mark.parametrize("kernel", [preference, literal_preference])
@pytest.mark.parametrize("bad", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [-np.inf, 0.0]])
def test_a_sticker_without_a_style_is_not_preferred(kernel, bad):
    assert kernel(profile([1, 0]), np.array([bad, [0.6, 0.8]]), space_id=SPACE)[0] == 0.0


@pytest.mark.parametrize("kernel", [preference, literal_preference])
def test_a_person_without_history_prefers_nothing(kernel):
    assert kernel(None, np.ones((3, 2)), space_id=SPACE).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("kernel", [preference, literal_preference])
def test_no_stickers_have_no_preferences(kernel):
    assert kernel(profile([1, 0]), np.empty((0, 2)), space_id=SPACE).shape == (0,)


@pytest.mark.parametrize("kernel", [preference, literal_preference])
def test_spaces_are_never_mixed(kernel):
    with pytest.raises(ValueError, match="test-space"):
        kernel(profile([1, 0]), np.ones((1, 2)), space_id="another")
    with pytest.raises(ValueError, match="shape"):
        kernel(profile([1, 0]), np.ones((1, 3)), space_id=SPACE)


def test_the_literal_form_is_the_shortest_distance_and_favours_what_is_far():
    person = profile([1, 0], [0, 1])
    found = literal_preference(person, np.array([[5.0, 0.0], [-2.0, 0.0], [3.0, 4.0]]), space_id=SPACE)
    assert found.tolist() == pytest.approx([0.0, math.sqrt(2), math.dist((0.6, 0.8), (0, 1))])


def test_by_share_each_style_counts_as_much_as_the_person_uses_it():
    # Two styles along the axes, used six and four times of ten; by hand.
    profile = StyleProfile(
        "space",
        np.eye(2, dtype=np.float32),
        np.full(2, 0.1, dtype=np.float32),
        np.array([0.6, 0.4], dtype=np.float32),
        choices=10,
        distinct=2,
    )
    vectors = np.array([[1, 0], [0, 1], [0.8, 0.6], [-1, 0], [0.6, -0.8], [0, 0]], dtype=np.float32)
    liked = preference(profile, vectors, space_id="space", nearest=False)
    np.testing.assert_allclose(liked, [0.6, 0.4, 0.6 * 0.8 + 0.4 * 0.6, 0.0, 0.6 * 0.6, 0.0], atol=1e-6)
