"""What every system of the evaluation has to do, whatever it is made of."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from persrv.evaluation.systems.bm25 import bm25
from persrv.evaluation.systems.bm25_ocr import bm25_ocr
from persrv.evaluation.systems.clip_cn import ClipCn
from persrv.evaluation.systems.global_pop import GlobalPop
from persrv.evaluation.systems.persrv import PAPER_FIELDS, PerSRV
from persrv.evaluation.systems.plus import PerSRVPlus
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.srs import Srs
from persrv.evaluation.systems.user_pop import UserPop
from tests.evaluation.conftest import clicks, drawn, style_of, table, training


class Angles:
    """An `ImageTextEncoder` whose texts are directions by their length; pictures are not asked for."""

    name, version, dimensions, whitens = "angles", "1", 2, False

    def embed(self, images):
        raise AssertionError("the dataset has embeddings")

    def embed_texts(self, texts):
        angles = np.radians([17.0 * len(text) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    def close(self):
        pass


class Lengths:
    """A `TextEncoder` of no sense: directions by a text's characters."""

    name = "lengths"

    def encode(self, texts):
        angles = np.radians([float(sum(map(ord, text)) % 360) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


class Matcher:
    """A `QueryStickerMatcher` that counts: a sticker's score for a query is how often it was chosen for it."""

    name, version = "srs", "1"

    def fit(self, pairs, images, *, seed, progress=None):
        self._size = len(images)
        self._counts = {}
        for query, row in pairs:
            self._counts[query, row] = self._counts.get((query, row), 0) + 1

    def preselect(self, query, most):
        return np.arange(self._size, dtype=np.int64)[:most]

    def scores(self, query, candidates):
        found = [self._counts.get((query, int(row)), 0.0) for row in candidates]
        return np.where(np.array(found) > 0, np.array(found, dtype=np.float64), -np.inf)

    def close(self):
        pass


SYSTEMS = {
    "global-pop": lambda index: GlobalPop(),
    "user-pop": lambda index: UserPop(),
    "bm25": bm25,
    "bm25-ocr": lambda index: bm25_ocr(index, PAPER_FIELDS),
    "clip-cn": lambda index: ClipCn(Angles),
    "srs": lambda index: Srs(Matcher),
    "persrv": PerSRV,
    "persrv-plus": lambda index: PerSRVPlus(index, Lengths()),
    "persrv-plus without vectors": lambda index: PerSRVPlus(index, None),
}
QUERIES = ["笑", "加油", "晚安 再见", "nobody ever asked this", "", "🙂", "'; drop table stickers; --", "笑" * 256]


@pytest.fixture(params=SYSTEMS)
def fitted(request, open_index, tmp_path):
    from dataclasses import replace

    _, learnt = drawn(3, tmp_path)
    if request.param == "clip-cn":  # it ranks by embeddings of the dataset's
        stickers = replace(learnt.stickers, embeddings=learnt.style.vectors)
        learnt = replace(learnt, stickers=stickers)
    index = RecallIndex(open_index)
    system = SYSTEMS[request.param](index)
    system.fit(learnt)
    yield system, learnt
    system.close()
    index.close()


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("user", ["u0", "nobody"])
def test_a_ranking_holds_known_stickers_once_with_scores_that_fall(fitted, user, query):
    system, learnt = fitted
    ranking = system.rank(user, query, 100)
    docids, scores = [docid for docid, _ in ranking], [score for _, score in ranking]
    assert len(set(docids)) == len(docids) <= 100
    assert set(docids) <= set(learnt.stickers.docids)
    assert all(np.isfinite(scores))
    assert all(after < before for before, after in pairwise(scores))


def test_a_shorter_ranking_is_the_beginning_of_a_longer_one(fitted):
    system, _ = fitted
    longest = system.rank("u1", "笑", 100)
    for limit in (0, 1, 3, 10):
        assert list(system.rank("u1", "笑", limit)) == list(longest[:limit])


def test_the_same_question_gets_the_same_answer(fitted):
    system, learnt = fitted
    first = system.rank("u2", "加油", 50)
    system.rank("u0", "哭", 50)
    assert list(system.rank("u2", "加油", 50)) == list(first)
    system.fit(learnt)
    assert list(system.rank("u2", "加油", 50)) == list(first)


@pytest.mark.parametrize("fitted", ["bm25", "bm25-ocr", "srs", "persrv", "persrv-plus"], indirect=True)
def test_every_system_that_looks_at_queries_finds_what_was_chosen_for_one(fitted):
    system, learnt = fitted
    chosen = {row.docid for row in learnt.clicks if row.query == "晚安"}
    best = [docid for docid, _ in system.rank("nobody", "晚安", len(chosen))]
    assert set(best) & chosen


def test_global_popularity_is_clicks_in_train(tmp_path):
    stickers = table("abc", tmp_path)
    system = GlobalPop()
    system.fit(training(stickers, clicks("u q b", "v q b", "u q a")))
    assert [docid for docid, _ in system.rank("w", "whatever", 10)] == ["b", "a"]


def test_user_popularity_puts_own_choices_before_everybodys(tmp_path):
    stickers = table("abc", tmp_path)
    system = UserPop()
    system.fit(training(stickers, clicks("u q b", "v q b", "v r b", "u q a", "u r a", "w q c")))
    assert [docid for docid, _ in system.rank("u", "x", 10)] == ["a", "b", "c"]
    assert [docid for docid, _ in system.rank("nobody", "x", 10)] == ["b", "a", "c"]


def test_history_alone_does_not_read_what_is_drawn_on_a_sticker(open_index, tmp_path):
    stickers = table("ab", tmp_path, ocr={"a": "晚安"})
    learnt = training(stickers, clicks("u 笑 b"))
    index = RecallIndex(open_index)
    plain, reading = bm25(index), bm25_ocr(index, PAPER_FIELDS)
    plain.fit(learnt)
    reading.fit(learnt)
    assert list(plain.rank("u", "晚安", 10)) == []
    assert [docid for docid, _ in reading.rank("u", "晚安", 10)] == ["a"]
    index.close()


def test_the_order_of_equals_is_a_persons_style(open_index, tmp_path):
    stickers = table(["flat", "line", "z1", "z2"], tmp_path, ocr={"flat": "加油", "line": "加油"})
    style = style_of(stickers, {"flat": 0, "line": 90, "z1": 2, "z2": 88})
    learnt = training(stickers, clicks("likes_flat x z1", "likes_line x z2"), style=style)
    index = RecallIndex(open_index)
    system = PerSRV(index)
    system.fit(learnt)
    assert [docid for docid, _ in system.rank("likes_flat", "加油", 2)] == ["flat", "line"]
    assert [docid for docid, _ in system.rank("likes_line", "加油", 2)] == ["line", "flat"]
    assert [docid for docid, _ in system.rank("nobody", "加油", 2)] == ["flat", "line"]
    index.close()
