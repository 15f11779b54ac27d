"""Indexes and corpora for the tests of search."""

from __future__ import annotations

import random
import time

import pytest

from persrv.adapters.search.whoosh_index import WhooshStickerIndex
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.recall.weights import RelevanceWeights
from tests.adapters.search.comparing import NEVER, nobody

WORDS = [
    "happy",
    "sad",
    "cat",
    "dog",
    "开心",
    "想哭",
    "加油",
    "晚安",
    "ok",
    "lol",
    "👍",
    "🎉",
    "2024",
    "go",
    "hi",
]


class Corpora:
    """Makes documents out of a small vocabulary, so that words repeat and scores tie."""

    @staticmethod
    def document(sticker_id: int, **texts: str) -> StickerDocument:
        return StickerDocument(sticker_id, {SemanticField(name): text for name, text in texts.items()})

    @staticmethod
    def random(count: int, seed: int, *, first_id: int = 1) -> list[StickerDocument]:
        rng = random.Random(seed)
        return [
            StickerDocument(
                first_id + place,
                {
                    field: " ".join(rng.choices(WORDS, k=rng.randint(1, 9)))
                    for field in SemanticField
                    if rng.random() < 0.7
                },
            )
            for place in range(count)
        ]


@pytest.fixture
def corpora():
    return Corpora


@pytest.fixture
def weights():
    return RelevanceWeights().as_mapping()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def open_index(folder):
    """Opens indexes, by default on `folder`, that are closed at the end."""
    opened = []

    def open_(directory=folder, **options):
        options = {"refresh_seconds": 0.0, "lock_seconds": 0.0} | options
        opened.append(WhooshStickerIndex(directory, **options))
        return opened[-1]

    yield open_
    for index in opened:
        index.close()


@pytest.fixture
def index(open_index):
    return open_index()


@pytest.fixture
def everything():
    """What an index says of every word: rankings with scores, by query."""

    def of(index, weights):
        queries = [[word] for word in WORDS] + [["happy", "cat", "开", "👍"], ["哭", "sad"], WORDS]
        return [
            [
                (hit.sticker_id, hit.relevance, dict(hit.by_field))
                for hit in index.search(query, weights=weights, limit=1000)
            ]
            for query in queries
        ]

    return of


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
