import numpy as np
import pytest

from persrv.preference.pooling import pool_over_sets


def test_a_set_of_two_moves_each_half_way_to_their_mean():
    """n / (n + 2) = 1/2: (1, 0) goes to (1, 0)/2 + (1/2, 1/2)/2 = (3, 1)/4."""
    pooled = pool_over_sets(np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0]]), np.array([7, 7, 3]))
    np.testing.assert_allclose(pooled[0], np.array([3, 1]) / np.sqrt(10), atol=1e-6)
    np.testing.assert_allclose(pooled[1], np.array([1, 3]) / np.sqrt(10), atol=1e-6)
    assert pooled[2].tolist() == [1, 0]  # alone in its set: its own mean


def test_stickers_without_a_set_do_not_lend_to_each_other():
    vectors = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert pool_over_sets(vectors, np.array([-1, -1])).tolist() == vectors.tolist()


def test_what_shows_nothing_neither_gets_nor_gives():
    vectors = np.array([[0.0, 0.0], [np.nan, 1.0], [1.0, 0.0], [0.0, 1.0]])
    pooled = pool_over_sets(vectors, np.zeros(4, dtype=np.int64))
    assert pooled[:2].tolist() == [[0, 0], [0, 0]]
    np.testing.assert_allclose(pooled[2:], pool_over_sets(vectors[2:], np.zeros(2, dtype=np.int64)))


def test_a_large_set_makes_its_stickers_alike():
    rng = np.random.default_rng(0)
    style = rng.standard_normal(8)
    pooled = pool_over_sets(style + rng.standard_normal((100, 8)), np.zeros(100, dtype=np.int64))
    assert (pooled @ pooled.T).min() > 0.99


def test_no_stickers_are_no_stickers_and_sets_must_fit():
    assert pool_over_sets(np.zeros((0, 3)), np.zeros(0, dtype=np.int64)).shape == (0, 3)
    with pytest.raises(ValueError, match="as many sets"):
        pool_over_sets(np.zeros((2, 3)), np.zeros(3, dtype=np.int64))
