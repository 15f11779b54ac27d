"""Large updates, which processes of their own write."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from persrv.adapters.search import apart
from persrv.errors import IndexBusy, SearchIndexError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def corpus(corpora):
    """Forty documents, some with what is hard to write down."""
    return [
        *corpora.random(36, seed=5),
        corpora.document(101, ocr="half of \ud83d a pair"),
        corpora.document(102, emoji="👩🏽‍🚀", queries="想哭\n想哭"),
        corpora.document(103),
        corpora.document(2**40, keywords="cat"),
    ]


def test_what_processes_write_is_found_bit_for_bit_as_if_written_here(
    open_index, tmp_path, corpora, corpus, weights, everything
):
    here, there = open_index(), open_index(tmp_path / "apart", apart_from=30)
    # New ones; then some replaced, some deleted and some left alone; then a small update on top.
    steps = [(corpus, {7}), (corpora.random(31, seed=6, first_id=20), {1, 2, 101}), (corpora.random(3, seed=7), {30})]
    for documents, deleted in steps:
        for index in (here, there):
            index.update(documents, deleted)
        assert there.count() == here.count()
        assert everything(there, weights) == everything(here, weights)
    there.compact()
    there.close()
    assert everything(open_index(tmp_path / "apart"), weights) == everything(here, weights)


def test_each_process_writes_a_segment_and_nothing_else_stays(open_index, folder, corpus):
    index = open_index(apart_from=len(corpus))
    index.update(corpus, [])
    assert len(list(folder.glob("*.seg"))) == apart.PROCESSES
    assert not (folder / "apart").exists()
    index.update(corpus[1:], [])  # one less: written in this process, and merged with the one that is left
    assert len(list(folder.glob("*.seg"))) == 1


def test_a_process_that_fails_leaves_the_commit_before(open_index, monkeypatch, folder, corpora, corpus, weights):
    index = open_index(apart_from=30)
    index.update([corpora.document(500, ocr="cat")], [])
    monkeypatch.setattr(apart.sys, "executable", shutil.which("false"))
    with pytest.raises(SearchIndexError, match="cannot be written"):
        index.update(corpus, [500])
    assert [hit.sticker_id for hit in index.search(["cat"], weights=weights, limit=9)] == [500]
    assert not (folder / "apart").exists()
    monkeypatch.undo()
    index.update(corpus, [500])
    assert index.count() == len(corpus)


@pytest.fixture
def idle(tmp_path):
    """An executable that stands for Python and never ends, and the folder where each of its processes leaves its id."""
    begun, executable = tmp_path / "begun", tmp_path / "python"
    begun.mkdir()
    executable.write_text(f"#!/bin/sh\ntouch {begun}/$$\nexec sleep 1000\n")
    executable.chmod(0o700)
    yield executable, begun
    for process in at_work(begun):
        os.kill(process, signal.SIGKILL)


def at_work(begun):
    found = []
    for path in begun.iterdir():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(path.name), 0)
            found.append(int(path.name))
    return found


def all_have_begun(begun, alive):
    while len(at_work(begun)) < apart.PROCESSES:
        assert alive()
        time.sleep(0.01)


def test_closing_breaks_a_large_update_off_and_ends_its_processes(
    open_index, monkeypatch, idle, corpora, corpus, weights
):
    executable, begun = idle
    index = open_index(apart_from=30)
    index.update([corpora.document(500, ocr="cat")], [])
    raised = []

    def update():
        with pytest.raises(SearchIndexError, match="closed") as caught:
            index.update(corpus, [500])
        raised.append(caught)

    monkeypatch.setattr(apart.sys, "executable", str(executable))
    thread = threading.Thread(target=update, daemon=True)
    thread.start()
    all_have_begun(begun, thread.is_alive)
    closing = threading.Thread(target=index.close, daemon=True)
    closing.start()
    for each in (closing, thread):
        each.join(30)
        assert not each.is_alive()
    assert raised
    assert at_work(begun) == []
    monkeypatch.undo()
    assert [hit.sticker_id for hit in open_index().search(["cat"], weights=weights, limit=9)] == [500]


UPDATES = """
import signal
import sys
import time
from pathlib import Path

from persrv.adapters.search import WhooshStickerIndex
from persrv.domain.semantics import StickerDocument

index = WhooshStickerIndex(Path(sys.argv[1]), apart_from=30)
sys.executable = sys.argv[2]
sleep = time.sleep
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background does not inherit


def looking(seconds):
    Path(sys.argv[3]).touch()
    sleep(seconds)


time.sleep = looking
index.update([StickerDocument(number, {}) for number in range(40)], [])
"""


def test_who_is_interrupted_ends_the_processes_that_it_started(idle, tmp_path, folder):
    executable, begun = idle
    looking = tmp_path / "looking"
    parent = subprocess.Popen(
        [sys.executable, "-c", UPDATES, folder, executable, looking], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        all_have_begun(begun, lambda: parent.poll() is None)
        while not looking.exists():
            assert parent.poll() is None
            time.sleep(0.01)
        parent.send_signal(signal.SIGINT)
        assert parent.wait(30) != 0
        assert at_work(begun) == []
    finally:
        parent.kill()
        parent.wait()


@pytest.mark.parametrize("which", [0, 1])
def test_one_process_that_fails_ends_the_others_whichever_it_is(open_index, monkeypatch, tmp_path, idle, corpus, which):
    executable, begun = idle
    failing = tmp_path / "failing"
    # Fails once the other is at work.
    failing.write_text(f'#!/bin/sh\nwhile [ -z "$(ls {begun})" ]; do sleep 0.01; done\necho no room >&2\nexit 1\n')
    failing.chmod(0o700)
    started, run = [], subprocess.Popen

    def start(command, **options):
        started.append(run([failing if len(started) == which else executable], **options))
        return started[-1]

    monkeypatch.setattr(apart, "PROCESSES", 2)
    monkeypatch.setattr(apart.subprocess, "Popen", start)
    with pytest.raises(SearchIndexError, match="no room"):
        open_index(apart_from=30).update(corpus, [])
    assert len(started) == 2
    assert at_work(begun) == []


@pytest.mark.parametrize("deed", ["update", "compact"])
def test_what_a_killed_writer_left_is_deleted(open_index, folder, corpora, corpus, deed):
    index = open_index(apart_from=30)
    left = folder / "apart" / "9" / "documents.json"
    left.parent.mkdir(parents=True)
    left.write_text("[[1, {}]]")
    if deed == "update":
        index.update(corpus, [])
    else:
        index.compact()
    assert not (folder / "apart").exists()


@pytest.fixture
def meanwhile(monkeypatch):
    """Has something done while the processes are at work."""

    def during(deed):
        run = apart._run

        def then(*given):
            monkeypatch.setattr(apart, "_run", run)
            deed()
            run(*given)

        monkeypatch.setattr(apart, "_run", then)

    return during


@pytest.mark.parametrize("another", [False, True], ids=["this process", "another process"])
def test_a_small_change_gets_in_while_many_are_written(
    open_index, tmp_path, meanwhile, corpora, corpus, weights, everything, another
):
    index, serial = open_index(apart_from=30), open_index(tmp_path / "serial")
    other = open_index(apart_from=30) if another else index
    change = [corpora.document(700, ocr="brandnew cat")], [500]
    seen = []

    def small():
        other.update(*change)
        seen.append([hit.sticker_id for hit in index.search(["brandnew"], weights=weights, limit=9)])

    index.update([corpora.document(500, ocr="cat"), corpora.document(3, ocr="dog")], [])
    meanwhile(small)
    index.update(corpus, [])
    assert seen == [[700]]
    serial.update([*corpus, *change[0]], [])
    assert everything(index, weights) == everything(serial, weights)
    assert index.count() == len(corpus) + 1


def test_two_do_not_write_many_at_once(open_index, meanwhile, corpora, corpus):
    index, other = open_index(apart_from=30), open_index(apart_from=30)
    refused = []

    def second():
        with pytest.raises(IndexBusy) as caught:
            other.update(corpora.random(31, seed=8, first_id=2000), [])
        refused.append(caught)

    meanwhile(second)
    index.update(corpus, [])
    assert refused
    assert index.count() == len(corpus)
    other.update(corpora.random(31, seed=8, first_id=2000), [])
    assert index.count() == len(corpus) + 31


def test_what_was_read_before_words_were_erased_is_not_written_after(open_index, folder, meanwhile, corpora, corpus):
    index = open_index(apart_from=30)
    index.update([corpora.document(7, queries="secretword")], [])

    def erased():
        index.update([corpora.document(7)], [])
        index.compact()

    meanwhile(erased)
    with pytest.raises(IndexBusy, match="rewritten"):
        index.update([*corpus, corpora.document(7, queries="secretword")], [])
    assert not [path for path in folder.rglob("*") if path.is_file() and b"secretword" in path.read_bytes()]
    assert index.count() == 1
    index.update(corpus, [])
    assert index.count() == len(corpus)


def test_nor_is_what_was_written_already(open_index, folder, monkeypatch, corpora, corpus):
    index = open_index(apart_from=30)
    index.update([corpora.document(7, queries="secretword")], [])
    run = apart._run

    def then(*given):
        run(*given)
        index.update([corpora.document(7)], [])
        index.compact()

    monkeypatch.setattr(apart, "_run", then)
    with pytest.raises(IndexBusy, match="rewritten"):
        index.update([*corpus, corpora.document(7, queries="secretword")], [])
    assert not [path for path in folder.rglob("*") if path.is_file() and b"secretword" in path.read_bytes()]
    assert index.count() == 1
