"""What queries find for everybody: the same as without keeping it, whatever happened in between."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from persrv.adapters.search.memory_index import MemoryStickerIndex
from persrv.domain.candidates import NOTHING, Pool
from persrv.domain.nsfw import NOTHING_HIDDEN
from persrv.domain.own_packs import OwnStickers, OwnWanted
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.preference.share import style_field
from persrv.ranking.plus import PlusWeights
from persrv.recall.diffusion import lending_of
from persrv.recall.forgiving import Alternative, Slip
from persrv.recall.meaning import OwnTexts, PastQueries, chosen_for
from persrv.recall.memory import Remembered, remember
from persrv.recall.nearest import ExactNearest
from persrv.recall.weights import RelevanceWeights
from persrv.suggest import Asked, PlusRanker, QueryVectors, Serving, Taste
from persrv.suggest.recall_arrays import LearntStages
from persrv.suggest.shared_finds import ENTRY, Finds, SharedFinds
from persrv.text.keys import text_keys
from persrv.utility.table import UtilityTable

WORDS = ("cat", "dog", "fish")
STICKERS = 8


class Encoder:
    """Every word has a direction of its own, near to the next one's."""

    name = "three words"

    def encode(self, texts):
        angles = np.array([WORDS.index(text) if text in WORDS else 9 for text in texts]) * 0.7
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def learnt(seed):
    """Stages and styles that another seed has otherwise."""
    rng = np.random.default_rng(seed)
    keys = text_keys(WORDS)
    order = np.argsort(keys)
    vectors = Encoder().encode([WORDS[place] for place in order])
    clicks = chosen_for(rng.integers(3, size=9), rng.integers(STICKERS, size=9), (3, STICKERS))
    own = OwnTexts(ExactNearest(Encoder().encode(list(WORDS))), np.array([0, 2, 5, 8]), np.arange(8) % STICKERS)
    alike = sparse.csr_array(sparse.random(STICKERS, STICKERS, 0.3, random_state=seed, dtype=np.float32))
    past = PastQueries(keys[order], ExactNearest(vectors), clicks)
    return Serving(
        f"g{seed}",
        utility=UtilityTable(rng.random(STICKERS).astype(np.float32)),
        style=style_field(rng.standard_normal((STICKERS, 4)), space_id="s"),
        learnt=LearntStages(Encoder.name, past, own, lending_of(alike)),
    )


def person(number):
    """Whom `remember` knows for some word; nobody for 0."""
    if number == 0:
        return None
    stickers = np.array([number, number + 2])
    memory = remember([Remembered(str(number), WORDS[number - 1], number)], now=0.0)
    return Taste(str(number), stickers, np.ones(2, dtype=np.int64), memory)


def document(number, word):
    return StickerDocument(number, {SemanticField.OCR: word, SemanticField.KEYWORDS: "fish"})


HIDDEN = NOTHING_HIDDEN.changed([1, 4], ())
OWN = {"none": None, "only": OwnWanted(OwnStickers(np.array([2, 5])), only=True)}
MEANT = {"typed": (), "other": (Alternative("dog", ("dog",), Slip.TYPO, 0.6),)}
ASKS = st.tuples(
    st.just("ask"),
    st.sampled_from(WORDS[:2]),
    st.integers(0, 2),
    st.sampled_from([NOTHING_HIDDEN, HIDDEN]),
    st.sampled_from(sorted(OWN)),
    st.sampled_from(sorted(MEANT)),
)
EVENTS = st.one_of(
    *[ASKS] * 12,
    st.tuples(st.just("document"), st.integers(0, STICKERS - 1), st.sampled_from(WORDS)),
    st.tuples(st.just("night"), st.integers(1, 3)),
    st.tuples(st.just("warm")),
    st.tuples(st.just("forget")),
)


def told(ranking):
    return [
        (place.sticker_id, place.score, place.utility, dict(place.by_field), dict(place.beyond), place.factor)
        for place in ranking
    ]


@settings(max_examples=60)
@given(st.lists(EVENTS, min_size=20, max_size=60), st.sampled_from([2 * ENTRY + 2_000, 1 << 20]))
def test_whatever_happened_before_an_answer_is_what_it_would_be_if_nothing_was_kept(events, capacity):
    index, vectors, serving = MemoryStickerIndex(), QueryVectors(Encoder), learnt(0)
    index.update([document(number, WORDS[number % 2]) for number in range(STICKERS)], [])
    weights = RelevanceWeights().as_mapping()

    def ranker(shared):
        return PlusRanker(index, weights, PlusWeights(), vectors, recall_size=20, shared=shared)

    keeping, fresh = ranker(SharedFinds(capacity)), ranker(SharedFinds(0))
    for name, *how in events:
        if name == "ask":
            word, who, hidden, own, meant = how
            asked = Asked(word, (word,), serving, None, person(who), hidden, OWN[own], MEANT[meant])
            assert told(keeping.rank(asked)) == told(fresh.rank(asked))
        elif name == "document":
            index.update([document(*how)], [])
        elif name == "night":
            serving = learnt(*how)
        elif name == "warm":
            vectors.warm()
        else:
            keeping.forget()


def test_what_somebody_remembers_is_in_their_own_answers_alone():
    index, serving = MemoryStickerIndex(), learnt(0)
    index.update([document(number, "cat") for number in range(STICKERS)], [])
    ranker = PlusRanker(index, RelevanceWeights().as_mapping(), PlusWeights(), QueryVectors(Encoder), recall_size=20)

    def remembering(who):
        ranking = ranker.rank(Asked("cat", ("cat",), serving, taste=person(who)))
        return [place.sticker_id for place in ranking if "memory" in place.beyond]

    assert [remembering(who) for who in (0, 1, 2, 1, 0)] == [[], [1], [], [1], []]


def test_what_was_found_before_the_encoder_was_loaded_is_found_anew():
    index, serving, vectors = MemoryStickerIndex(), learnt(0), QueryVectors(Encoder)
    ranker = PlusRanker(index, RelevanceWeights().as_mapping(), PlusWeights(), vectors, recall_size=20)

    def by_meaning():
        return any("texts" in place.beyond for place in ranker.rank(Asked("cat", ("cat",), serving)))

    assert not by_meaning()
    vectors.warm()
    assert by_meaning()


def finds(size):
    return Finds((), {}, Pool(np.zeros(size, dtype=np.int64), np.zeros((size, 5)), np.zeros(size)))


def counted(found):
    """Gives it, and counts how often it had to."""
    calls = []

    def find():
        calls.append(1)
        return found

    return find, calls


def test_the_same_is_found_once_until_something_else_serves():
    shared = SharedFinds()
    find, calls = counted(finds(3))
    for _ in range(3):
        assert shared.of("cat", (1,), find) is find()
    shared.of("dog", (1,), find)
    assert len(calls) == 3 + 2
    shared.of("cat", (2,), find)
    shared.of("cat", (1,), find)
    assert len(calls) == 3 + 4


def test_it_holds_so_many_bytes_and_lets_go_of_what_was_asked_longest_ago():
    one = finds(100)
    assert one.nbytes == 100 * (8 + 40 + 8)
    shared = SharedFinds(2 * (ENTRY + one.nbytes))
    find, calls = counted(one)
    for word in ("cat", "dog", "cat", "fish", "cat"):
        shared.of(word, (), find)
    assert len(calls) == 3
    shared.of("dog", (), find)
    assert len(calls) == 4


def test_queries_that_find_nothing_are_let_go_of_too():
    shared = SharedFinds(10 * ENTRY)
    find, calls = counted(finds(0))
    for number in range(1_000):
        shared.of(f"nonsense {number}", (), find)
    shared.of("nonsense 999", (), find)
    assert len(calls) == 1_000
    shared.of("nonsense 0", (), find)
    assert len(calls) == 1_001


def test_finds_tell_all_that_they_hold():
    found = np.arange(4), np.ones(4)
    assert Finds((), {"texts": found, "meaning": NOTHING}, finds(0).pooled).nbytes == 4 * 8 + 4 * 8


def test_what_was_found_while_the_night_was_published_is_not_kept():
    shared = SharedFinds()

    def slow():
        shared.of("other", (2,), lambda: finds(1))  # meanwhile somebody is answered from what serves next
        return finds(1)

    shared.of("cat", (1,), slow)
    find, calls = counted(finds(1))
    shared.of("cat", (2,), find)
    assert len(calls) == 1


def test_after_somebody_is_forgotten_nothing_of_before_is_held():
    shared = SharedFinds()
    find, calls = counted(finds(1))
    shared.of("cat", (), find)
    shared.forget()
    shared.of("cat", (), find)
    assert len(calls) == 2


@pytest.mark.parametrize("capacity", [3 * ENTRY, 1 << 20])
def test_threads_get_their_own_queries_finds(capacity):
    shared, lock, made = SharedFinds(capacity), threading.Lock(), {}

    def ask(number):
        def find():
            with lock:
                return made.setdefault(number, finds(number))

        return len(shared.of(number, (), find).pooled.ids)

    numbers = [number % 7 for number in range(2_000)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, numbers)) == numbers
