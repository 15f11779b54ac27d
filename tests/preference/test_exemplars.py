import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from persrv.preference.exemplars import nearest_stickers, style_of_each
from persrv.preference.profile import StyleProfile

# Two styles: along the first axis, and along the second.
PROFILE = StyleProfile(
    "space",
    np.eye(2, dtype=np.float32),
    np.full(2, 0.1, dtype=np.float32),
    np.array([0.6, 0.4], dtype=np.float32),
    choices=5,
    distinct=2,
)
VECTORS = np.array([[1, 0], [0, 1], [0.8, 0.6], [0, 0], [0.6, 0.8], [1, 0]], dtype=np.float16)


def test_a_sticker_belongs_to_the_style_that_it_is_nearest_to_and_one_without_a_style_to_none():
    assert style_of_each(PROFILE, VECTORS).tolist() == [0, 1, 0, -1, 1, 0]


def test_the_nearest_come_first_equally_near_ones_by_id_and_each_in_one_style():
    assert nearest_stickers(PROFILE, VECTORS, each=9) == [[0, 5, 2], [1, 4]]
    assert nearest_stickers(PROFILE, VECTORS, each=1) == [[0], [1]]


def test_what_is_left_out_does_not_come():
    assert nearest_stickers(PROFILE, VECTORS, each=9, left_out=[0, 4, 99]) == [[5, 2], [1]]


@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_looking_in_parts_finds_the_same_as_looking_at_all(seed, part):
    from persrv.preference import exemplars

    vectors = np.random.default_rng(seed).standard_normal((12, 2))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    whole = nearest_stickers(PROFILE, vectors, each=4)
    size, exemplars._AT_ONCE = exemplars._AT_ONCE, part
    try:
        assert nearest_stickers(PROFILE, vectors, each=4) == whole
    finally:
        exemplars._AT_ONCE = size
