"""Diffusion, against calculations by hand, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from persrv.recall.diffusion import FEW, LEAST_TEXT, TOP, choice_neighbours, diffuse, lends, text_neighbours
from persrv.recall.meaning import OwnTexts, owners_of
from persrv.recall.nearest import ExactNearest


def clicks(*rows):
    return sparse.csr_array(np.array(rows, dtype=np.float32))


# Stickers 0 and 1 share a query that two of three stickers are chosen for, and have one of their own each.
SHARED, OWN = np.log(1 + 3 / 2), np.log(1 + 3 / 1)
LIKENESS = SHARED**2 / (SHARED**2 + OWN**2)  # 0.304


def test_neighbours_are_the_cosines_of_what_stickers_were_chosen_for():
    found = choice_neighbours(clicks([1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 5])).toarray()
    assert found == pytest.approx(np.array([[0, LIKENESS, 0], [LIKENESS, 0, 0], [0, 0, 0]]))


def test_a_weak_likeness_is_no_neighbour_and_there_are_at_most_so_many():
    found = choice_neighbours(clicks([1, 1], [5, 0], [0, 5])).toarray()
    assert not found.any()  # cosine 1 / 26
    many = choice_neighbours(clicks(np.ones(TOP + 5)))
    assert set(np.diff(many.indptr).tolist()) == {TOP}


def test_to_share_a_rare_query_says_more_than_to_share_a_common_one():
    # 0 and 1 share a query of theirs alone, 2 and 3 one that everybody is chosen for; each has one of its own.
    rare, common = [1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]
    alone = np.eye(6)[:4]
    found = choice_neighbours(clicks(rare, common, *alone)).toarray()
    assert found[0, 1] > found[2, 3]


def test_lending_by_hand():
    neighbours = choice_neighbours(clicks([1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 5]))
    ids, scores = diffuse((np.array([0]), np.array([0.8])), lends(neighbours), 0.2)
    assert ids.tolist() == [0, 1]
    assert scores.tolist() == pytest.approx([0.8, 0.2 * LIKENESS * 0.8])


def test_stickers_with_few_choices_borrow_by_what_they_say():
    vectors = np.array([[1, 0], [1, 0.01], [0, 1]], dtype=np.float32)
    own = OwnTexts(ExactNearest(vectors), np.array([0, 1, 2, 3]), np.array([0, 1, 2]))
    found = text_neighbours(np.array([2 * FEW, 0, 0]), own, vectors).toarray()
    assert found[1, 0] == pytest.approx(1.0)  # 1 has no choice and says what 0 says
    assert not found[0].any()  # 0 has enough choices of its own
    assert not found[2].any()  # 2 says something else


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=5), st.floats(0, 2))
def test_nothing_is_ever_lowered_and_who_has_no_neighbour_keeps_its_score(rows, weight):
    neighbours = choice_neighbours(clicks(*rows))
    before = (np.array([0, 2, 5]), np.array([0.5, 0.25, 1.0]))
    ids, scores = diffuse(before, lends(neighbours), weight)
    assert set(before[0].tolist()) <= set(ids.tolist())
    after = dict(zip(ids.tolist(), scores.tolist(), strict=True))
    for sticker, score in zip(before[0].tolist(), before[1].tolist(), strict=True):
        assert after[sticker] >= score - 1e-12
        if not neighbours.toarray()[sticker].any():
            assert after[sticker] == pytest.approx(score)


def test_a_sticker_newer_than_the_neighbours_lends_nothing_and_is_kept():
    neighbours = choice_neighbours(clicks([1, 1]))
    ids, scores = diffuse((np.array([0, 9]), np.array([1.0, 0.5])), lends(neighbours), 0.5)
    assert ids.tolist() == [0, 1, 9]
    assert scores.tolist() == pytest.approx([1.0, 0.5, 0.5])


def test_text_neighbours_are_those_of_a_comparison_of_everything_with_everything():
    random = np.random.default_rng(5)
    stickers, texts = 60, 25
    says = [
        (int(sticker), f"t{text}") for sticker in range(stickers) for text in random.choice(texts, 2, replace=False)
    ]
    distinct, indptr, owners = owners_of([text for _, text in says], np.array([sticker for sticker, _ in says]))
    vectors = random.normal(size=(len(distinct), 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    counts = random.integers(0, 2 * FEW, stickers)
    found = text_neighbours(counts, OwnTexts(ExactNearest(vectors), indptr, owners), vectors).toarray()
    mine = [[distinct.index(text) for who, text in says if who == sticker] for sticker in range(stickers)]
    for sticker in range(stickers):
        near = {
            other: max(float(vectors[a] @ vectors[b]) for a in mine[sticker] for b in mine[other])
            for other in range(stickers)
            if other != sticker
        }
        best = sorted((-cosine, other) for other, cosine in near.items() if cosine > LEAST_TEXT)[:TOP]
        expected = [(-cosine - LEAST_TEXT) / (1 - LEAST_TEXT) for cosine, _ in best] if counts[sticker] < FEW else []
        assert sorted(found[sticker][found[sticker] > 0], reverse=True) == pytest.approx(expected, rel=1e-5)
