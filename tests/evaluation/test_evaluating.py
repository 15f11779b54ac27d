"""`persrv evaluate` from a folder and settings to the files of the report, in this process."""

from __future__ import annotations

import json

import pytest

from persrv.config import load_settings
from persrv.evaluating import Options, run_evaluation

SYSTEMS = ("global-pop", "bm25-ocr", "persrv")


@pytest.fixture
def folder(tmp_path):
    """A log of 4 people, 6 queries and 12 stickers, and a word on each sticker; no pictures."""
    root = tmp_path / "set"
    root.mkdir()
    rows = [f"u{n % 4},q{n % 6},d{n * 7 % 12}" for n in range(60)]
    (root / "interactions.csv").write_text("\n".join(["uid,query,docid", *dict.fromkeys(rows)]) + "\n", "utf-8")
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
