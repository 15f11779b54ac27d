"""Rows that are read out of a file: those of the array, whatever the file held before."""

import os

import numpy as np
import pytest

from persrv.adapters.kept_rows import KeptRows

pytestmark = pytest.mark.skipif(not hasattr(os, "preadv"), reason="reads at a place")


@pytest.fixture
def array():
    return np.random.default_rng(1).integers(0, 60_000, (500, 7), dtype=np.uint16)


def test_rows_are_those_of_the_array_in_the_order_asked_for(array, tmp_path):
    rows = np.array([499, 0, 7, 7, 250])
    found = KeptRows(array, tmp_path / "rows")[rows]
    assert found.dtype == array.dtype
    assert found.tolist() == array[rows].tolist()
    assert KeptRows(array, tmp_path / "rows")[rows[:0]].shape == (0, 7)


def test_a_file_that_holds_the_array_is_not_written_again(array, tmp_path):
    path = tmp_path / "rows"
    KeptRows(array, path)
    before = path.stat()
    KeptRows(array, path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "damage",
    [lambda whole: b"", lambda whole: whole[:-1], lambda whole: whole[:-1] + b"?", lambda whole: whole + b"?"],
    ids=["empty", "cut short", "another byte", "too long"],
)
def test_a_file_that_holds_anything_else_is_made_anew(array, tmp_path, damage):
    path = tmp_path / "rows"
    path.write_bytes(damage(array.tobytes()))
    assert KeptRows(array, path)[np.array([499])].tolist() == array[499:].tolist()
    assert path.read_bytes() == array.tobytes()


def test_who_has_the_file_open_goes_on_reading_what_was_there(array, tmp_path):
    path = tmp_path / "rows"
    earlier = KeptRows(array, path)
    KeptRows(array + 1, path)
    assert earlier[np.array([3])].tolist() == array[3:4].tolist()


def test_a_file_that_was_cut_short_meanwhile_is_no_row_of_anything(array, tmp_path):
    path = tmp_path / "rows"
    kept = KeptRows(array, path)
    os.truncate(path, 100)
    with pytest.raises(OSError, match="cut short"):
        kept[np.array([3, 499])]


def test_a_folder_that_is_not_there_is_an_error(array, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        KeptRows(array, tmp_path / "nowhere" / "rows")
