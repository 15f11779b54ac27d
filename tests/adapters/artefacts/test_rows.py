import numpy as np
import pytest

from persrv.adapters.artefacts import FolderEmbeddingArchive
from persrv.adapters.artefacts import rows as rows_module
from persrv.errors import StorageError


@pytest.fixture
def archive(tmp_path):
    return FolderEmbeddingArchive(tmp_path / "embeddings")


def ids(*numbers):
    return np.array(numbers, dtype=np.int64)


def vectors(*rows):
    return np.array(rows, dtype=np.float32)


def test_rows_are_kept_by_sticker_and_found_again(archive):
    archive.rows("style", "1", 2).write(ids(3, 1), vectors([1, 2], [0.5, -1]))
    rows = archive.rows("style", "1", 2)
    assert rows.known(6).tolist() == [False, True, False, True, False, False]
    assert rows.read().tolist() == [[0, 0], [0.5, -1], [0, 0], [1, 2]]
    assert rows.read().dtype == np.float16


def test_a_sticker_that_shows_nothing_is_known_and_all_zero(archive):
    rows = archive.rows("style", "1", 2)
    rows.write(ids(0, 1, 2), vectors([0, 0], [np.nan, 1], [1, 1]))
    assert rows.known(3).all()
    assert rows.read().tolist() == [[0, 0], [0, 0], [1, 1]]


def test_a_row_can_be_replaced_also_by_nothing(archive):
    rows = archive.rows("style", "1", 2)
    rows.write(ids(0, 1), vectors([1, 1], [2, 2]))
    rows.write(ids(0), vectors([0, 0]))
    assert rows.read().tolist() == [[0, 0], [2, 2]]


def test_a_number_beyond_float16_is_the_largest_there_is(archive):
    rows = archive.rows("style", "1", 1)
    rows.write(ids(0), vectors([1e30]))
    assert np.isfinite(rows.read()).all()


def test_the_spaces_of_two_encoders_or_versions_never_mix(archive):
    archive.rows("style", "1", 2).write(ids(0), vectors([1, 1]))
    for other in (archive.rows("style", "2", 2), archive.rows("clip", "1", 2), archive.rows("style", "1", 3)):
        assert not other.known(1).any()


def test_rows_of_another_width_under_the_same_name_are_thrown_away(archive):
    archive.rows("style", "1", 2).write(ids(0), vectors([1, 1]))
    archive.rows("style", "1", 3).write(ids(0), vectors([1, 2, 3]))
    assert archive.rows("style", "1", 3).read().tolist() == [[1, 2, 3]]


def test_only_the_rows_of_the_encoder_in_use_are_kept(archive):
    archive.rows("style", "1", 2).write(ids(0), vectors([1, 1]))
    archive.rows("clip", "1", 2).write(ids(0), vectors([1, 1]))
    assert archive.keep_only("clip", "1") == 1
    assert archive.rows("clip", "1", 2).known(1).all()
    assert not archive.rows("style", "1", 2).known(1).any()


def test_a_kill_between_the_row_and_its_state_leaves_it_unknown(archive, monkeypatch):
    rows = archive.rows("style", "1", 2)
    rows.write(ids(0, 2), vectors([1, 1], [3, 3]))
    whole = np.memmap

    def killed(path, **options):
        if path.name == "states.u8":
            raise KeyboardInterrupt
        return whole(path, **options)

    monkeypatch.setattr(rows_module.np, "memmap", killed)
    with pytest.raises(KeyboardInterrupt):
        rows.write(ids(1), vectors([9, 9]))
    monkeypatch.undo()
    assert rows.known(3).tolist() == [True, False, True]
    assert rows.read().tolist() == [[1, 1], [0, 0], [3, 3]]


def test_a_full_disk_is_told_before_anything_is_mapped_and_leaves_the_rows(archive, monkeypatch):
    rows = archive.rows("style", "1", 2)
    rows.write(ids(0), vectors([1, 1]))

    def full(_path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rows_module, "flush", full)
    with pytest.raises(StorageError, match="No space left"):
        rows.write(ids(100_000), vectors([1, 1]))
    monkeypatch.undo()
    assert rows.read().tolist() == [[1, 1]]


def test_vectors_of_another_shape_are_refused(archive):
    with pytest.raises(ValueError, match="do not fit"):
        archive.rows("style", "1", 2).write(ids(0, 1), vectors([1, 1]))


def test_rows_that_a_damaged_disk_has_cut_off_are_unknown_until_they_are_written_again(archive, tmp_path):
    rows = archive.rows("style", "1", 2)
    rows.write(ids(0, 1, 2, 3), vectors([1, 1], [2, 2], [3, 3], [4, 4]))
    (file,) = tmp_path.rglob("rows.f16")
    with file.open("r+b") as cut:
        cut.truncate(2 * 4 + 3)  # two rows, and a bit
    rows = archive.rows("style", "1", 2)
    assert rows.known(4).tolist() == [True, True, False, False]
    assert rows.read().tolist() == [[1, 1], [2, 2]]
    rows.write(ids(3), vectors([5, 5]))
    assert rows.known(4).tolist() == [True, True, False, True]
    assert rows.read().tolist() == [[1, 1], [2, 2], [0, 0], [5, 5]]


@pytest.mark.parametrize("name", ["rows.f16", "states.u8"])
def test_rows_of_which_a_file_is_lost_are_made_anew(archive, tmp_path, name):
    archive.rows("style", "1", 2).write(ids(0), vectors([1, 1]))
    for file in tmp_path.rglob(name):
        file.unlink()
    rows = archive.rows("style", "1", 2)
    assert not rows.known(1).any()
    rows.write(ids(0), vectors([2, 2]))
    assert rows.read().tolist() == [[2, 2]]
