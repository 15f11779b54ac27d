"""A restore that is killed at any moment leaves one state or the other once the next command has begun."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from persrv.adapters.artefacts import FolderArtefactStore, FolderEmbeddingArchive
from persrv.adapters.backup import StatePlaces, mend, restore_backup, restoring, swapping, was_cut_off, write_backup
from persrv.adapters.database import upgrade
from persrv.adapters.media import FolderMediaStore
from persrv.bootstrap import one_job_at_a_time, prepare_data_dir
from persrv.config import Settings
from persrv.domain.stickers import StickerFormat
from persrv.errors import StorageError

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


class Killed(BaseException):
    """Nothing is done after it."""


async def state(settings: Settings, number: int) -> StatePlaces:
    """A state with a part of every kind, all of which tell its number."""
    upgrade(settings.database)
    places = StatePlaces.of(settings)
    with closing(sqlite3.connect(places.database)) as database, database:
        database.execute(f"INSERT INTO users VALUES ({number}, 'zh')")
    await FolderMediaStore(places.media).write("a", StickerFormat.STATIC, b"%d" % number)
    FolderArtefactStore(places.artefacts).publish({"utility": np.arange(1.0) + number}, {"space": "s"})
    rows = FolderEmbeddingArchive(places.embeddings).rows("style", "1", 2)
    rows.write(np.array([0]), np.full((1, 2), number, dtype=np.float32))
    places.index.mkdir()
    (places.index / "segment").write_bytes(b"%d" % number)
    return places


async def numbers(places: StatePlaces) -> set[int]:
    """What the parts tell, without the index."""
    with closing(sqlite3.connect(places.database)) as database:
        ((user,),) = database.execute("SELECT id FROM users").fetchall()
    media = await FolderMediaStore(places.media).read("a", StickerFormat.STATIC)
    artefacts = FolderArtefactStore(places.artefacts).current()
    (row,) = FolderEmbeddingArchive(places.embeddings).rows("style", "1", 2).read()
    return {user, int(media), int(artefacts.arrays["utility"][0]), int(row[0])}


@pytest.fixture
async def backup(tmp_path):
    write_backup(await state(Settings(data_dir=tmp_path / "one"), 1), tmp_path / "backup.tar", at=NOON)
    return tmp_path / "backup.tar"


def kill_at(monkeypatch, moment: int) -> None:
    """No more than so many renames, and removals of what was replaced, are done."""
    left = moment
    replace, remove, clean = Path.replace, swapping.remove, restoring.remove

    def step(done, *arguments):
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return done(*arguments)

    monkeypatch.setattr(Path, "replace", lambda self, target: step(replace, self, target))
    monkeypatch.setattr(swapping, "remove", lambda path: step(remove, path) if path.exists() else None)
    monkeypatch.setattr(restoring, "remove", lambda path: None if left < 0 else clean(path))


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


async def test_a_restore_that_is_killed_at_any_moment_is_undone_or_done(backup, tmp_path, monkeypatch):
    ends = []
    for moment in range(100):
        settings = Settings(data_dir=tmp_path / f"two{moment}")
        places = await state(settings, 2)
        with monkeypatch.context() as patched:
            kill_at(patched, moment)
            try:
                restore_backup(places, backup, force=True)
            except Killed:
                cut_off = True
            else:
                cut_off = False
        prepare_data_dir(settings)
        (end,) = await numbers(places)
        ends.append(end)
        assert hidden(settings.data_dir) == []
        assert places.index.joinpath("segment").exists() == (end == 2), "the index is that of the state before"
        if not cut_off:
            break
    assert ends == [2] * 9 + [1] * (len(ends) - 9), "five go, four come"
    assert len(ends) > 10


@pytest.mark.parametrize("moment", [2, 6, 8])
async def test_the_mending_may_be_killed_too(backup, tmp_path, monkeypatch, moment):
    for second in range(12):
        settings = Settings(data_dir=tmp_path / f"two{second}")
        places = await state(settings, 2)
        with monkeypatch.context() as patched:
            kill_at(patched, moment)
            with pytest.raises(Killed):
                restore_backup(places, backup, force=True)
        with monkeypatch.context() as patched:
            kill_at(patched, second)
            with suppress(Killed):
                mend(places)
        prepare_data_dir(settings)
        assert await numbers(places) == {2}


async def test_where_there_was_no_state_nothing_of_a_killed_restore_serves(backup, tmp_path, monkeypatch):
    settings = Settings(data_dir=tmp_path / "empty")
    prepare_data_dir(settings)
    places = StatePlaces.of(settings)
    with monkeypatch.context() as patched:
        kill_at(patched, 4)  # media and index go, media and artefacts come
        with pytest.raises(Killed):
            restore_backup(places, backup, force=False)
    prepare_data_dir(settings)
    assert not places.artefacts.exists()
    restore_backup(places, backup, force=False)
    assert await numbers(places) == {1}


async def cut_off(backup, tmp_path, monkeypatch):
    """A state that a restore was killed over."""
    settings = Settings(data_dir=tmp_path / "two")
    places = await state(settings, 2)
    with monkeypatch.context() as patched:
        kill_at(patched, 3)
        with pytest.raises(Killed):
            restore_backup(places, backup, force=True)
    return settings, places


async def test_nobody_begins_while_a_restore_runs(backup, tmp_path, monkeypatch):
    settings, places = await cut_off(backup, tmp_path, monkeypatch)
    with one_job_at_a_time(settings), pytest.raises(StorageError, match="under way"):
        prepare_data_dir(settings)
    assert was_cut_off(places)


async def test_what_was_written_after_a_kill_is_not_thrown_away(backup, tmp_path, monkeypatch):
    settings, _ = await cut_off(backup, tmp_path, monkeypatch)
    upgrade(settings.database)  # as a version did that did not look
    before = sorted(path.name for path in settings.data_dir.iterdir())
    with pytest.raises(StorageError, match=r"\.NAME\.replaced"):
        prepare_data_dir(settings)
    assert sorted({*before, "jobs.lock"}) == sorted(path.name for path in settings.data_dir.iterdir())
