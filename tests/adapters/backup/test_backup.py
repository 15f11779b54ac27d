"""A backup is whole or refused, and a refused one changes nothing."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
import subprocess
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from persrv.adapters.artefacts import FolderArtefactStore, FolderEmbeddingArchive
from persrv.adapters.backup import StatePlaces, restore_backup, write_backup
from persrv.adapters.database import upgrade
from persrv.adapters.locks import locked
from persrv.adapters.media import FolderMediaStore
from persrv.config import Settings
from persrv.domain.stickers import StickerFormat
from persrv.errors import BackupInvalid, StorageError

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def places_in(folder: Path) -> StatePlaces:
    return StatePlaces.of(Settings(data_dir=folder))


@pytest.fixture
async def places(tmp_path):
    """A small state with a part of every kind."""
    settings = Settings(data_dir=tmp_path / "data")
    upgrade(settings.database)
    places = StatePlaces.of(settings)
    with closing(sqlite3.connect(places.database)) as database, database:
        database.execute("INSERT INTO users VALUES (7, 'zh')")
    await FolderMediaStore(places.media).write("a", StickerFormat.STATIC, b"picture")
    FolderArtefactStore(places.artefacts).publish({"utility": np.arange(3.0)}, {"space": "s"})
    rows = FolderEmbeddingArchive(places.embeddings).rows("style", "1", 2)
    rows.write(np.array([1]), np.array([[3.0, 4.0]], dtype=np.float32))
    places.index.mkdir()
    (places.index / "segment").write_bytes(b"derived")
    return places


@pytest.fixture
def backup(places, tmp_path):
    write_backup(places, tmp_path / "backup.tar", at=NOON)
    return tmp_path / "backup.tar"


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def members(path: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(path) as archive:
        return [(member, archive.extractfile(member).read()) for member in archive]


def rewritten(path: Path, change) -> Path:
    """The archive with `change(members)` applied, its sums left as they were."""
    target = path.with_name("changed.tar")
    with tarfile.open(target, "w") as archive:
        for member, data in change(members(path)):
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return target


async def test_what_was_backed_up_comes_back_in_another_folder(places, backup, tmp_path):
    other = places_in(tmp_path / "other")
    about = restore_backup(other, backup, force=False)
    assert about.made_at == "2025-03-01T12:00:00+00:00"
    with closing(sqlite3.connect(other.database)) as database:
        assert database.execute("SELECT * FROM users").fetchall() == [(7, "zh")]
    assert await FolderMediaStore(other.media).read("a", StickerFormat.STATIC) == b"picture"
    artefacts = FolderArtefactStore(other.artefacts).current()
    assert artefacts.arrays["utility"].tolist() == [0.0, 1.0, 2.0]
    assert artefacts.notes == {"space": "s"}
    assert FolderEmbeddingArchive(other.embeddings).rows("style", "1", 2).read().tolist() == [[0, 0], [3, 4]]
    assert not other.index.exists()
    files = [path for path in (tmp_path / "other").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == [
        "artefacts",
        "embeddings",
        "media",
        "persrv.sqlite3",
    ]


def test_the_file_can_be_read_by_its_owner_alone_and_nothing_is_left_beside_it(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert sorted(path.name for path in backup.parent.iterdir()) == ["backup.tar", "data"]


def test_its_sums_are_those_that_sha256sum_checks(backup, tmp_path):
    out = tmp_path / "unpacked"
    with tarfile.open(backup) as archive:
        archive.extractall(out, filter="data")
    done = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=out, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(members(backup)) - 1


def test_deleted_rows_are_not_in_it(places, tmp_path):
    with closing(sqlite3.connect(places.database)) as database:
        database.execute("INSERT INTO users VALUES (8, 'xylophonezanzibar')")
        database.commit()
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("DELETE FROM users WHERE id = 8")
        database.commit()
        write_backup(places, tmp_path / "backup.tar", at=NOON)
        assert b"xylophonezanzibar" in places.database.with_name("persrv.sqlite3-wal").read_bytes()
    assert b"xylophonezanzibar" not in (tmp_path / "backup.tar").read_bytes()


def test_a_state_that_is_there_is_replaced_only_when_that_is_asked_for(places, backup, tmp_path):
    with closing(sqlite3.connect(places.database)) as database, database:
        database.execute("INSERT INTO users VALUES (9, 'en')")
    before = content(tmp_path / "data")
    with pytest.raises(StorageError, match="--force"):
        restore_backup(places, backup, force=False)
    assert content(tmp_path / "data") == before
    restore_backup(places, backup, force=True)
    with closing(sqlite3.connect(places.database)) as database:
        assert database.execute("SELECT id FROM users").fetchall() == [(7,)]
    assert not places.index.exists(), "the index was that of the state that was replaced"
    assert not [path for path in (tmp_path / "data").iterdir() if path.name.startswith(".")]


def test_a_state_that_somebody_has_open_is_not_replaced(places, backup, tmp_path):
    with closing(sqlite3.connect(places.database)) as bot:
        bot.execute("PRAGMA journal_mode=WAL")
        bot.execute("SELECT * FROM users").fetchall()
        with pytest.raises(StorageError, match="stop it"):
            restore_backup(places, backup, force=True)
        assert bot.execute("SELECT id FROM users").fetchall() == [(7,)]
    assert not [path for path in (tmp_path / "data").iterdir() if path.name.startswith(".")]


def test_a_damaged_database_is_replaced(places, backup):
    places.database.write_bytes(b"no database at all" * 500)
    restore_backup(places, backup, force=True)
    with closing(sqlite3.connect(places.database)) as database:
        assert database.execute("SELECT id FROM users").fetchall() == [(7,)]


def test_a_file_that_was_cut_off_anywhere_is_refused_and_nothing_is_changed(places, backup, tmp_path):
    whole = backup.read_bytes()
    before = content(tmp_path / "data")
    end = whole.rstrip(b"\0")
    for length in {0, 1, 511, 512, 700, 1024, *range(1500, len(end) - 1, max(1, len(end) // 40)), len(end) - 40}:
        backup.write_bytes(whole[:length])
        with pytest.raises(BackupInvalid, match="Nothing was changed"):
            restore_backup(places, backup, force=True)
    assert content(tmp_path / "data") == before


def test_a_flipped_byte_in_any_file_is_found(places, backup, tmp_path):
    for number in range(len(members(backup))):

        def flip(files, number=number):
            data = bytearray(files[number][1])
            data[len(data) // 2] ^= 1
            files[number] = files[number][0], bytes(data)
            return files

        with pytest.raises(BackupInvalid):
            restore_backup(places_in(tmp_path / "other"), rewritten(backup, flip), force=True)


@pytest.mark.parametrize(
    "name",
    [
        "../escaped",
        "/tmp/escaped",
        "media/../../escaped",
        "media/aa/bb/../../../../escaped.webp",
        "artefacts/g00000001/../../../escaped.npy",
        "index/_MAIN_1.toc",
        "media/aa/bb/" + "a" * 64 + ".webp\n",
    ],
)
def test_no_name_leaves_the_folder_or_brings_what_does_not_belong(backup, tmp_path, name):
    def add(files):
        return [*files[:-1], (tarfile.TarInfo(name), b"x"), files[-1]]

    with pytest.raises(BackupInvalid):
        restore_backup(places_in(tmp_path / "deep" / "other"), rewritten(backup, add), force=False)
    assert not list(tmp_path.rglob("*escaped*"))
    assert not Path("/tmp/escaped").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_links_and_devices_are_refused(backup, tmp_path, kind):
    def add(files):
        link = tarfile.TarInfo("media/aa/bb/" + "a" * 64 + ".webp")
        link.type, link.linkname = kind, "/etc/passwd"
        return [*files[:-1], (link, b""), files[-1]]

    with pytest.raises(BackupInvalid):
        restore_backup(places_in(tmp_path / "other"), rewritten(backup, add), force=False)


def test_a_foreign_file_is_told_from_a_damaged_one(tmp_path):
    (tmp_path / "text").write_text("hello " * 1000)
    with tarfile.open(tmp_path / "foreign.tar", "w") as archive:
        archive.add(tmp_path / "text", "text")
    for name in ("text", "foreign.tar"):
        with pytest.raises(BackupInvalid, match="is not a backup"):
            restore_backup(places_in(tmp_path / "other"), tmp_path / name, force=False)


@pytest.mark.parametrize("change", [{"persrv_backup": 2}, {"revision": "9999"}])
def test_a_backup_of_a_newer_version_is_refused_by_its_name(backup, tmp_path, change):
    def newer(files):
        about = json.loads(files[0][1]) | {"version": "7.0"} | change
        return [(files[0][0], json.dumps(about).encode()), *files[1:]]

    with pytest.raises(BackupInvalid, match=r"newer PerSRV \(version 7\.0\)"):
        restore_backup(places_in(tmp_path / "other"), rewritten(backup, newer), force=False)


def test_a_backup_that_cannot_be_written_leaves_the_earlier_one(places, backup, monkeypatch):
    before = backup.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_backup(places, backup, at=NOON)
    assert backup.read_bytes() == before
    assert sorted(path.name for path in backup.parent.iterdir()) == ["backup.tar", "data"]


def test_a_device_or_a_pipe_is_not_replaced_nor_what_a_link_to_it_says(places, tmp_path):
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for target in (pipe, link, places.media):
        with pytest.raises(StorageError, match="is no file"):
            write_backup(places, target, at=NOON)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert link.readlink() == pipe


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_the_file_that_it_leads_to_is_written(places, tmp_path, there):
    (tmp_path / "disk").mkdir()
    file, link = tmp_path / "disk" / "backup.tar", tmp_path / "link.tar"
    if there:
        file.write_bytes(b"an earlier one")
    link.symlink_to(file)
    write_backup(places, link, at=NOON)
    assert link.readlink() == file
    assert members(file)[0][0].name == "persrv-backup.json"
    assert [path.name for path in file.parent.iterdir()] == ["backup.tar"]


@pytest.mark.parametrize("part", ["media", "media/aa", "embeddings", "artefacts/g00000001"])
def test_a_folder_that_cannot_be_read_ends_the_backup_instead_of_being_left_out(places, tmp_path, monkeypatch, part):
    (places.media / "aa" / "bb").mkdir(parents=True)
    forbidden = tmp_path / "data" / part

    def refusing(read):
        def refuse(path="."):
            if path == forbidden or path == str(forbidden):
                raise PermissionError(13, "Permission denied", str(path))
            return read(path)

        return refuse

    assert forbidden.is_dir()
    with monkeypatch.context() as patched:  # root may read everything
        patched.setattr(os, "listdir", refusing(os.listdir))
        patched.setattr(os, "scandir", refusing(os.scandir))
        with pytest.raises(StorageError, match="cannot be read") as caught:
            write_backup(places, tmp_path / "backup.tar", at=NOON)
    assert str(caught.value).startswith(str(forbidden))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_what_does_not_belong_to_the_embeddings_does_not_make_a_backup_that_is_refused(places, tmp_path):
    foreign = places.embeddings / "copy"
    foreign.mkdir()
    for name in ("states.u8", "rows.f16", "about.json"):
        (foreign / name).write_bytes(b"x")
    write_backup(places, tmp_path / "backup.tar", at=NOON)
    other = places_in(tmp_path / "other")
    restore_backup(other, tmp_path / "backup.tar", force=False)
    kept = {path.name for path in places.embeddings.iterdir()} - {"copy"}
    assert {path.name for path in other.embeddings.iterdir()} == kept != set()


def unfinished(folder: Path, name: str = "persrv-20250201-030000.tar", *, lock: bool = True) -> Path:
    """What a killed backup leaves."""
    left = folder / f".{name}.unfinished"
    left.mkdir()
    for file in ("database.sqlite3", "backup.tar", *(["lock"] if lock else [])):
        (left / file).write_bytes(b"")
    return left


def test_what_a_killed_backup_of_another_name_left_goes_with_the_next_one(places, tmp_path):
    left, earlier = unfinished(tmp_path), unfinished(tmp_path, "of-an-earlier-version.tar", lock=False)
    for path in (*earlier.iterdir(), earlier):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    write_backup(places, tmp_path / "backup.tar", at=NOON)
    assert not left.exists()
    assert not earlier.exists()


def test_a_backup_that_another_process_is_writing_is_left_alone(places, tmp_path):
    others, same = unfinished(tmp_path), unfinished(tmp_path, "backup.tar")
    foreign, young = tmp_path / ".mine.unfinished", unfinished(tmp_path, "young.tar", lock=False)
    foreign.mkdir()
    (foreign / "letters").write_bytes(b"")
    with locked(others / "lock"):
        with locked(same / "lock"), pytest.raises(StorageError, match="Another backup"):
            write_backup(places, tmp_path / "backup.tar", at=NOON)
        write_backup(places, tmp_path / "backup.tar", at=NOON)
        assert sorted(path.name for path in others.iterdir()) == ["backup.tar", "database.sqlite3", "lock"]
    assert not same.exists()
    assert young.exists()
    assert foreign.exists()


def test_room_is_advised_only_where_there_is_none(places, tmp_path):
    with pytest.raises(StorageError, match="there is no folder") as caught:
        write_backup(places, tmp_path / "nonexistent" / "backup.tar", at=NOON)
    assert "space" not in str(caught.value)


def test_a_swap_that_fails_half_way_puts_everything_back(places, backup, tmp_path, monkeypatch):
    before = content(tmp_path / "data")
    replace = Path.replace

    def fail(self, target):
        if self.name == ".artefacts.restored":
            raise OSError(16, "Device or resource busy")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(StorageError, match="as it was before"):
        restore_backup(places, backup, force=True)
    after = content(tmp_path / "data")
    assert after.keys() == before.keys()
    with closing(sqlite3.connect(places.database)) as database:
        assert database.execute("SELECT id FROM users").fetchall() == [(7,)]


def test_there_must_be_something_to_back_up(tmp_path):
    with pytest.raises(StorageError, match="nothing to back up"):
        write_backup(places_in(tmp_path / "none"), tmp_path / "backup.tar", at=NOON)
    assert not (tmp_path / "backup.tar").exists()
