import numpy as np
import pytest

from persrv.preference.space import SAMPLE, fit_space


def catalogue(stickers=200, width=50, seed=3):
    """Vectors of columns with different means and spreads that depend on each other."""
    rng = np.random.default_rng(seed)
    mixed = rng.standard_normal((stickers, 20)) @ rng.standard_normal((20, width))
    return (mixed * rng.uniform(0.01, 100, width) + rng.uniform(-50, 50, width)).astype(np.float32)


def test_a_whitened_catalogue_has_the_directions_of_its_left_singular_vectors():
    """An independent way to the same: rows of U, whichever sign each axis has."""
    raw = catalogue()
    space = fit_space(raw, encoder_version="v1", whitens=True, dimensions=8)
    exact = raw.astype(np.float64)
    left = np.linalg.svd((exact - exact.mean(axis=0)) / exact.std(axis=0), full_matrices=False)[0][:, :8]
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    placed = space.apply(raw)
    np.testing.assert_allclose(placed @ placed.T, left @ left.T, atol=1e-4)
    assert placed.dtype == np.float32
    assert placed.shape == (200, space.dimensions) == (200, 8)


def test_a_small_example_by_hand():
    """Two independent columns, of spread 1 and 20: after whitening they count the same."""
    raw = np.array([[1.0, 120.0], [1.0, 80.0], [3.0, 120.0], [3.0, 80.0]])
    space = fit_space(raw, encoder_version="v1", whitens=True)
    assert space.mean.tolist() == [2.0, 100.0]
    assert space.scale.tolist() == [1.0, 20.0]
    cosines = space.apply(raw) @ space.apply(raw).T
    np.testing.assert_allclose(cosines[0], [1.0, 0.0, 0.0, -1.0], atol=1e-6)


def test_a_network_trained_for_cosines_keeps_its_directions():
    raw = catalogue(5, 4)
    space = fit_space(raw, encoder_version="v1", whitens=False)
    assert space.components is None
    np.testing.assert_allclose(space.apply(raw), raw / np.linalg.norm(raw, axis=1, keepdims=True), rtol=1e-5)


def test_every_vector_is_of_unit_length_or_zero_and_never_nan():
    raw = catalogue()
    space = fit_space(raw, encoder_version="v1", whitens=True)
    bad = raw[:6].copy()
    bad[0] = 0
    bad[1, 7] = np.nan
    bad[2, 7] = np.inf
    lengths = np.linalg.norm(space.apply(bad), axis=1)
    np.testing.assert_allclose(lengths, [0, 0, 0, 1, 1, 1], atol=1e-6)


def test_what_shows_nothing_does_not_move_the_space():
    raw = catalogue()
    holes = np.vstack([raw, np.zeros_like(raw[:30]), np.full_like(raw[:5], np.nan)])
    one = fit_space(raw, encoder_version="v1", whitens=True)
    other = fit_space(holes, encoder_version="v1", whitens=True)
    assert one.space_id == other.space_id


def test_columns_that_never_vary_count_nothing():
    raw = catalogue()
    padded = np.hstack([raw, np.full((200, 3), 0.7, dtype=np.float32), np.zeros((200, 2), dtype=np.float32)])
    one = fit_space(raw, encoder_version="v1", whitens=True)
    other = fit_space(padded, encoder_version="v1", whitens=True)
    np.testing.assert_allclose(
        one.apply(raw) @ one.apply(raw).T, other.apply(padded) @ other.apply(padded).T, atol=2e-3
    )
    changed = padded.copy()
    changed[:, 50:] += 5
    np.testing.assert_array_equal(other.apply(changed), other.apply(padded))


@pytest.mark.parametrize("stickers", [0, 1, 2, 3, 10])
def test_a_tiny_catalogue_has_a_space_too(stickers):
    raw = catalogue(max(1, stickers))[:stickers]
    space = fit_space(raw, encoder_version="v1", whitens=True)
    placed = space.apply(catalogue(12))
    assert np.isfinite(placed).all()
    np.testing.assert_allclose(np.linalg.norm(placed, axis=1), 1, atol=1e-5)
    # Too few stickers for more than two components; with less than two, vectors are taken as they are.
    assert space.dimensions == (50 if stickers < 2 else min(stickers - 1, 2))


def test_copies_of_one_sticker_are_taken_as_they_are():
    raw = np.repeat(catalogue(1), 40, axis=0)
    space = fit_space(raw, encoder_version="v1", whitens=True)
    assert space.components is None
    np.testing.assert_allclose(space.apply(raw) @ space.apply(raw).T, 1, atol=1e-6)


def test_a_catalogue_that_varies_in_few_ways_has_few_dimensions():
    raw = catalogue()[:, :1] @ np.ones((1, 6), dtype=np.float32) * np.arange(1, 7)
    assert fit_space(raw, encoder_version="v1", whitens=True).dimensions == 1


def test_the_largest_entry_of_every_component_is_positive():
    components = fit_space(catalogue(), encoder_version="v1", whitens=True).components
    assert (np.take_along_axis(components, np.abs(components).argmax(axis=0)[None], axis=0) > 0).all()


def test_the_id_tells_encoders_and_transforms_apart():
    raw = catalogue()
    ids = {
        fit_space(raw, encoder_version="v1", whitens=True).space_id,
        fit_space(raw, encoder_version="v2", whitens=True).space_id,
        fit_space(raw, encoder_version="v1", whitens=False).space_id,
        fit_space(raw[1:], encoder_version="v1", whitens=True).space_id,
        fit_space(raw, encoder_version="v1", whitens=True, dimensions=8).space_id,
    }
    assert len(ids) == 5
    assert fit_space(raw.copy(), encoder_version="v1", whitens=True).space_id in ids


def test_a_large_catalogue_is_sampled_by_the_seed():
    raw = np.random.default_rng(0).standard_normal((SAMPLE + 1_000, 4)).astype(np.float32)
    whole = fit_space(raw[:SAMPLE], encoder_version="v1", whitens=True)
    one, again, other = (fit_space(raw, encoder_version="v1", whitens=True, seed=seed) for seed in (1, 1, 2))
    assert one.space_id == again.space_id != other.space_id
    np.testing.assert_allclose(one.scale, whole.scale, rtol=0.02)


def test_vectors_of_another_width_are_refused():
    space = fit_space(catalogue(), encoder_version="v1", whitens=True)
    with pytest.raises(ValueError, match="takes 50"):
        space.apply(catalogue(3, 49))
    with pytest.raises(ValueError, match="at least 1"):
        fit_space(catalogue(), encoder_version="v1", whitens=True, dimensions=0)
