"""Own packs: what a query says of them, who holds them, and how both rankings prefer or require them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from persrv.adapters.search.memory_index import MemoryStickerIndex
from persrv.domain.nsfw import NOTHING_HIDDEN
from persrv.domain.own_packs import OwnPacks, OwnStickers, OwnWanted
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.errors import StorageError
from persrv.ports.fakes import InMemoryOwnPackStore
from persrv.ranking.personal import RankingWeights
from persrv.ranking.plus import PlusWeights
from persrv.recall.meaning import OwnTexts
from persrv.recall.nearest import ExactNearest
from persrv.recall.weights import RelevanceWeights
from persrv.suggest import Asked, OwnPacksKeeper, PaperRanker, PlusRanker, QueryVectors, Serving, read_typed

# The query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("mine 笑", "笑"),
        ("MINE  good night ", "good night "),
        (" mine 笑", "笑"),
        ("我的 笑", "笑"),
        ("ｍｉｎｅ\u3000笑", "笑"),
        ("Mine\u200b Straße", "Straße"),
        ("mine mine", "mine"),
        ("mine", ""),
        ("我的 ", ""),
    ],
)
def test_a_first_word_asks_for_own_packs_and_what_is_meant_is_the_rest_as_typed(query, words):
    typed = read_typed(query)
    assert (typed.mine, typed.words) == (True, words)


@pytest.mark.parametrize(
    "query", ["", " ", "笑", "minecraft", "我的笑", "my love", "it is mine", '"mine"', "“我的” 笑", "mine, 笑"]
)
def test_any_other_query_is_taken_as_it_is(query):
    typed = read_typed(query)
    assert (typed.mine, typed.words) == (False, query)


# The keeper


@pytest.fixture
def store():
    filled = InMemoryOwnPackStore()
    filled.own = {7: [3, 1], 8: [2]}
    return filled


@pytest.fixture
def clock():
    return {"now": datetime(2026, 1, 2, tzinfo=UTC)}


@pytest.fixture
def keeper(store, clock):
    return OwnPacksKeeper(store, now=lambda: clock["now"], capacity=2)


async def own(keeper, user_id=7):
    return (await keeper.stickers(user_id)).ids.tolist()


async def test_whoever_wants_nothing_of_it_is_answered_without_asking_the_store(store, keeper):
    assert keeper.mode(7) is OwnPacks.OFF
    assert await keeper.wanted(7, required=False) is None
    assert store.reads == 0


async def test_what_is_wanted_holds_for_that_person_and_for_the_next_keeper(store, keeper, clock):
    await keeper.switch(7, OwnPacks.PREFER)
    assert not (await keeper.wanted(7, required=False)).only
    assert (await keeper.wanted(7, required=True)).only
    assert await keeper.wanted(8, required=False) is None
    after_a_restart = OwnPacksKeeper(store, now=lambda: clock["now"])
    await after_a_restart.load()
    assert after_a_restart.mode(7) is OwnPacks.PREFER
    await after_a_restart.switch(7, OwnPacks.ONLY)
    assert (await after_a_restart.wanted(7, required=False)).only
    for _ in range(2):
        await after_a_restart.switch(7, OwnPacks.OFF)
    assert await after_a_restart.wanted(7, required=False) is None


async def test_stickers_are_read_once_a_minute_and_anew_after_a_choice_or_a_change_to_packs(store, keeper, clock):
    assert await own(keeper) == [3, 1]
    assert await own(keeper) == [3, 1]
    assert store.reads == 1
    store.own[7] = [5]
    clock["now"] += timedelta(seconds=59)
    assert await own(keeper) == [3, 1]
    clock["now"] += timedelta(seconds=1)
    assert await own(keeper) == [5]
    store.own[7] = [6]
    keeper.chosen(8)
    assert await own(keeper) == [5]
    keeper.chosen(7)
    assert await own(keeper) == [6]
    store.own[7] = []
    keeper.packs_changed()
    assert await own(keeper) == []


@pytest.mark.parametrize("change", [lambda keeper: keeper.chosen(7), lambda keeper: keeper.packs_changed()])
async def test_what_changed_while_it_was_read_is_read_again(store, keeper, monkeypatch, change):
    real = store.stickers_of

    async def slow(user_id):
        found = await real(user_id)
        change(keeper)
        store.own[7] = [9]
        return found

    monkeypatch.setattr(store, "stickers_of", slow)
    assert await own(keeper) == [3, 1]
    monkeypatch.setattr(store, "stickers_of", real)
    assert await own(keeper) == [9]


async def test_only_so_many_people_are_held_and_who_was_asked_about_longest_ago_goes(store, keeper):
    for user_id in (7, 8, 7, 9, 7):
        await keeper.stickers(user_id)
    assert store.reads == 3
    await keeper.stickers(8)
    assert store.reads == 4


async def test_who_is_forgotten_begins_anew(store, keeper):
    await keeper.switch(7, OwnPacks.ONLY)
    await keeper.stickers(7)
    store.own[7] = []
    keeper.forget(7)
    keeper.forget(8)
    assert keeper.mode(7) is OwnPacks.OFF
    assert await own(keeper) == []


async def test_a_wish_that_could_not_be_kept_is_not_granted(store, keeper, monkeypatch):
    async def full(user_id, mode):
        raise StorageError("The disk is full.")

    monkeypatch.setattr(store, "keep_mode", full)
    with pytest.raises(StorageError):
        await keeper.switch(7, OwnPacks.ONLY)
    assert keeper.mode(7) is OwnPacks.OFF


# The rankings

CATS = 900
R = 20
OWN = np.array([700, 640, 899, 5_000], dtype=np.int64)
"""Far from the best of 900 that match: the lower the number, the more often it says the word."""


@pytest.fixture(scope="module")
def index():
    filled = MemoryStickerIndex()
    filled.update(
        [
            StickerDocument(number, {SemanticField.OCR: "cat " + "dog " * (number // 10), SemanticField.EMOJI: "🐱"})
            for number in range(1, CATS + 1)
        ],
        [],
    )
    return filled


def ranker(kind, index, own_packs=1.0):
    weights = RelevanceWeights().as_mapping()
    if kind == "persrv":
        return PaperRanker(index, weights, RankingWeights(), recall_size=R, own_packs=own_packs)
    return PlusRanker(index, weights, PlusWeights(), QueryVectors(lambda: None), recall_size=R, own_packs=own_packs)


def asked(own=None, only=False, hidden=()):
    return Asked(
        "cat",
        ("cat",),
        Serving(),
        hidden=NOTHING_HIDDEN.changed(list(hidden), []),
        own=None if own is None else OwnWanted(OwnStickers(own), only),
    )


def ids(ranking):
    return [ranked.sticker_id for ranked in ranking]


@pytest.mark.parametrize("kind", ["persrv", "persrv-plus"])
def test_required_ones_are_found_however_many_others_are_better_and_no_others(index, kind):
    served = ranker(kind, index)
    assert ids(served.rank(asked())) == list(range(1, R + 1))
    found = served.rank(asked(OWN, only=True))
    assert ids(found) == [640, 700, 899]
    assert all(ranked.own_packs == 1.0 for ranked in found)
    assert ids(served.rank(asked(OWN, only=True, hidden=[700]))) == [640, 899]
    assert served.rank(asked(OWN[:0], only=True)) == ()


@pytest.mark.parametrize("kind", ["persrv", "persrv-plus"])
def test_a_bonus_multiplies_preferred_ones_and_is_told_apart_from_style(index, kind):
    plain = {ranked.sticker_id: ranked for ranked in ranker(kind, index).rank(asked(OWN, only=True))}
    found = ranker(kind, index, own_packs=1_000.0).rank(asked(OWN))
    assert len(found) == R
    assert ids(found) == [640, 700, 899, *range(1, R - 2)]
    for ranked in found:
        assert ranked.own_packs == (1_001.0 if ranked.sticker_id in OWN else 1.0)
        assert ranked.score == pytest.approx(ranked.recall * ranked.factor)
        assert ranked.factor == pytest.approx(ranked.own_packs)  # nobody's style is known here
    if kind == "persrv":
        assert found[0].recall == pytest.approx(plain[640].recall)
    assert ids(ranker(kind, index, own_packs=1_000.0).rank(asked(OWN, hidden=[640])))[:2] == [700, 899]


@pytest.mark.parametrize("kind", ["persrv", "persrv-plus"])
def test_without_a_weight_or_an_own_pack_the_order_is_everybodys(index, kind):
    everybodys = ids(ranker(kind, index).rank(asked()))
    assert ids(ranker(kind, index, own_packs=0.0).rank(asked(OWN))) == everybodys
    assert ids(ranker(kind, index).rank(asked(OWN[:0]))) == everybodys


def test_texts_of_others_do_not_take_the_places_of_own_ones():
    angles = np.linspace(0.0, 0.5, 1_500)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    texts = OwnTexts(ExactNearest(vectors), np.arange(1_501), np.arange(1_500))
    query = np.array([1.0, 0.0], dtype=np.float32)
    few = np.array([1_200, 1_450])
    found, near = texts.find(query, 1_500, lambda ids: ~np.isin(ids, few))
    assert found.tolist() == few.tolist()
    assert near[0] > near[1] > 0
    assert not set(few.tolist()) & set(texts.find(query, 1_500)[0].tolist())  # 1,000 others are nearer


def test_own_ones_are_told_as_a_set_would_tell_them():
    rng = np.random.default_rng(11)
    for _ in range(50):
        several = rng.permutation(60)[: rng.integers(0, 40)].astype(np.int64)
        asked_about = rng.integers(0, 90, 30)
        found = OwnStickers(several).among(asked_about)
        assert found.tolist() == [int(one) in set(several.tolist()) for one in asked_about]
