import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.errors import StorageError
from persrv.preference.space import fit_space
from persrv.preference.space_bytes import space_from_bytes, space_to_bytes

RAW = np.random.default_rng(1).standard_normal((40, 6)).astype(np.float32)


@pytest.fixture(params=[True, False], ids=["whitened", "as it is"])
def space(request):
    return fit_space(RAW, encoder_version="风格-1", whitens=request.param, dimensions=3)


def test_a_space_comes_back_as_it_was(space):
    back = space_from_bytes(space_to_bytes(space))
    assert (back.space_id, back.encoder_version) == (space.space_id, space.encoder_version)
    assert back.apply(RAW).tolist() == space.apply(RAW).tolist()
    assert space_to_bytes(back) == space_to_bytes(space)


def test_the_layout_is_what_it_says(space):
    """Read with Python's own means, not with ours: files of today must be read tomorrow."""
    data = space_to_bytes(space)
    assert data[:4] == b"PES1"
    version, width, kept = (int.from_bytes(data[start : start + 4], "little") for start in (4, 8, 12))
    assert (version, width) == (len("风格-1".encode()), 6)
    assert kept == (0 if space.components is None else 3)
    assert np.frombuffer(data, "<f4", 6, 16 + version).tolist() == space.mean.tolist()


@given(st.data())
def test_any_damage_is_seen(data):
    whole = bytearray(space_to_bytes(fit_space(RAW, encoder_version="v", whitens=True)))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StorageError, match="damaged"):
        space_from_bytes(bytes(whole))


@pytest.mark.parametrize("cut", [0, 1, 3, 10, 40, -1])
def test_half_a_space_is_refused(space, cut):
    with pytest.raises(StorageError, match="persrv job embed"):
        space_from_bytes(space_to_bytes(space)[:cut])
