"""Our scores against those that Whoosh's own searcher gives on the same files."""

from __future__ import annotations

import random

import pytest
from whoosh import scoring
from whoosh.index import open_dir
from whoosh.query import Or, Term

from persrv.adapters.search.schema import STICKER
from persrv.domain.semantics import SemanticField, StickerDocument

WORDS = [f"word{n}" for n in range(30)]
WEIGHTS = dict(zip(SemanticField, (1.0, 0.5, 1.25, 2.0, 0.3, 1.0, 0.75), strict=True))


@pytest.fixture(params=[1, 7], ids=["one commit", "several commits"])
def filled(request, index):
    # Every sticker has every field: there our averages and Whoosh's are the same. No length is over 10, up to
    # which Whoosh keeps them exactly.
    rng = random.Random(11)
    documents = [
        StickerDocument(n, {field: " ".join(rng.choices(WORDS, k=rng.randint(1, 10))) for field in SemanticField})
        for n in rng.sample(range(1, 10_000), 300)
    ]
    step = -(-len(documents) // request.param)
    for start in range(0, len(documents), step):
        index.update(documents[start : start + step], [])
    return index


@pytest.mark.parametrize("words", [["word1"], ["word2", "word3", "word29"], WORDS[:10]], ids=len)
def test_order_and_scores_are_those_of_whooshs_bm25f(filled, folder, words):
    query = Or([Term(field.value, word, boost=WEIGHTS[field]) for field in SemanticField for word in words])
    with open_dir(folder).searcher(weighting=scoring.BM25F()) as searcher:
        column = searcher.reader().column_reader(STICKER)
        theirs = {column[hit.docnum]: hit.score for hit in searcher.search(query, limit=None)}
    ours = filled.search(words, weights=WEIGHTS, limit=1000)
    assert len(ours) > 50
    assert {hit.sticker_id: hit.relevance for hit in ours} == pytest.approx(theirs, rel=1e-6)
    expected = sorted(theirs, key=lambda sticker_id: (-round(theirs[sticker_id], 9), sticker_id))
    assert [hit.sticker_id for hit in ours] == expected
