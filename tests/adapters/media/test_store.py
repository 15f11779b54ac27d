"""One suite for every `MediaStore`, and what is special about the folder."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from persrv.adapters.media import FolderMediaStore
from persrv.domain.stickers import StickerFormat
from persrv.errors import StorageError

STATIC, ANIMATED = StickerFormat.STATIC, StickerFormat.ANIMATED
NASTY = ["../../escape", "/etc/passwd", "a/b", "a\\b", "nul\0byte", "", ".", "x" * 5000, "é\ud800", "CON", "a\nb"]


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path, memory_store):
    return FolderMediaStore(tmp_path / "media") if request.param == "folder" else memory_store


def files(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


async def test_a_file_that_was_never_written_is_none(store):
    assert await store.read("AgAD", STATIC) is None


async def test_a_file_is_read_as_it_was_written_and_may_be_replaced(store):
    await store.write("AgAD", STATIC, b"one")
    assert await store.read("AgAD", STATIC) == b"one"
    await store.write("AgAD", STATIC, b"")
    assert await store.read("AgAD", STATIC) == b""


async def test_identities_and_formats_are_kept_apart(store):
    await store.write("AgAD", STATIC, b"one")
    await store.write("agad", STATIC, b"two")
    await store.write("AgAD", ANIMATED, b"three")
    assert [await store.read(*key) for key in [("AgAD", STATIC), ("agad", STATIC), ("AgAD", ANIMATED)]] == [
        b"one",
        b"two",
        b"three",
    ]


async def test_any_text_may_be_an_identity(store):
    for identity in NASTY:
        await store.write(identity, STATIC, repr(identity).encode())
    for identity in NASTY:
        assert await store.read(identity, STATIC) == repr(identity).encode()


async def test_no_identity_leaves_the_folder(tmp_path):
    store = FolderMediaStore(tmp_path / "media")
    for identity in NASTY:
        await store.write(identity, STATIC, b"x")
    kept = files(tmp_path)
    assert len(kept) == len(NASTY)
    for path in kept:
        first, second, name = path.relative_to(tmp_path / "media").parts
        assert name.startswith(first + second)
        assert len(name) == 64 + len(".webp")


async def test_the_path_is_the_sha_256_of_the_identity(tmp_path):
    await FolderMediaStore(tmp_path).write("abc", STATIC, b"x")
    # FIPS 180-2, appendix B.1
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert files(tmp_path) == [tmp_path / "ba" / "78" / f"{digest}.webp"]


async def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    store = FolderMediaStore(tmp_path)
    await store.write("abc", STATIC, b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"No space left on device.*Free some space"):
        await store.write("abc", STATIC, b"new")
    assert await store.read("abc", STATIC) == b"old"
    assert len(files(tmp_path)) == 1


async def test_readers_see_whole_files_while_many_write(tmp_path):
    store = FolderMediaStore(tmp_path)
    bodies = [bytes([letter]) * 200_000 for letter in b"abcdefgh"]
    await store.write("abc", STATIC, bodies[0])

    async def look():
        return await store.read("abc", STATIC)

    seen = await asyncio.gather(*(action for body in bodies for action in (store.write("abc", STATIC, body), look())))
    assert all(body in bodies for body in seen if body is not None)
    assert len(files(tmp_path)) == 1


async def test_what_a_crash_left_unfinished_is_removed_but_not_what_is_being_written(tmp_path):
    folder = tmp_path / "00" / "ff"
    folder.mkdir(parents=True)
    old, new = folder / "tmpold.unfinished", folder / "tmpnew.unfinished"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    yesterday = time.time() - 86_400
    os.utime(old, (yesterday, yesterday))
    store = FolderMediaStore(tmp_path)
    await store.write("abc", STATIC, b"x")
    assert not old.exists()
    assert new.exists()
    assert await store.read("abc", STATIC) == b"x"


async def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "media").write_text("a file is in the way")
    store = FolderMediaStore(tmp_path / "media")
    with pytest.raises(StorageError, match="PERSRV_DATA_DIR"):
        await store.write("abc", STATIC, b"x")
    with pytest.raises(StorageError, match="cannot be read"):
        await store.read("abc", STATIC)
