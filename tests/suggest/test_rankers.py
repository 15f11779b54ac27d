"""persrv-plus's ranker: what it makes of what words find, against a straightforward way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from persrv.adapters.search.memory_index import MemoryStickerIndex
from persrv.domain.candidates import Recalled, RecalledStickers
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.ranking.personal import RankingWeights
from persrv.ranking.plus import PlusWeights
from persrv.recall.diffusion import lending_of
from persrv.recall.forgiving import Alternative, Slip, weight_of_typed
from persrv.recall.meaning import OwnTexts, PastQueries
from persrv.recall.nearest import ExactNearest
from persrv.recall.pool import LEXICAL
from persrv.recall.weights import RelevanceWeights
from persrv.suggest import Asked, PaperRanker, PlusRanker, QueryVectors, Serving
from persrv.suggest.plus_ranker import POOLED
from persrv.suggest.recall_arrays import KnownVectors, LearntStages
from persrv.text.keys import text_keys

WORDS = PlusWeights(lexical=3, meaning=1, texts=0, memory=0, diffusion=0, style=0)
PARTS = st.dictionaries(st.sampled_from(SemanticField), st.sampled_from([0.1, 0.3, 0.7]), min_size=1, max_size=3)
FOUND = st.dictionaries(st.integers(0, 9), st.tuples(PARTS, st.sampled_from([0.0, 0.2])), max_size=8)


class Index:
    """Finds what it was told to find for a token."""

    version = 0

    def __init__(self, found):
        self._found = found

    def search(self, tokens, *, weights, limit, utility=None, left_out=None):
        return self._found[tokens[0]]


def recalled(found):
    each = [
        Recalled(sticker, sum(parts.values()), {of: parts[of] for of in SemanticField if of in parts}, utility)
        for sticker, (parts, utility) in found.items()
    ]
    return RecalledStickers.of(sorted(each, key=lambda one: (-one.score, one.sticker_id)))


@given(FOUND, st.lists(st.tuples(FOUND, st.sampled_from([0.3, 0.8, 1.0])), max_size=3))
def test_of_several_readings_each_sticker_tells_the_words_of_its_best(typed, others):
    meant = tuple(
        Alternative(f"other{number}", (f"other{number}",), Slip.TYPO, weight)
        for number, (_, weight) in enumerate(others)
    )
    by_token = {"typed": recalled(typed)} | {f"other{at}": recalled(found) for at, (found, _) in enumerate(others)}
    ranker = PlusRanker(Index(by_token), {}, WORDS, QueryVectors(lambda: None), recall_size=100)
    ranking = ranker.rank(Asked("typed", ("typed",), Serving(), readings=meant))

    most = {}
    weights = {"typed": weight_of_typed(meant)} | {each.text: each.weight for each in meant}
    for token, found in by_token.items():
        best = max((one.score for one in found), default=0.0)
        for one in found:
            scale = weights[token] / best
            if one.sticker_id not in most or one.score * scale > most[one.sticker_id][0]:
                most[one.sticker_id] = one.score * scale, one
    best = max((value for value, _ in most.values()), default=0.0)
    expected = {}
    for value, one in most.values():
        scale = (value / best) ** 2 / one.score  # words are all that was found, and are squared
        told = {of: pytest.approx(scale * part) for of, part in one.by_field.items()}
        expected[one.sticker_id] = told, pytest.approx(scale * one.utility)
    assert {place.sticker_id: (place.by_field, place.utility) for place in ranking} == expected
    for place in ranking:
        assert place.told.by_words
        assert place.score == pytest.approx((most[place.sticker_id][0] / best) ** 2, rel=1e-12)
        assert place.recall == pytest.approx(place.score, rel=1e-12)
    keys = [(-place.score, place.sticker_id) for place in ranking]
    assert keys == sorted(keys)


@pytest.mark.parametrize("recall_size", [LEXICAL + 50, POOLED + 100])
def test_a_ranking_is_as_long_as_it_was_asked_to_be(recall_size):
    index = MemoryStickerIndex()
    index.update([StickerDocument(number, {SemanticField.OCR: "cat"}) for number in range(POOLED + 200)], [])
    weights = RelevanceWeights().as_mapping()
    ranker = PlusRanker(index, weights, PlusWeights(), QueryVectors(lambda: None), recall_size=recall_size)
    assert len(ranker.rank(Asked("cat", ("cat",), Serving()))) == recall_size


def test_the_papers_ranking_tells_that_words_found_it_and_each_part_of_its_scores():
    found = recalled({3: ({SemanticField.OCR: 2.0, SemanticField.PACK: 0.5}, 0.25), 5: ({SemanticField.OCR: 1.0}, 0.0)})
    ranker = PaperRanker(Index({"cat": found}), {}, RankingWeights(), recall_size=100)
    first, second = ranker.rank(Asked("cat", ("cat",), Serving()))
    assert first.told.by_words
    assert (first.sticker_id, first.score, first.utility, first.factor) == (3, 2.75, 0.25, 1.0)
    assert first.by_field == {SemanticField.OCR: 2.0, SemanticField.PACK: 0.5}
    assert (second.sticker_id, second.score, second.by_field) == (5, 1.0, {SemanticField.OCR: 1.0})


VECTORS = np.array([[0.6, 0.8], [0.0, 0.0]], dtype=np.float16)
KEYS = text_keys(["cat", "dog"])
ORDER = np.argsort(KEYS)


def test_a_text_that_was_encoded_at_night_is_not_encoded_again():
    """Without an encoder there are no vectors but those: a sticker that says so is found by meaning."""
    known = KnownVectors(KEYS[ORDER], VECTORS[ORDER])
    assert known.of("cat").tolist() == pytest.approx([0.6, 0.8], abs=1e-3)
    assert np.linalg.norm(known.of("cat")) == pytest.approx(1.0, abs=1e-6)
    assert known.of("dog") is None  # it could not be encoded
    assert [known.of(text) for text in ("bird", "cow", "fish", "hen", "owl", "pig")] == [None] * 6
    assert KnownVectors(KEYS[ORDER], np.zeros((2, 0), dtype=np.float16)).of("cat") is None

    nothing = sparse.csr_array((0, 10), dtype=np.float32)
    past = PastQueries(np.empty(0, dtype=np.uint64), None, nothing)
    texts = OwnTexts(ExactNearest(np.array([[0.6, 0.8]])), np.array([0, 1]), np.array([7]))
    ranker = PlusRanker(MemoryStickerIndex(), {}, PlusWeights(), QueryVectors(lambda: None), recall_size=9)
    nobody = lending_of(sparse.csr_array((10, 10), dtype=np.float32))
    for stages, found in (((), []), ((KnownVectors(KEYS[:0], VECTORS[:0]), known), [7])):
        learnt = LearntStages("an encoder", past, texts, nobody, stages)
        ranking = ranker.rank(Asked("cat", ("cat",), Serving(learnt=learnt)))
        assert [place.sticker_id for place in ranking] == found
        assert not any(place.told.by_words for place in ranking)
