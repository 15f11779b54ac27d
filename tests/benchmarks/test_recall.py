"""A small run of the recall benchmark, so that it does not rot."""

from __future__ import annotations

import json

import pytest

from benchmarks.corpus import Corpus
from benchmarks.recall.engines import Bm25s, Fts5
from benchmarks.recall.run import make_index, run
from benchmarks.recall.writing import write
from persrv.domain.semantics import SemanticField
from persrv.text import tokenise


def test_the_same_seed_makes_the_same_catalogue_and_a_larger_one_begins_with_the_smaller():
    small, large = Corpus(60), Corpus(300)
    assert list(small.documents()) == list(large.documents(0, 60))
    assert list(large.documents(100, 110)) == list(large.documents())[100:110]
    assert list(Corpus(60, seed=2).documents()) != list(small.documents())
    assert small.queries(5) == Corpus(60).queries(5)
    assert len(small.utility()) == 60
    assert {SemanticField.KEYWORDS, SemanticField.PACK} <= next(small.documents()).texts.keys()


@pytest.mark.timeout(400)  # compilers of numba, where it is installed
def test_a_small_run_compares_the_engines_and_writes_what_it_found(tmp_path):
    corpus = Corpus(400)
    said = []
    engines = ["impacts", "postings", "whoosh", "fts5", "tantivy", "bm25s"]
    result = run(corpus, corpus.queries(12), tmp_path / "work", engines=engines, slow=6, say=said.append)
    assert result.same is True
    assert len(result.timed) + len(result.left_out) == len(engines)
    page = write(result, tmp_path / "out")
    assert "the same, bit for bit" in page
    found = json.loads((tmp_path / "out" / "recall-400.json").read_text("utf-8"))
    assert found["engines"][0]["times_of_first"] == {"p50": 1.0, "p95": 1.0}
    assert found["table_equals_postings"] is True
    assert (tmp_path / "out" / "recall-400.png").read_bytes().startswith(b"\x89PNG")
    assert "(recall-400.png)" in page
    assert all(name in page for name in result.left_out)
    again = run(corpus, corpus.queries(12), tmp_path / "work", engines=["impacts"], slow=6, say=said.append)
    assert again.indexed is None


def test_an_index_that_is_there_is_searched_if_it_has_as_many_stickers(tmp_path):
    corpus = Corpus(60)
    folder = tmp_path / "index"
    make_index(corpus, folder, lambda _: None)
    given = {"index": folder, "engines": ["impacts", "postings"], "slow": 3, "say": lambda _: None}
    result = run(corpus, corpus.queries(3), tmp_path, **given)
    assert (result.indexed, result.same) == (None, True)
    with pytest.raises(SystemExit, match="has 60 stickers"):
        run(Corpus(61), corpus.queries(3), tmp_path, **given)
    with pytest.raises(SystemExit, match="no such folder"):
        run(corpus, corpus.queries(3), tmp_path, **{**given, "index": tmp_path / "nowhere"})


@pytest.mark.timeout(400)
def test_other_engines_find_the_sticker_whose_words_are_asked_for(tmp_path):
    corpus = Corpus(60)
    words = sorted(set(tokenise(list(corpus.documents())[17].texts[SemanticField.KEYWORDS])))
    fts5 = Fts5(tmp_path / "fts5.db", corpus.documents)
    assert fts5.search(words)[0] == (17,)
    fts5.close()
    pytest.importorskip("bm25s")
    bm25s = Bm25s(corpus.documents)
    assert bm25s.search(words).documents[0][0] == 17
    assert bm25s.search(["a word that is nowhere"]) is None
