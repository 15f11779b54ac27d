"""Who is the same thing, against calculations by hand and a dense one, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from persrv.recall import alike
from persrv.recall.alike import (
    COMMON,
    LEAST,
    LEAST_COMMON,
    LEAST_TEXT,
    NEAR_TEXTS,
    SAID,
    TOP,
    alike_by_texts,
    chosen_or_said,
)
from persrv.recall.learning import learn_recall
from persrv.recall.meaning import OwnTexts, chosen_for, owners_of
from persrv.recall.nearest import ExactNearest
from persrv.text.keys import text_keys


def table(*rows):
    return sparse.csr_array(np.array(rows, dtype=np.float32))


def alike_by_company(table, chosen=None):
    """All were chosen, unless it is said who."""
    return alike.alike_by_company(table, np.full(table.shape[1], True) if chosen is None else np.array(chosen))


def test_stickers_without_a_common_query_are_alike_through_a_third():
    """0 shares a query with 1, and 1 another with 2.

    Companies, by hand: 0 has (1/2, 1/sqrt 8, 0), 1 has (1/2, 1/sqrt 2, 1/2), 2 has (0, 1/sqrt 8, 1/2). The squared
    cosine of 0 and 1 is (1/2)^2 / (3/8 x 1), of 0 and 2 it is (1/8)^2 / (3/8)^2.
    """
    found = alike_by_company(table([1, 1, 0], [0, 1, 1])).toarray()
    near, far = 2 / 3, 1 / 9
    assert found == pytest.approx(np.array([[0, near, far], [near, 0, near], [far, near, 0]]), abs=1e-6)


def test_who_was_never_chosen_is_alike_to_others_and_nobody_to_them():
    found = alike_by_company(table([1, 1, 0], [0, 1, 1]), [True, False, True]).toarray()
    near, far = 2 / 3, 1 / 9
    assert found == pytest.approx(np.array([[0, 0, far], [near, 0, near], [far, 0, 0]]), abs=1e-6)


def test_to_share_a_rare_query_says_more_than_to_share_a_common_one():
    # 0 and 1 share a query of theirs alone, 2 and 3 one that everybody is chosen for; each has one of its own.
    rare, common = [1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]
    found = alike_by_company(table(rare, common, *np.eye(6)[:4])).toarray()
    assert found[0, 1] > found[2, 3]


def test_those_chosen_for_the_same_are_the_same_and_others_are_not():
    found = alike_by_company(table([1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0])).toarray()
    assert found[0, 1] == pytest.approx(1.0)
    assert not found[2:].any()


def test_there_are_at_most_so_many_and_of_equals_the_lower_ids():
    found = alike_by_company(table(np.ones(TOP + 5)))
    assert set(np.diff(found.indptr).tolist()) == {TOP}
    assert found[[TOP + 4]].indices.tolist() == list(range(TOP))


def test_what_very_many_are_chosen_for_tells_nobody_apart(monkeypatch):
    monkeypatch.setattr(alike, "BROAD", 2)
    found = alike_by_company(table([1, 1, 1, 0], [0, 0, 1, 1])).toarray()
    assert not found[:2].any()
    assert found[2, 3] == pytest.approx(1.0)


def test_a_weak_likeness_is_none():
    bridge = [1, *[0] * 15, 1]
    crowds = [[1, *[1] * 15, 0], [0, *[1] * 15, 1]]
    found = alike_by_company(table(bridge, *crowds))
    assert found.data.min() > LEAST**2
    assert found.data.max() <= 1


def test_a_query_counts_in_full_where_it_was_chosen_for_and_less_where_it_is_only_said():
    keys = np.sort(text_keys(["哭", "笑"]))
    rows = {query: int(np.searchsorted(keys, text_keys([query])[0])) for query in ("哭", "笑")}
    clicks = chosen_for(np.array([rows["哭"], rows["哭"], rows["笑"]]), np.array([0, 0, 1]), (2, 4))
    texts, indptr, owners = owners_of(["哭", "哭", "周一"], np.array([0, 2, 3]))
    found = chosen_or_said(keys, clicks, text_keys(texts), OwnTexts(None, indptr, owners))
    every = np.sort(text_keys(["哭", "笑", "周一"]))
    by_text = {text: found.toarray()[np.searchsorted(every, text_keys([text])[0])] for text in ("哭", "笑", "周一")}
    assert by_text["哭"].tolist() == pytest.approx([1, 0, SAID, 0])
    assert by_text["笑"].tolist() == pytest.approx([0, 1, 0, 0])
    assert by_text["周一"].tolist() == pytest.approx([0, 0, 0, SAID])


def test_many_are_compared_as_a_dense_calculation_does():
    """In blocks, pruned and sparse it is the formula all the same."""
    random = np.random.default_rng(3)
    many = 25
    x = np.where(random.random((40, many)) < 0.1, random.choice([1.0, SAID], (40, many)), 0.0)
    by_query, by_sticker = np.maximum(x.sum(axis=1), 1e-9), np.maximum(x.sum(axis=0), 1e-9)
    company = x.T @ (x / by_query[:, None]) / np.sqrt(by_sticker)
    company /= np.maximum(np.linalg.norm(company, axis=1, keepdims=True), 1e-9)
    expected = company @ company.T
    np.fill_diagonal(expected, 0)
    expected[expected <= LEAST] = 0
    for row in expected:
        row[np.argsort(-row, kind="stable")[TOP:]] = 0
    assert alike_by_company(sparse.csr_array(x.astype(np.float32))).toarray() == pytest.approx(expected**2, abs=1e-5)


@given(st.lists(st.lists(st.sampled_from([0.0, SAID, 1.0]), min_size=6, max_size=6), min_size=1, max_size=5))
def test_nobody_is_alike_to_themselves_and_all_is_from_0_to_1(rows):
    found = alike_by_company(table(*rows)).toarray()
    assert not np.diag(found).any()
    assert found.min() >= 0
    assert found.max() <= 1
    assert found == pytest.approx(found.T, abs=1e-5)  # while nobody has more than `TOP`


def test_an_empty_log_makes_nobody_alike():
    assert not alike_by_company(sparse.csr_array((0, 3), dtype=np.float32)).nnz
    assert alike_by_company(sparse.csr_array((0, 0), dtype=np.float32)).shape == (0, 0)


def test_who_is_alone_goes_by_what_it_says():
    vectors = np.array([[1, 0], [1, 0.01], [0, 1]], dtype=np.float32)
    own = OwnTexts(ExactNearest(vectors), np.array([0, 1, 2, 3]), np.array([0, 1, 2]))
    found = alike_by_texts(np.array([False, True, True]), np.array([True, False, True]), own, vectors).toarray()
    assert found[1, 0] == pytest.approx(1.0)  # 1 shares no company and says what 0 says
    assert not found[0].any()  # 0 has company
    assert not found[2].any()  # 2 says something else


@pytest.mark.parametrize("compared", [0, 10**9], ids=["by the nearest", "each with each"])
@pytest.mark.parametrize("at_once", [1, 8_000_000])
def test_those_who_say_the_same_are_those_of_a_comparison_of_everything_with_everything(monkeypatch, compared, at_once):
    monkeypatch.setattr(alike, "COMPARED", compared)
    monkeypatch.setattr(alike, "_CELLS", at_once)
    random = np.random.default_rng(5)
    stickers, texts = 60, 25
    says = [
        (int(sticker), f"t{text}") for sticker in range(stickers) for text in random.choice(texts, 2, replace=False)
    ]
    distinct, indptr, owners = owners_of([text for _, text in says], np.array([sticker for sticker, _ in says]))
    vectors = random.normal(size=(len(distinct), 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    alone, chosen = random.random((2, stickers)) < 0.7
    found = alike_by_texts(alone, chosen, OwnTexts(ExactNearest(vectors), indptr, owners), vectors).toarray()
    mine = [[distinct.index(text) for who, text in says if who == sticker] for sticker in range(stickers)]
    for sticker in range(stickers):
        near = [
            sum(max(0, *(above(vectors[a] @ vectors[b]) for b in mine[other] if a != b)) for a in mine[sticker]) / 2
            for other in range(stickers)
            if other != sticker and chosen[other] and alone[sticker]
        ]
        expected = sorted((value for value in near if value > 0), reverse=True)[:TOP]
        assert sorted(found[sticker][found[sticker] > 0], reverse=True) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("compared", [0, 10**9], ids=["by the nearest", "each with each"])
def test_those_that_nobody_chose_do_not_stand_before_one_that_somebody_did(monkeypatch, compared):
    monkeypatch.setattr(alike, "COMPARED", compared)
    many = TOP + 5
    monkeypatch.setattr(alike, "LEAST_COMMON", many)
    vectors = np.array([[1, 0], [0.6, 0.8], [0.96, 0.28]], dtype=np.float32)
    # All but the last say the first text and the second; the last says the second and the third.
    own = OwnTexts(
        ExactNearest(vectors),
        np.array([0, many - 1, 2 * many - 1, 2 * many]),
        np.append(np.append(np.arange(many - 1), np.arange(many)), many - 1),
    )
    chosen = np.arange(many) == many - 1
    found = alike_by_texts(~chosen, chosen, own, vectors).toarray()
    # The first is nearest to the third by a cosine of 0.96, the second by one of 0.8; that both say it is left out.
    assert found[:-1, -1] == pytest.approx(np.full(many - 1, (above(0.96) + above(0.8)) / 2))
    assert np.count_nonzero(found) == many - 1


def above(cosine):
    return (float(cosine) - LEAST_TEXT) / (1 - LEAST_TEXT)


def two_animals(says):
    """0 and 1, of which 1 was chosen; `says` has their texts and directions."""
    texts = [text for text, _, _ in says]
    distinct, indptr, owners = owners_of(texts, np.array([sticker for _, sticker, _ in says]))
    turns = np.array([next(turn for text, _, turn in says if text == one) for one in distinct])
    vectors = np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)
    size = int(owners.max()) + 1
    chosen = np.arange(size) == 1
    return alike_by_texts(~chosen, chosen, OwnTexts(ExactNearest(vectors), indptr, owners), vectors)[0, 1]


def test_a_text_that_both_say_makes_them_no_more_alike():
    assert two_animals([("animal", 0, 0.0), ("cow", 0, 1.5), ("animal", 1, 0.0), ("asleep", 1, -1.5)]) == 0.0
    assert two_animals([("animal", 0, 0.0), ("beast", 1, 0.2)]) == pytest.approx(above(np.cos(0.2)))


def test_who_says_much_is_like_another_by_as_much_of_it_as_the_other_says_too():
    """Surprised, and a present: "surprise" is one of four things that it says."""
    one = [("shock", 0, 0.0), ("dread", 0, 1.0), ("scream", 0, 2.0), ("gasp", 0, 3.0)]
    assert two_animals([*one, ("surprise", 1, 0.2)]) == pytest.approx(above(np.cos(0.2)) / 4)
    both = [*one, ("surprise", 1, 0.2), ("fear", 1, 0.9)]
    assert two_animals(both) == pytest.approx((above(np.cos(0.2)) + above(np.cos(0.1))) / 4, rel=1e-5)


def test_what_it_says_in_two_ways_is_near_to_the_nearest_that_the_other_says():
    assert two_animals([("face", 0, 0.0), ("laugh", 1, 0.4), ("grin", 1, 0.1)]) == pytest.approx(
        above(np.cos(0.1)), rel=1e-5
    )


@pytest.mark.parametrize(("others", "told"), [(LEAST_COMMON - 1, True), (LEAST_COMMON, False)])
def test_what_many_say_says_nothing_of_who_is_the_same_in_no_other_language_either(others, told):
    crowd = [("脸", 2 + n, 0.2) for n in range(others)]
    assert (two_animals([("face", 0, 0.0), ("脸", 1, 0.2), *crowd]) > 0) == told
    crowd = [("face", 2 + n, 0.0) for n in range(others)]
    assert (two_animals([("face", 0, 0.0), ("脸", 1, 0.2), *crowd]) > 0) == told


def test_many_are_a_share_of_those_who_say_anything():
    crowd = [("脸", 2 + n, 0.2) for n in range(LEAST_COMMON)]
    silent = [(f"else {n}", 100 + n, 3.0) for n in range((LEAST_COMMON + 1) * COMMON)]
    assert two_animals([("face", 0, 0.0), ("脸", 1, 0.2), *crowd, *silent]) > 0


def test_texts_of_those_that_nobody_chose_do_not_stand_before_that_of_one_that_somebody_did():
    many = NEAR_TEXTS + 5
    turns = np.linspace(0, 0.3, many)
    vectors = np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)
    chosen = np.arange(many) == many - 1
    own = OwnTexts(ExactNearest(vectors), np.arange(many + 1), np.arange(many))
    found = alike_by_texts(~chosen, chosen, own, vectors).toarray()
    assert found[0, -1] == pytest.approx((np.cos(0.3) - LEAST_TEXT) / (1 - LEAST_TEXT), abs=1e-5)


def test_where_nobody_was_chosen_nobody_is_like_anybody_by_texts():
    own = OwnTexts(ExactNearest(np.eye(2, dtype=np.float32)), np.array([0, 2, 3]), np.array([0, 1, 2]))
    found = alike_by_texts(np.full(3, True), np.full(3, False), own, np.eye(2, dtype=np.float32))
    assert not found.nnz


def test_who_shares_no_word_with_anybody_learns_from_who_says_nearly_the_same():
    senses = {"cat": (1.0, 0.0), "kitty": (0.9, 0.19**0.5), "monday": (0.0, 1.0), "meow": (0.0, -1.0)}

    def encode(texts):
        return np.array([senses[text] for text in texts], dtype=np.float32)

    learnt = learn_recall(
        ["meow"],
        np.array([0]),
        ["cat", "kitty", "monday"],
        np.array([0, 1, 2]),
        3,
        encode=encode,
        arrange=ExactNearest,
    )
    borrows = learnt.lent.table.toarray().T  # row borrows from column
    assert borrows[1, 0] == pytest.approx((0.9 - LEAST_TEXT) / (1 - LEAST_TEXT), abs=1e-6)
    assert np.count_nonzero(borrows) == 1
