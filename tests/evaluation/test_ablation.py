"""A row of table 5 whose module has nothing to work with has a reason, and no figure of another row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from persrv.evaluation.cases import ROWS, Module
from persrv.evaluation.evaluate import Plan, evaluate
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
