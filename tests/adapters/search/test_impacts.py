"""The table of impacts against the postings of the same folder: the same answers, bit for bit, whatever happens."""

from __future__ import annotations

import errno
import json
import random
import resource
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persrv.adapters.artefacts import generations
from persrv.adapters.search import serving
from persrv.adapters.search.background import PAUSE_SECONDS
from persrv.adapters.search.impact_building import build
from persrv.adapters.search.whoosh_index import WhooshStickerIndex
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.errors import SearchIndexError

WORDS = [
    "happy",
    "sad",
    "cat",
    "dog",
    "开心",
    "心",
    "想哭",
    "哭",
    "加油",
    "晚安",
    "ok",
    "lol",
    "👍",
    "2024",
    "hi",
    "new",
]
NEVER = 10**9


def nobody(directory, stopped):
    """Builds nothing: the test does."""
    raise SearchIndexError("not here")


def here(directory, stopped):
    """Builds in this process."""
    build(directory)


@pytest.fixture
def tabled(open_index):
    """An index that is searched by its table, once the test has made one."""
    return open_index(impacts_from=0, build=nobody)


@pytest.fixture
def plain(open_index):
    """The same folder, searched by the postings."""

    def open_():
        return open_index(impacts_from=NEVER)

    return open_


def lookup(seed):
    values = np.random.default_rng(seed).choice([0.0, 0.0, 0.25, 1.5], 10_000)
    return lambda ids: values[ids]


def answers(index, weights, *, queries=40, limits=(1, 7, 100)):
    rng = random.Random(5)
    asked = [rng.sample(WORDS, rng.randint(1, 6)) for _ in range(queries)]
    utility = lookup(1)
    return [
        index.search(query, weights=weights, limit=limit, utility=utility if number % 2 else None)
        for number, query in enumerate(asked)
        for limit in limits
    ]


def same(tabled, plain, weights):
    tabled.count()  # looks whether there is a new table
    assert tabled._served is not None, "the postings served, so nothing was compared"
    assert plain._served is None
    return tabled.count() == plain.count() and answers(tabled, weights) == answers(plain, weights)


words = st.sampled_from(["cat", "dog", "hi", "开心", "心", "👍", "赞", "a"])
texts = st.dictionaries(
    st.sampled_from(SemanticField), st.lists(words, max_size=5).map(" ".join), max_size=len(SemanticField)
)
documents = st.lists(st.builds(StickerDocument, st.integers(1, 14), texts), max_size=8)
steps = st.one_of(
    st.tuples(st.just("update"), documents, st.sets(st.integers(1, 14), max_size=4)),
    st.tuples(st.sampled_from(["build", "compact", "reopen"])),
)
queries = st.lists(words, min_size=1, max_size=4)
by_field = st.dictionaries(st.sampled_from(SemanticField), st.sampled_from([0.0, 0.3, 0.5, 1.0, 2.0]), min_size=1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents, st.lists(steps, min_size=1, max_size=7), st.lists(queries, min_size=1, max_size=4), by_field)
def test_after_any_history_the_table_answers_as_the_postings_do(first, history, asked, weights):
    with tempfile.TemporaryDirectory() as folder:
        options = {"refresh_seconds": 0.0, "build": nobody}
        plain = WhooshStickerIndex(Path(folder), impacts_from=NEVER, **options)
        tabled = WhooshStickerIndex(Path(folder), impacts_from=0, **options)
        utility, by_table = lookup(3), False
        try:
            tabled.update(first, [])
            for step, *arguments in [("build",), *history]:
                if step == "update":
                    tabled.update(*arguments)
                elif step == "build":
                    build(Path(folder))
                    by_table = True
                elif step == "compact":
                    tabled.compact()
                    by_table = False  # the builder is nobody
                else:
                    tabled.close()
                    tabled = WhooshStickerIndex(Path(folder), impacts_from=0, **options)
                for query in asked:
                    for extra, limit in ((None, 3), (utility, 3), (utility, 50)):
                        found = tabled.search(query, weights=weights, limit=limit, utility=extra)
                        assert found == plain.search(query, weights=weights, limit=limit, utility=extra)
                if tabled.count() and by_table:  # counting looks whether there is a new table
                    assert tabled._served is not None
        finally:
            tabled.close()
            plain.close()


def test_the_same_hundred_of_two_thousand_with_ties_and_with_what_changed_since(
    tabled, plain, folder, corpora, weights
):
    for start in range(1, 2001, 250):
        tabled.update(corpora.random(250, seed=start, first_id=start), [])
    build(folder)
    index = plain()
    assert same(tabled, index, weights)
    tabled.update(corpora.random(60, seed=70, first_id=1900), range(1, 90))
    assert same(tabled, index, weights)
    tabled.update([corpora.document(5000, ocr="brandnew cat")], [])
    assert [hit.sticker_id for hit in tabled.search(["brandnew"], weights=weights, limit=5)] == [5000]
    build(folder)
    assert same(tabled, index, weights)
    other = {field: 1.7 - 0.2 * number for number, field in enumerate(weights)}
    assert same(tabled, index, other)  # other weights need no other table
    tabled.close()


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97, 1.0])
def test_who_is_left_out_makes_room_for_the_next_best_as_in_the_postings(
    tabled, plain, folder, corpora, weights, share
):
    tabled.update(corpora.random(900, seed=3), [])
    build(folder)
    index = plain()
    assert same(tabled, index, weights)
    hidden = np.random.default_rng(9).random(1_000) < share
    found = {}
    for limit in (1, 20, 100, 2_000):
        asked = {"weights": weights, "limit": limit, "utility": lookup(2), "left_out": lambda ids: hidden[ids]}
        found[limit] = tabled.search(["cat", "开心"], **asked)
        assert found[limit] == index.search(["cat", "开心"], **asked)
        assert not any(hidden[hit.sticker_id] for hit in found[limit])
    assert found[20] == found[2_000][:20]


def test_weights_that_a_table_cannot_hold_and_utilities_below_nothing_are_left_to_the_postings(
    tabled, plain, folder, corpora, weights
):
    tabled.update(corpora.random(100, seed=1), [])
    build(folder)
    tiny = {SemanticField.OCR: 1e-60, SemanticField.PACK: 1.0}
    assert same(tabled, plain(), tiny)
    found = tabled.search(["cat"], weights=weights, limit=9, utility=lambda ids: -ids / 7)
    assert found == plain().search(["cat"], weights=weights, limit=9, utility=lambda ids: -ids / 7)
    assert found[0].utility < 0


def test_while_a_table_serves_no_postings_are_kept_in_memory_and_what_it_has_is_not_there_twice(
    tabled, folder, corpora, weights
):
    tabled.update(corpora.random(300, seed=1), [])
    answers(tabled, weights)
    assert len(tabled._cache) > 0
    build(folder)
    answers(tabled, weights)
    base = tabled._keeper.base
    assert len(tabled._cache) == 0
    assert all(np.shares_memory(leaf.columns.lengths, base.impacts.lengths) for leaf in tabled._snapshot.leaves)
    assert tabled._served.view.ids is base.stickers


def test_field_lengths_that_were_read_take_no_more_room_than_they_need(plain, corpora):
    index = plain()
    index.update([corpora.document(1, ocr="cat " * 300), corpora.document(2, ocr="cat")], [])
    (leaf,) = index._snapshot.leaves
    assert leaf.columns.lengths.dtype == np.uint16
    assert leaf.columns.lengths[0].tolist() == [300, 1]


def test_small_indexes_have_no_table_and_no_files_of_one(index, folder, corpora):
    index.update(corpora.random(300, seed=1), [])
    assert not (folder / "impacts").exists()
    assert index._served is None


@pytest.fixture
def settled():
    """Waits for what is made in the background."""

    def wait(index):
        for _ in range(1000):
            if index.count() and index._served is not None and not index._outdated:  # counting looks at the folder
                return
            time.sleep(0.02)
        raise AssertionError("no table was made")

    return wait


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


def generation(folder):
    return folder / "impacts" / (folder / "impacts" / "CURRENT").read_text()


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


def test_searches_while_tables_are_replaced_give_what_they_give_one_after_the_other(
    tabled, folder, corpora, weights, open_index, tmp_path
):
    def state(index):
        return [
            tuple(
                (hit.sticker_id, hit.score) for hit in index.search(query, weights=weights, limit=20, utility=utility)
            )
            for query in (["cat"], ["happy", "开"], ["👍", "ok", "sad"], WORDS)
        ]

    utility = lookup(2)
    steps = [(corpora.random(40, seed=n, first_id=1 + n * 15), {n * 3 + 1}) for n in range(8)]
    serial = open_index(tmp_path / "serial", impacts_from=NEVER)
    expected = []
    for added, deleted in steps:
        serial.update(added, deleted)
        expected.append(state(serial))
    by_query = [set(column) for column in zip(*expected, strict=True)]
    tabled.update(*steps[0])
    build(folder)
    done, faults, seen = threading.Event(), [], [0] * 6

    def search(worker):
        while not done.is_set() and not faults:
            try:
                for number, answer in enumerate(state(tabled)):
                    if answer not in by_query[number]:
                        faults.append((worker, number))
                seen[worker] += 1
            except BaseException as error:
                faults.append(error)
                raise

    threads = [threading.Thread(target=search, args=(worker,)) for worker in range(len(seen))]
    for thread in threads:
        thread.start()
    try:
        for number, (added, deleted) in enumerate(steps[1:]):
            tabled.update(added, deleted)
            if number % 2:
                build(folder)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert min(seen) > 0
    assert state(tabled) == expected[-1]
    assert tabled._served is not None
