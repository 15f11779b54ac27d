"""`persrv evaluate` as a researcher runs it: real pictures, real OCR, the report on disk."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.cli.conftest import run_command

WORDS = ["HELLO", "SORRY", "THANKS", "GOOD NIGHT"]
COLOURS = [(220, 60, 60), (60, 120, 220), (40, 160, 90)]


@pytest.fixture
def evaluate(tmp_path):
    def run(*arguments, timeout=110, columns="200", **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PERSRV_")}
        environment |= {"PERSRV_DATA_DIR": str(tmp_path / "data"), "NO_COLOR": "1"}
        environment.pop("COLUMNS", None)
        if columns is not None:
            environment["COLUMNS"] = columns
        environment |= {f"PERSRV_{name}": value for name, value in settings.items()}
        return run_command(["evaluate", *map(str, arguments)], environment, timeout)

    return run


@pytest.fixture
def folder(tmp_path):
    """12 drawn stickers, 4 words in 3 colours; 3 people, each fond of a colour; no texts are given."""
    root = tmp_path / "set"
    (root / "images").mkdir(parents=True)
    for place, word in enumerate(WORDS):
        for shade, colour in enumerate(COLOURS):
            picture = Image.new("RGB", (256, 160), "white")
            draw = ImageDraw.Draw(picture)
            draw.rounded_rectangle((10, 10, 246, 150), 30, fill=colour)
            draw.text((128, 80), word, fill="white", anchor="mm", font_size=40)
            picture.save(root / "images" / f"{place}-{shade}.png")
    random = np.random.default_rng(1)
    rows = [
        f"u{user},{WORDS[place].lower()},{place}-{shade}"
        for user in range(3)
        for place in range(4)
        for shade in range(3)
        if shade == user or random.random() < 0.3
    ]
    (root / "interactions.csv").write_text("\n".join(["uid,query,docid", *rows]) + "\n", "utf-8")
    return root


@pytest.mark.slow
def test_a_folder_of_pictures_and_clicks_becomes_a_report(evaluate, folder, tmp_path):
    out = tmp_path / "out"
    result = evaluate(folder, "--out", out, "--systems", "global-pop,bm25,bm25-ocr,persrv", "--ablation", "--seed", 3)
    assert result.returncode == 0, result.stderr
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert report["dataset"]["stickers"] == 12
    assert report["dataset"]["with_text"]["ocr"] >= 10  # read off the pictures
    assert set(report["systems"]) == {"global-pop", "bm25", "bm25-ocr", "persrv"}
    assert set(report["systems"]["persrv"]["metrics"]) == {
        f"{name}@{k}" for name in ("M-MRR", "R") for k in (1, 5, 10, 20)
    }
    assert [row["paper_row"] for row in report["ablation"]][:5] == [1, 2, 3, 4, 5]
    assert report["seed"] == 3
    assert report["reported"]["table_4"]["persrv"]["M-MRR@20"] == 0.302
    lines = (out / "runs" / "persrv.trec").read_text("utf-8").splitlines()
    _, _, rank, docid, _ = lines[0].split("\t")
    assert rank == "1"
    assert docid in {f"{place}-{shade}" for place in range(4) for shade in range(3)}
    assert "persrv" in (out / "report.html").read_text("utf-8")
    assert (out / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert "persrv" in result.stdout
    assert sorted(path.name for path in out.iterdir()) == ["chart.png", "report.html", "report.json", "runs", "split"]

    again = evaluate(
        folder, "--out", tmp_path / "out2", "--systems", "global-pop,bm25,bm25-ocr,persrv", "--ablation", "--seed", 3
    )
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "out2" / "report.json").read_text("utf-8"))["digest"] == report["digest"]


def test_precomputed_only_computes_nothing(evaluate, folder, tmp_path):
    result = evaluate(
        folder, "--out", tmp_path / "out", "--precomputed-only", "--no-tune", "--systems", "bm25-ocr,persrv"
    )
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["dataset"]["with_text"]["ocr"] == 0
    assert report["settings"]["style space"] is None
    assert any("14.58 %" in note for note in report["notes"])  # what the paper contradicts itself in, listed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "is not there"),
        (("set", "--systems", "persrv,persvr"), "persvr"),
        (("set/images",), "not a dataset folder"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(evaluate, folder, tmp_path, arguments, said):
    name, *rest = arguments
    result = evaluate(tmp_path / name, "--out", tmp_path / "out", *rest)
    assert result.returncode != 0
    assert said in " ".join(result.stderr.split())
    assert not (tmp_path / "out" / "report.json").exists()


def test_neural_systems_say_what_they_lack(evaluate, folder, tmp_path):
    result = evaluate(folder, "--out", tmp_path / "out", "--systems", "global-pop,clip-cn")
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert "PERSRV_EVALUATION_CLIP_MODEL" in report["systems"]["clip-cn"]["not_run"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--systems", "persvr,bm52"), "there is no persvr and no bm52; there are global-pop"),
        (("--systems", ","), "none is named; there are global-pop"),
        (("--seed", "-1"), "--seed"),
    ],
)
def test_a_wrong_option_is_named_before_anything_is_computed(evaluate, folder, tmp_path, arguments, said):
    result = evaluate(folder, "--out", tmp_path / "out", *arguments)
    assert result.returncode == 2
    assert said in " ".join(result.stderr.replace("│", "").split())
    assert not (tmp_path / "out").exists()


def test_the_table_is_whole_on_eighty_columns(evaluate, folder, tmp_path):
    arguments = (folder, "--out", tmp_path / "out", "--systems", "global-pop,user-pop", "--precomputed-only")
    result = evaluate(*arguments, columns="80")
    assert result.returncode == 0, result.stderr
    assert "…" not in result.stdout
    assert "global-pop" in result.stdout
    assert "ms p95" in result.stdout


def test_a_path_is_not_broken_in_a_pipe(evaluate, folder, tmp_path):
    far = tmp_path / ("a" * 100) / ("b" * 100)
    result = evaluate(far, "--out", tmp_path / "out", columns=None)
    assert result.returncode == 1
    assert result.stderr.startswith(f"persrv: {far} is not there. A dataset folder has interactions.csv")


def test_a_data_folder_that_cannot_be_written_is_told_by_its_setting(evaluate, folder, tmp_path):
    (tmp_path / "file").write_text("")
    result = evaluate(folder, "--out", tmp_path / "out", "--systems", "bm25", DATA_DIR=str(tmp_path / "file" / "data"))
    assert result.returncode == 1
    assert "set PERSRV_DATA_DIR to another folder" in result.stderr
