import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.errors import StorageError
from persrv.preference.profile import fit_profile
from persrv.preference.profile_bytes import profile_from_bytes, profile_to_bytes


@pytest.fixture(scope="module")
def profile():
    return fit_profile(np.random.default_rng(1).standard_normal((12, 32)), space_id="风格/style v1")


def test_a_profile_comes_back_as_it_was(profile):
    back = profile_from_bytes(profile_to_bytes(profile))
    assert back.space_id == profile.space_id
    for name in ("centroids", "radii", "shares"):
        one, other = getattr(profile, name), getattr(back, name)
        assert one.dtype == other.dtype == np.float32
        assert one.tolist() == other.tolist()
    assert (back.choices, back.distinct) == (12, 12)


def test_equal_profiles_are_equal_bytes_and_small(profile):
    data = profile_to_bytes(profile)
    assert data == profile_to_bytes(profile_from_bytes(data))
    assert len(data) < 800


def test_the_layout_is_what_it_says(profile):
    """Read with Python's own means, not with ours: files of today must be read tomorrow."""
    data = profile_to_bytes(profile)
    assert data[:4] == b"PSP1"
    assert [int.from_bytes(data[start : start + 2], "little") for start in (4, 6)] == [len("风格/style v1".encode()), 5]
    start = 4 + 2 + 2 + 4 + 8 + 8 + int.from_bytes(data[4:6], "little")
    first = np.frombuffer(data, "<f4", 32, start)
    assert first.tolist() == profile.centroids[0].tolist()


@given(st.data())
def test_any_damage_is_seen(profile, data):
    whole = bytearray(profile_to_bytes(profile))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StorageError, match="damaged"):
        profile_from_bytes(bytes(whole))


@pytest.mark.parametrize("cut", [0, 1, 3, 10, 40, -1])
def test_half_a_profile_is_refused(profile, cut):
    with pytest.raises(StorageError, match="persrv job preference"):
        profile_from_bytes(profile_to_bytes(profile)[:cut])
