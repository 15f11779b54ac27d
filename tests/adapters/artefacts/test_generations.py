import os

import numpy as np
import pytest

from persrv.adapters.artefacts import FolderArtefactStore, generations
from persrv.errors import ArtefactsDamaged, StorageError


@pytest.fixture
def store(tmp_path):
    return FolderArtefactStore(tmp_path / "artefacts")


def again(store):
    """Another process's view."""
    return FolderArtefactStore(store._root)


def test_at_first_there_is_nothing(store):
    nothing = store.current()
    assert (nothing.generation, dict(nothing.arrays), dict(nothing.notes)) == ("", {}, {})


def test_what_is_published_serves_everywhere_and_cannot_be_changed(store):
    other = again(store)
    assert other.current().generation == ""
    store.publish({"utility": np.arange(3.0)}, {"space_id": "abc", "stickers": 3})
    seen = other.current()
    assert seen.arrays["utility"].tolist() == [0.0, 1.0, 2.0]
    assert seen.notes == {"space_id": "abc", "stickers": 3}
    assert other.current() is seen
    with pytest.raises(ValueError, match="read-only"):
        seen.arrays["utility"][0] = 1


def test_what_is_not_named_is_carried_over(store):
    store.publish({"utility": np.arange(3.0), "vectors": np.eye(2)}, {"space_id": "abc", "choices": 1})
    store.publish({"utility": np.arange(4.0)}, {"choices": 2})
    seen = again(store).current()
    assert seen.arrays["utility"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert seen.arrays["vectors"].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert seen.notes == {"space_id": "abc", "choices": 2}


def test_a_reader_keeps_its_generation_while_newer_ones_come(store):
    old = store.publish({"utility": np.arange(3.0)}, {})
    for size in (4, 5, 6):
        store.publish({"utility": np.arange(float(size))}, {})
    assert old.arrays["utility"].tolist() == [0.0, 1.0, 2.0]
    kept = sorted(path.name for path in store._root.glob("g*"))
    assert len(kept) == 2


def test_a_full_disk_leaves_what_serves(store, monkeypatch):
    store.publish({"utility": np.arange(3.0)}, {})

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generations.np, "save", full)
    with pytest.raises(StorageError, match="No space left"):
        store.publish({"utility": np.arange(4.0)}, {})
    monkeypatch.undo()
    assert again(store).current().arrays["utility"].tolist() == [0.0, 1.0, 2.0]
    assert len(list(store._root.glob("g*"))) == 1


@pytest.mark.parametrize("step", ["flush", "replace_file", "_write"])
def test_an_end_at_any_step_leaves_what_serves(store, monkeypatch, step):
    store.publish({"utility": np.arange(3.0)}, {})

    def killed(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(generations, step, killed)
    with pytest.raises(KeyboardInterrupt):
        store.publish({"utility": np.arange(4.0)}, {})
    monkeypatch.undo()
    assert again(store).current().arrays["utility"].tolist() == [0.0, 1.0, 2.0]


def test_a_generation_that_a_kill_left_half_made_is_removed_by_the_next(store):
    store.publish({"utility": np.arange(3.0)}, {})
    half = store._root / "g00000007"
    half.mkdir()
    (half / "utility.npy").write_bytes(b"half")
    store.publish({"utility": np.arange(4.0)}, {})
    assert not half.exists()
    assert again(store).current().arrays["utility"].tolist() == [0.0, 1.0, 2.0, 3.0]


def damage_nothing_listed(folder):
    (folder / "manifest.json").write_text("{}")


def damage_truncated(folder):
    os.truncate(folder / "utility.npy", 100)


def damage_flipped(folder):
    path = folder / "utility.npy"
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)


def damage_gone(folder):
    (folder / "utility.npy").unlink()


def damage_other_format(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 99'))


@pytest.mark.parametrize(
    "damage", [damage_nothing_listed, damage_truncated, damage_flipped, damage_gone, damage_other_format]
)
def test_damage_is_seen_and_the_next_publication_mends_it(store, damage):
    made = store.publish({"utility": np.arange(3.0)}, {"old": 1})
    damage(store._root / made.generation)
    with pytest.raises(ArtefactsDamaged, match="persrv job nightly"):
        again(store).current()
    again(store).publish({"utility": np.arange(4.0)}, {"new": 1})
    mended = again(store).current()
    assert mended.arrays["utility"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert mended.notes == {"new": 1}


def test_a_pointer_to_elsewhere_is_refused(store):
    store.publish({"utility": np.arange(3.0)}, {})
    (store._root / "CURRENT").write_text("../../etc")
    with pytest.raises(ArtefactsDamaged):
        store.current()


def test_only_the_current_one_is_left_where_that_is_wanted_and_who_reads_an_older_one_goes_on(store):
    store.publish({"utility": np.arange(3.0)}, {})
    reader = again(store).current()
    made = store.publish({"utility": np.arange(4.0)}, {})
    store.keep_only_current()
    assert [path.name for path in store._root.glob("g*")] == [made.generation]
    assert reader.arrays["utility"].tolist() == [0.0, 1.0, 2.0]
    assert again(store).current().arrays["utility"].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_nothing_is_deleted_where_it_is_unknown_which_one_serves(store):
    made = store.publish({"utility": np.arange(3.0)}, {})
    (store._root / "CURRENT").write_text("../../etc")
    store.keep_only_current()
    assert [path.name for path in store._root.glob("g*")] == [made.generation]


def test_one_that_is_replaced_and_deleted_while_it_is_opened_is_not_taken_for_damaged(store, monkeypatch):
    store.publish({"utility": np.arange(3.0)}, {})
    reader = again(store)
    load = reader._load
    opened = []

    def slow(name):
        opened.append(name)
        if len(opened) == 1:
            store.publish({"utility": np.arange(4.0)}, {})
            store.keep_only_current()
        return load(name)

    monkeypatch.setattr(reader, "_load", slow)
    assert reader.current().arrays["utility"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert len(set(opened)) == 2


def test_an_array_of_objects_is_never_written(store):
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        store.publish({"utility": np.array([{}], dtype=object)}, {})
