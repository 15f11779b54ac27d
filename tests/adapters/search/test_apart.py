"""Large updates, which processes of their own write."""

from __future__ import annotations

import shutil
import threading

import pytest

from persrv.adapters.search import apart
from persrv.errors import SearchIndexError


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


def test_closing_breaks_a_large_update_off(open_index, monkeypatch, tmp_path, corpora, corpus, weights):
    waiting = tmp_path / "python"
    waiting.write_text(f"#!/bin/sh\ntouch {tmp_path}/begun\nexec sleep 100\n")
    waiting.chmod(0o700)
    index = open_index(apart_from=30)
    index.update([corpora.document(500, ocr="cat")], [])
    raised = []

    def update():
        with pytest.raises(SearchIndexError, match="closed") as caught:
            index.update(corpus, [500])
        raised.append(caught)

    monkeypatch.setattr(apart.sys, "executable", str(waiting))
    thread = threading.Thread(target=update)
    thread.start()
    while not (tmp_path / "begun").exists():
        thread.join(0.01)
        assert thread.is_alive()
    index.close()
    thread.join()
    assert raised
    assert [hit.sticker_id for hit in open_index().search(["cat"], weights=weights, limit=9)] == [500]


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
