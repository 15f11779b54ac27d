"""A small run of the recall benchmark, so that it does not rot."""

from __future__ import annotations

import json

from benchmarks.corpus import Corpus
from benchmarks.recall.run import run
from benchmarks.recall.writing import write
from persrv.domain.semantics import SemanticField


def test_the_same_seed_makes_the_same_catalogue_and_a_larger_one_begins_with_the_smaller():
    small, large = Corpus(60), Corpus(300)
    assert list(small.documents()) == list(large.documents(0, 60))
    assert list(large.documents(100, 110)) == list(large.documents())[100:110]
    assert list(Corpus(60, seed=2).documents()) != list(small.documents())
    assert small.queries(5) == Corpus(60).queries(5)
    assert len(small.utility()) == 60
    assert {SemanticField.KEYWORDS, SemanticField.PACK} <= next(small.documents()).texts.keys()


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
    again = run(corpus, corpus.queries(12), tmp_path / "work", engines=["impacts"], slow=6, say=said.append)
    assert again.indexed is None
