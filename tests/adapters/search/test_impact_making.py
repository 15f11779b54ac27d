"""Tables of impacts as they are made, replaced and damaged: the old one or the postings serve, never half a table."""

from __future__ import annotations

import errno
import json
import resource
import threading

import numpy as np
import pytest

from persrv.adapters.artefacts import generations
from persrv.adapters.search import serving
from persrv.adapters.search.background import PAUSE_SECONDS
from persrv.adapters.search.impact_building import build
from persrv.domain.semantics import SemanticField
from persrv.errors import SearchIndexError
from tests.adapters.search.comparing import NEVER, answers, here, nobody, same


def generation(folder):
    return folder / "impacts" / (folder / "impacts" / "CURRENT").read_text()


def test_small_indexes_have_no_table_and_no_files_of_one(index, folder, corpora):
    index.update(corpora.random(300, seed=1), [])
    assert not (folder / "impacts").exists()
    assert index._served is None


def test_a_table_is_made_in_the_background_by_a_process_of_its_own(open_index, plain, corpora, weights, settled):
    index = open_index(impacts_from=100)
    index.update(corpora.random(99, seed=1), [])
    assert index._builder._thread is None
    index.update([corpora.document(100, ocr="cat")], [])
    settled(index)
    assert same(index, plain(), weights)
    index.close()
    again = open_index(impacts_from=100, build=nobody)
    assert same(again, plain(), weights)


def test_a_table_is_for_the_weights_that_serve_and_made_anew_when_they_change(
    open_index, plain, corpora, weights, settled
):
    index = open_index(impacts_from=0, weights=weights)
    index.update(corpora.random(200, seed=1), [])
    settled(index)
    assert index._keeper.base.steps.weights.tolist() == [weights[field] for field in SemanticField]
    assert same(index, plain(), weights)
    index.close()
    others = {SemanticField.OCR: 2.0, SemanticField.PACK: 0.25}
    again = open_index(impacts_from=0, weights=others)
    settled(again)
    assert again._keeper.base.steps.weights.tolist() == [others.get(field, 0.0) for field in SemanticField]
    assert same(again, plain(), others)
    assert same(again, plain(), weights)
    again.close()
    assert open_index(impacts_from=0, weights=others, build=nobody)._outdated is False


def test_closing_ends_a_table_that_is_being_made(open_index, corpora):
    index = open_index(impacts_from=0)
    index.update(corpora.random(100, seed=1), [])
    index.close()
    assert index._builder._thread is None


def test_so_many_changes_are_left_to_the_postings_and_bring_a_new_table(
    open_index, folder, plain, corpora, weights, settled, monkeypatch
):
    monkeypatch.setattr(serving, "FEW", 40)
    made = []

    def counting(directory, stopped):
        made.append(1)
        build(directory)

    index = open_index(impacts_from=0, build=counting)
    index.update(corpora.random(400, seed=1), [])
    settled(index)
    before = len(made)
    index.update(corpora.random(20, seed=2), [])
    assert len(made) == before
    assert same(index, plain(), weights)
    index.update(corpora.random(60, seed=3), [])  # more than is worth a table in memory
    assert answers(index, weights) == answers(plain(), weights)
    settled(index)
    assert len(made) > before
    assert same(index, plain(), weights)
    gone = len(made)
    index.update([], range(100, 180))
    settled(index)
    assert len(made) > gone
    assert same(index, plain(), weights)


def rewrite(path, **notes):
    manifest = json.loads(path.read_text())
    manifest["notes"] |= notes
    path.write_text(json.dumps(manifest))


def truncate(path):
    path.write_bytes(path.read_bytes()[:-5])


def flip(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


DAMAGE = {
    "a truncated array": lambda table: truncate(table / "documents.npy"),
    "a flipped bit": lambda table: flip(table / "saturations.npy"),
    "a flipped bit in its steps": lambda table: flip(table / "steps_columns.npy"),
    "no steps": lambda table: (table / "steps_steps.npy").unlink(),
    "a missing array": lambda table: (table / "words.npy").unlink(),
    "a truncated manifest": lambda table: truncate(table / "manifest.json"),
    "no manifest": lambda table: (table / "manifest.json").unlink(),
    "another version": lambda table: rewrite(table / "manifest.json", format_of_impacts=0),
    "another BM25": lambda table: rewrite(table / "manifest.json", k1=1.5),
    "other fields": lambda table: rewrite(table / "manifest.json", fields="ocr queries"),
    "segments of another shape": lambda table: rewrite(table / "manifest.json", segments='[["a", 3]]'),
    "segments of noise": lambda table: rewrite(table / "manifest.json", segments="[7]"),
    "no such generation": lambda table: (table.parent / "CURRENT").write_text("g00000099"),
    "noise for a generation": lambda table: (table.parent / "CURRENT").write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_table_that_cannot_be_used_is_seen_and_made_anew_while_the_postings_serve(
    tabled, open_index, plain, folder, corpora, weights, settled, kind
):
    tabled.update(corpora.random(200, seed=1), [])
    build(folder)
    tabled.close()
    DAMAGE[kind](generation(folder))
    begin = threading.Event()

    def later(directory, stopped):
        assert begin.wait(30)
        build(directory)

    index = open_index(impacts_from=0, build=later)
    expected = answers(plain(), weights)
    assert index._served is None
    assert answers(index, weights) == expected
    begin.set()
    settled(index)
    assert answers(index, weights) == expected


def test_a_table_out_of_step_with_the_index_is_not_used(tabled, open_index, plain, folder, corpora, weights, tmp_path):
    tabled.update(corpora.random(200, seed=1), [])
    other = open_index(tmp_path / "other")
    other.update(corpora.random(5000, seed=2), [])
    build(folder)
    (folder / "impacts").rename(other._directory / "impacts")
    moved = open_index(other._directory, impacts_from=0, build=nobody)
    assert moved._served is None
    assert answers(moved, weights) == answers(open_index(other._directory, impacts_from=NEVER), weights)


def test_a_full_disk_keeps_the_old_table_and_is_tried_again_later(open_index, folder, plain, corpora, weights, settled):
    now = [0.0]
    index = open_index(impacts_from=0, build=here, clock=lambda: now[0])
    index.update(corpora.random(400, seed=1), [])
    settled(index)
    names = {path.name for path in (folder / "impacts").iterdir()}
    index.update(corpora.random(40, seed=3), [])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))  # no file may grow beyond this
    try:
        assert not index._builder.build()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path.name for path in (folder / "impacts").iterdir()} == names
    assert same(index, plain(), weights)
    index._builder.want()
    assert index._builder._thread is None  # not at once
    now[0] += PAUSE_SECONDS
    index._builder.want()
    index._builder.close()
    assert same(index, plain(), weights)


def test_an_error_at_any_file_of_a_table_leaves_the_old_one(tabled, folder, plain, corpora, weights, monkeypatch):
    tabled.update(corpora.random(100, seed=1), [])
    build(folder)
    tabled.update(corpora.random(30, seed=2), [])
    flush, nth = generations.flush, 0
    while True:
        nth += 1
        calls = []

        def failing(path, calls=calls, nth=nth):
            calls.append(path)
            if len(calls) == nth:
                raise OSError(errno.ENOSPC, "No space left on device")
            flush(path)

        with monkeypatch.context() as patched:
            patched.setattr(generations, "flush", failing)
            before = generation(folder)
            try:
                build(folder)
            except Exception as error:
                assert "No space left" in str(error)  # noqa: PT017 (one is the last)
            else:
                break
        assert generation(folder) == before
        assert same(tabled, plain(), weights)
    assert nth > 10
    assert same(tabled, plain(), weights)


def test_an_index_that_is_made_anew_takes_its_table_along(tabled, open_index, folder, corpora, weights):
    tabled.update(corpora.random(100, seed=1), [])
    build(folder)
    tabled.close()
    (folder / "persrv-index.json").unlink()
    index = open_index(impacts_from=0, build=nobody)
    assert index.count() == 0
    assert not (folder / "impacts").exists()
    assert index.search(["cat"], weights=weights, limit=9) == ()
    index.update([corpora.document(1, ocr="cat")], [])
    assert [hit.sticker_id for hit in index.search(["cat"], weights=weights, limit=9)] == [1]


def test_compaction_makes_a_table_of_what_is_left_and_keeps_no_other(
    open_index, folder, plain, corpora, weights, settled
):
    index = open_index(impacts_from=0, build=here)
    index.update(corpora.random(100, seed=1), [])
    settled(index)
    index.update([], range(1, 50))
    index.compact()
    assert same(index, plain(), weights)
    assert [path.name for path in (folder / "impacts").glob("g*")] == [generation(folder).name]
    assert sorted(np.load(generation(folder) / "stickers.npy")) == list(range(50, 101))
    assert not [path for path in folder.rglob("*.npy") if b"happy" in path.read_bytes()]


def test_compaction_without_room_for_a_table_keeps_none(open_index, folder, plain, corpora, weights, settled):
    full = []

    def built(directory, stopped):
        if full:
            raise SearchIndexError("no room")
        build(directory)

    index = open_index(impacts_from=0, build=built)
    index.update(corpora.random(100, seed=1), [])
    settled(index)
    full.append(1)
    index.compact()
    assert index.count() == 100
    assert index._served is None
    assert not (folder / "impacts").exists()
    assert answers(index, weights) == answers(plain(), weights)
