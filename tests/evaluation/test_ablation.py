"""A row of table 5 whose module has nothing to work with has a reason, and no figure of another row."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from persrv.evaluation.ablation import STAGES, ablation_plans, plus_plans
from persrv.evaluation.cases import ROWS, Module
from persrv.evaluation.evaluate import Plan, evaluate
from persrv.evaluation.systems.persrv import PerSRVSettings
from persrv.evaluation.systems.plus import PlusSettings
from persrv.evaluation.systems.recall_index import Analyser
from persrv.ranking.personal import RankingWeights
from persrv.recall.weights import RelevanceWeights
from persrv.utility.weights import UtilityWeights
from tests.evaluation.conftest import clicks, dataset, drawn, table, training

PERSONAL = {"5-personal", "5-literal", "5-by-share"}


@pytest.fixture
def run(open_index):
    def run_one(data, learnt, **options):
        plan = Plan(open_index=open_index, others={}, systems=("persrv",), ablation=True)
        return evaluate(data, learnt, replace(plan, **options))

    return run_one


def not_run(evaluation):
    assert all(bool(row.metrics) is (row.not_run is None) for row in evaluation.report.ablation)
    return {row.key: row.not_run for row in evaluation.report.ablation if row.not_run is not None}


@pytest.mark.parametrize("tune", [True, False])
def test_without_vectors_of_style_no_row_of_personalisation_has_figures(run, tmp_path, tune):
    data, learnt = drawn(2, tmp_path)
    evaluation = run(data, replace(learnt, style=None), tune=tune)
    reasons = not_run(evaluation)
    assert set(reasons) >= PERSONAL
    assert all("no vectors of style" in reasons[key] for key in PERSONAL)
    assert any("persrv ran without personalisation" in note for note in evaluation.report.notes)


def test_with_them_every_row_of_it_has_and_no_note_says_otherwise(run, tmp_path):
    evaluation = run(*drawn(2, tmp_path))
    assert not PERSONAL & set(not_run(evaluation))
    assert not any("personalisation" in note for note in evaluation.report.notes)


def test_a_row_that_adds_fields_in_which_no_sticker_has_words_is_not_run(run, tmp_path):
    evaluation = run(*drawn(2, tmp_path))  # words on stickers alone
    assert not_run(evaluation) == {
        "3-vlm": "No sticker has words in keywords or description or emotions.",
        "6-emoji-and-set": "No sticker has words in emoji or pack.",
    }
    assert set(ROWS[Module.UTILITY]) <= set(evaluation.ablation_runs)  # the cases of utility need no keywords


def test_one_of_the_fields_that_a_row_adds_is_enough(run, tmp_path):
    stickers = table("ab", tmp_path, emotions={"a": "joy"}, pack={"b": "cats"})
    data = dataset(stickers, clicks("u q a"), clicks("u q a"), clicks("u joy b"))
    reasons = not_run(run(data, training(stickers, data.train)))
    assert "3-vlm" not in reasons
    assert "6-emoji-and-set" not in reasons
    assert reasons["1-ocr"] == "No sticker has words in ocr."


FULL = PerSRVSettings(
    relevance=RelevanceWeights(ocr=2, queries=3, keywords=4, description=5, emotions=6, emoji=0, pack=0),
    utility=UtilityWeights(users=7),
    ranking=RankingWeights(alpha=9, nearest=True, gate=2),
)


def test_each_row_of_table_5_switches_on_one_module_more_with_the_weights_of_the_full_system():
    rows = {row.key: row.settings for row in ablation_plans(FULL)}
    vlm = {"keywords": 4, "description": 5, "emotions": 6}
    fields = [{"ocr": 2}, {"ocr": 2, "queries": 3}, *[{"ocr": 2, "queries": 3, **vlm}] * 3]
    for number, (key, searched) in enumerate(zip(list(rows)[:5], fields, strict=True), 1):
        assert key.startswith(f"{number}-")
        assert {name: weight for name, weight in asdict(rows[key].relevance).items() if weight} == searched
        assert rows[key].utility == (FULL.utility if number >= 4 else None)
        assert rows[key].ranking == (FULL.ranking if number == 5 else None)
    assert rows["5-personal"] == FULL


def test_the_rows_beside_the_full_system_differ_from_it_in_one_thing():
    plans = {row.key: row for row in ablation_plans(FULL)}
    assert plans["5-literal"].settings == replace(FULL, literal=True, ranking=replace(FULL.ranking, alpha=0.3))
    by_share = replace(FULL.ranking, nearest=False, alpha=18)
    assert plans["5-by-share"].settings == replace(FULL, ranking=by_share)
    assert (plans["5-characters"].settings, plans["5-characters"].analyser) == (FULL, Analyser.PAPER)
    ours = replace(FULL.relevance, emoji=RelevanceWeights().emoji, pack=RelevanceWeights().pack)
    assert plans["6-emoji-and-set"].settings == replace(FULL, relevance=ours)
    assert {plan.analyser for key, plan in plans.items() if key != "5-characters"} == {Analyser.PRODUCT}


@pytest.mark.parametrize("stage", STAGES)
def test_a_row_without_a_stage_of_persrv_plus_has_all_others_as_they_are(stage):
    full = PlusSettings()
    (row,) = (plan for plan in plus_plans(full) if plan.key == f"plus-without-{stage}")
    assert row.settings == replace(full, weights=replace(full.weights, **{stage: 0.0}))
    assert row.settings != full
