"""An index that cannot be used is made anew, and says so until all stickers are queued for it."""

from __future__ import annotations

import errno
import json
import os
import pickle
import resource
import shutil

import pytest

from persrv.adapters.search import sessions, whoosh_index
from persrv.adapters.search.manifest import MANIFEST_NAME
from persrv.errors import IndexBusy, SearchIndexError


def truncate(path, keep):
    path.write_bytes(path.read_bytes()[:keep])


def rewrite_manifest(folder, **changes):
    path = folder / MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


class Stranger:
    """A pickle that does harm when it is read."""

    def __reduce__(self):
        return (pytest.fail, ("a stranger's pickle was read",))


DAMAGE = {
    "a truncated segment": lambda folder: truncate(next(folder.glob("*.seg")), 300),
    "an empty segment": lambda folder: truncate(next(folder.glob("*.seg")), 0),
    "a missing segment": lambda folder: next(folder.glob("*.seg")).unlink(),
    "a truncated contents": lambda folder: truncate(next(folder.glob("*.toc")), 60),
    "an empty contents": lambda folder: truncate(next(folder.glob("*.toc")), 0),
    "contents of noise": lambda folder: next(folder.glob("*.toc")).write_bytes(bytes(range(256)) * 9),
    "missing contents": lambda folder: next(folder.glob("*.toc")).unlink(),
    "a missing manifest": lambda folder: (folder / MANIFEST_NAME).unlink(),
    "a truncated manifest": lambda folder: truncate(folder / MANIFEST_NAME, 20),
    "a manifest of noise": lambda folder: (folder / MANIFEST_NAME).write_bytes(bytes(range(256))),
    "a manifest of another shape": lambda folder: (folder / MANIFEST_NAME).write_text("[1, 2]"),
    "another format": lambda folder: rewrite_manifest(folder, format=0),
    "another engine": lambda folder: rewrite_manifest(folder, engine="3.0.0"),
    "other fields": lambda folder: rewrite_manifest(folder, fields=["ocr", "queries"]),
    "another tokeniser": lambda folder: rewrite_manifest(folder, analysis="0" * 64),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_useless_index_is_made_anew_and_nothing_else_in_its_folder_is_touched(
    open_index, folder, corpora, weights, kind
):
    index = open_index()
    index.update(corpora.random(30, seed=1), [])
    index.note_rebuild_queued()
    index.close()
    (folder / "notes.txt").write_text("mine")
    assert not open_index().needs_rebuild
    DAMAGE[kind](folder)
    index = open_index()
    assert index.needs_rebuild
    assert index.count() == 0
    assert index.search(["cat"], weights=weights, limit=9) == ()
    assert (folder / "notes.txt").read_text() == "mine"
    assert not list(folder.glob("*.seg"))
    index.update(corpora.random(30, seed=1), [])
    assert index.count() == 30
    assert open_index().needs_rebuild  # still: nobody said that all are queued
    index.note_rebuild_queued()
    assert not index.needs_rebuild
    assert not open_index().needs_rebuild
    assert open_index().count() == 30


def test_an_index_of_another_version_is_not_even_unpickled(open_index, folder):
    open_index().close()
    rewrite_manifest(folder, format=0)
    next(folder.glob("*.toc")).write_bytes(pickle.dumps(Stranger()))
    assert open_index().needs_rebuild


def test_a_new_index_needs_a_rebuild_until_told_otherwise(index, open_index):
    assert index.needs_rebuild
    index.note_rebuild_queued()
    assert not index.needs_rebuild
    index.compact()
    assert not open_index().needs_rebuild


def test_damage_found_while_searching_is_told_and_mended_by_the_next_update(open_index, folder, corpora, weights):
    index = open_index()
    index.update(corpora.random(300, seed=1), [])
    index.note_rebuild_queued()
    index.close()
    (segment,) = folder.glob("*.seg")
    data = bytearray(segment.read_bytes())
    place = data.index(b"W3Bl")  # where the first list of postings begins
    while place >= 0:
        data[place : place + 4] = b"\0\0\0\0"
        place = data.find(b"W3Bl", place)
    segment.write_bytes(data)
    index = open_index()
    with pytest.raises(SearchIndexError, match="damaged and will be made anew"):
        index.search(["cat"], weights=weights, limit=9)
    assert index.needs_rebuild
    index.update([corpora.document(1, ocr="cat")], [])
    assert [hit.sticker_id for hit in index.search(["cat"], weights=weights, limit=9)] == [1]
    assert index.needs_rebuild
    index.note_rebuild_queued()
    assert not open_index().needs_rebuild


SHORTAGES = [MemoryError(), *(OSError(code, os.strerror(code)) for code in (errno.EMFILE, errno.ENFILE, errno.ENOMEM))]


@pytest.fixture
def thirty(open_index, corpora):
    """An index of thirty stickers that has no reason to be made anew."""
    index = open_index()
    index.update(corpora.random(30, seed=1), [])
    index.note_rebuild_queued()
    return index


def raises(error):
    def raise_(*_, **__):
        raise error

    return raise_


@pytest.mark.parametrize("shortage", SHORTAGES, ids=repr)
def test_a_search_that_lacks_memory_or_files_is_no_damage(thirty, corpora, weights, monkeypatch, shortage):
    monkeypatch.setattr(thirty._cache, "get", raises(shortage))
    with pytest.raises(SearchIndexError, match="cannot be read for now"):
        thirty.search(["cat"], weights=weights, limit=9)
    monkeypatch.undo()
    assert not thirty.needs_rebuild
    assert thirty.search(["cat"], weights=weights, limit=9)
    thirty.update([corpora.document(31, ocr="cat")], [])
    assert thirty.count() == 31


@pytest.mark.parametrize("place", ["move_in", "open_snapshot"])
def test_an_update_that_lacks_memory_before_or_after_its_commit_is_no_damage(thirty, corpora, monkeypatch, place):
    monkeypatch.setattr(whoosh_index, place, raises(MemoryError()))
    with pytest.raises(SearchIndexError, match="cannot be read for now"):
        thirty.update([corpora.document(31, ocr="cat")], [])
    monkeypatch.undo()
    assert not thirty.needs_rebuild
    thirty.update([corpora.document(31, ocr="cat")], [])  # as the queue does, which still has it
    assert thirty.count() == 31


def test_an_index_that_is_opened_when_no_file_can_be_is_left_as_it_is(thirty, open_index, folder, monkeypatch):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    begin = sessions.open_snapshot

    def without_files(*given):
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            return begin(*given)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    monkeypatch.setattr(sessions, "open_snapshot", without_files)
    with pytest.raises(SearchIndexError, match="Too many open files"):
        open_index()
    monkeypatch.undo()
    assert not open_index().needs_rebuild
    assert open_index().count() == 30


def test_the_last_commit_keeps_serving_when_the_folder_is_lost_until_the_next_makes_it_anew(
    index, folder, corpora, weights
):
    index.update(corpora.random(30, seed=1), [])
    index.note_rebuild_queued()
    before = index.search(["cat"], weights=weights, limit=9)
    shutil.rmtree(folder)
    assert index.search(["cat"], weights=weights, limit=9) == before
    assert index.needs_rebuild
    index.update(corpora.random(3, seed=1), [])
    assert index.count() == 3
    assert index.needs_rebuild


def test_a_folder_that_cannot_be_is_told_in_a_sentence(open_index, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SearchIndexError, match=r"cannot be written: .+ Check the free space and the rights"):
        open_index(tmp_path / "file" / "index")


def test_a_closed_index_says_so(index, corpora, weights):
    index.close()
    for call in (
        lambda: index.search(["cat"], weights=weights, limit=1),
        lambda: index.update([corpora.document(1, ocr="cat")], []),
        index.compact,
        index.count,
    ):
        with pytest.raises(SearchIndexError, match="closed"):
            call()


def test_making_an_index_waits_for_no_one_for_ever(open_index, folder):
    from whoosh.filedb.filestore import FileStorage

    folder.mkdir()
    lock = FileStorage(str(folder)).lock("MAIN_WRITELOCK")
    assert lock.acquire()
    try:
        with pytest.raises(IndexBusy):
            open_index()
    finally:
        lock.release()
    open_index()
