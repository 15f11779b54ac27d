"""What becomes of persrv-plus where people want their own packs: sets that they chose a sticker from in train."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from persrv.domain.own_packs import OwnPacks
from persrv.evaluation.evaluate import Plan, evaluate
from persrv.evaluation.pairs import pairs_of
from persrv.evaluation.plus_tuning import OWN_GRID, tune_own_packs
from persrv.evaluation.systems.own_sets import own_sets
from persrv.evaluation.systems.plus import PerSRVPlus, PlusSettings
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.ranking.plus import PlusWeights
from persrv.recall.pool import LEXICAL
from tests.evaluation.conftest import clicks, dataset, drawn, table, training

OFF, PREFER, ONLY = OwnPacks.OFF, OwnPacks.PREFER, OwnPacks.ONLY
WEIGHTS = PlusWeights(diffusion=0.2)
"""So little is lent that what is found for itself comes first."""


@pytest.fixture
def ranking(open_index):
    """Train a system, and ask it: docids, best first."""
    indexes = []

    def rank(learnt, wanted, user, query, bonus=1.0):
        indexes.append(RecallIndex(open_index))
        system = PerSRVPlus(indexes[-1], None, PlusSettings(WEIGHTS, utility=None, own_packs=wanted, own_bonus=bonus))
        system.fit(learnt)
        return [docid for docid, _ in system.rank(user, query, 100)]

    yield rank
    for index in indexes:
        index.close()


@pytest.fixture
def three(tmp_path):
    """Three that say the same in two sets and none; ann chose another of the set Y, bob of both."""
    words = dict.fromkeys("abc", "加油")
    sets = {"a": "X", "b": "Y", "x": "X", "y": "Y"}
    return training(table("abcxy", tmp_path, ocr=words, pack=sets), clicks("ann q y", "bob q y", "bob q x", "cy q c"))


def test_own_are_the_sets_that_a_person_chose_from(three):
    sets = own_sets(three)
    own = {user: [three.stickers.docids[row] for row in sets.stickers(user).ids] for user in ("ann", "bob", "cy", "no")}
    assert own == {"ann": ["b", "y"], "bob": ["a", "b", "x", "y"], "cy": [], "no": []}
    assert sets.told().startswith(
        "Own packs are the sets that a person chose from in train. 1 of 3 people chose from each of the 2 sets: "
    )


def test_nobody_has_own_packs_where_no_sticker_has_a_set(tmp_path, ranking):
    learnt = training(table("ab", tmp_path, ocr=dict.fromkeys("ab", "加油")), clicks("ann q b"))
    assert own_sets(learnt) is None
    assert ranking(learnt, ONLY, "ann", "加油") == ranking(learnt, OFF, "ann", "加油") == ["a", "b"]


def test_who_prefers_their_own_packs_has_them_first_and_the_others_after(three, ranking):
    assert ranking(three, OFF, "ann", "加油")[:3] == ["a", "b", "c"]
    assert ranking(three, PREFER, "ann", "加油")[:3] == ["b", "a", "c"]
    assert ranking(three, PREFER, "ann", "加油", bonus=0.0)[:3] == ["a", "b", "c"]
    assert ranking(three, PREFER, "bob", "加油")[:3] == ["a", "b", "c"]
    assert ranking(three, PREFER, "nobody", "加油")[:3] == ["a", "b", "c"]


def test_who_sees_their_own_packs_alone_sees_nothing_else(three, ranking):
    assert ranking(three, ONLY, "ann", "加油") == ["b"]
    assert ranking(three, ONLY, "bob", "加油") == ["a", "b"]
    assert ranking(three, ONLY, "nobody", "加油") == []
    # x is the same thing as y, which most chose; c was chosen for the same and says something else.
    assert ranking(three, OFF, "ann", "q")[:3] == ["y", "x", "c"]
    # What others chose for it is left out, and b borrows from it: b says what c says.
    assert ranking(three, ONLY, "ann", "q") == ["y", "b"]


def test_a_word_that_hundreds_have_finds_the_own_ones_beside_them(tmp_path, ranking):
    many = [f"m{n:04d}" for n in range(LEXICAL + 50)]
    words = dict.fromkeys(many, "加油") | {"own": "加油 " + "晚安 " * 40}
    sets = dict.fromkeys(many, "others") | {"own": "mine", "known": "mine"}
    learnt = training(table([*many, "own", "known"], tmp_path, ocr=words, pack=sets), clicks("ann q known"))
    assert "own" not in ranking(learnt, OFF, "ann", "加油")
    assert ranking(learnt, PREFER, "ann", "加油", bonus=1e6)[0] == "own"
    assert ranking(learnt, ONLY, "ann", "加油") == ["own"]


def test_own_packs_are_worth_what_valid_says(three, open_index):
    index = RecallIndex(open_index)
    system = PerSRVPlus(index, None, PlusSettings(utility=None, own_bonus=0.5))
    system.fit(three)
    for chosen, worth in (("b", 0.5), ("a", 0.0)):  # one of her own packs, and one of others'
        bonus, (step,) = tune_own_packs(system, pairs_of(clicks(f"ann 加油 {chosen}")))
        assert bonus == step.chosen == worth
        assert [trial.value for trial in step.trials] == [0.5, *(value for value in OWN_GRID if value != 0.5)]
        assert {trial.value for trial in step.trials if trial.score == 1.0} == {
            value for value in OWN_GRID if (value > 0) == (chosen == "b")
        }
    assert system.settings.own_packs is OFF
    index.close()


def test_the_ablation_has_a_row_for_each_wish(tmp_path, open_index):
    data, learnt = drawn(9, tmp_path)
    sets = {docid: f"style {number // 10 % 3}" for number, docid in enumerate(data.stickers.docids)}
    packed = table(data.stickers.docids, tmp_path, pack=sets).texts
    stickers = replace(data.stickers, texts={**data.stickers.texts, **{"pack": packed["pack"]}})
    # Each person keeps what they chose of their own style, so that their own packs say something.
    train = tuple(row for row in data.train if sets[row.docid] == f"style {int(row.uid[1:]) % 3}")
    data, learnt = (
        replace(data, stickers=stickers, train=train),
        replace(learnt, stickers=stickers, clicks=train, style=None),
    )
    report = evaluate(data, learnt, Plan(open_index=open_index, others={}, ablation=True)).report
    rows = {row.key: row for row in report.ablation}
    base = report.systems["persrv-plus"].metrics["M-MRR@20"]
    assert rows["plus-preferring-own"].metrics["M-MRR@20"] > base
    assert rows["plus-only-own"].metrics["R@20"] != rows["plus-preferring-own"].metrics["R@20"]
    step = next(step for step in report.tuning if step.parameter == "own_packs")
    assert report.settings["own_packs"] == step.chosen > 0
    assert any(note.startswith("Own packs are the sets") for note in report.notes)


def test_a_row_of_own_packs_without_sets_says_why_it_was_not_run(tmp_path, open_index):
    stickers = table("ab", tmp_path, ocr=dict.fromkeys("ab", "加油"))
    data = dataset(stickers, clicks("u q a"), clicks("u 加油 a"), clicks("u 加油 b"))
    plan = Plan(open_index=open_index, others={}, ablation=True, systems=("persrv-plus",))
    report = evaluate(data, training(stickers, data.train), plan).report
    rows = {row.key: row for row in report.ablation}
    for key in ("plus-preferring-own", "plus-only-own"):
        assert (rows[key].not_run, rows[key].metrics) == ("No sticker has a set.", {})
    assert not any("Own packs" in note for note in report.notes)
    assert np.isclose(rows["plus-without-style"].metrics["M-MRR@20"], 0.5)
