"""A made-up set has the shape that was asked for, and is evaluated as a real one."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict

import pytest

from benchmarks.full_shape import measure, page
from benchmarks.synthetic import A_SET, Shape, write_dataset
from persrv.adapters.dataset import read_dataset

SMALL = Shape(stickers=600, interactions=400, pairs=90, queries=70, users=5, dimensions=16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("set")
    write_dataset(made, SMALL, 1)
    return made


def test_it_has_the_shape_that_was_asked_for(folder):
    with (folder / "interactions.csv").open(encoding="utf-8") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert len(rows) == len(set(rows)) == SMALL.interactions
    assert len({row[:2] for row in rows}) == SMALL.pairs
    assert len({row[1] for row in rows}) == SMALL.queries
    assert len({row[0] for row in rows}) == SMALL.users
    data = read_dataset(folder, seed=0)
    assert len(data.stickers) == SMALL.stickers
    assert data.unknown == ()
    assert data.stickers.embeddings.vectors.shape == (SMALL.stickers, SMALL.dimensions)


def test_the_papers_shape_is_the_default():
    wanted = {"stickers": 543_098, "interactions": 12_568, "pairs": 2_308, "queries": 1_891, "users": 8}
    assert asdict(Shape()) == {**wanted, "dimensions": 512}


def test_the_same_seed_makes_the_same_set_and_another_another(folder, tmp_path):
    for name, seed in (("same", 1), ("other", 2)):
        write_dataset(tmp_path / name, SMALL, seed)
    for file in ("stickers.jsonl", "interactions.csv"):
        assert (tmp_path / "same" / file).read_bytes() == (folder / file).read_bytes()
        assert (tmp_path / "other" / file).read_bytes() != (folder / file).read_bytes()


def test_stickers_of_a_set_look_alike_and_a_choice_mostly_says_what_was_asked(folder):
    stickers = [json.loads(line) for line in (folder / "stickers.jsonl").read_text("utf-8").splitlines()]
    embeddings = read_dataset(folder, seed=0).stickers.embeddings.vectors
    same, other = embeddings[0] @ embeddings[A_SET - 1], embeddings[0] @ embeddings[5 * A_SET]
    assert same > other
    texts = {each["id"]: json.dumps(each, ensure_ascii=False) for each in stickers}
    with (folder / "interactions.csv").open(encoding="utf-8") as file:
        said = [row["query"][:2] in texts[row["docid"]] for row in csv.DictReader(file)]
    assert sum(said) > len(said) / 4


@pytest.mark.parametrize("wrong", [{"pairs": 60}, {"queries": 0}, {"interactions": 80}, {"users": 1}, {"stickers": 1}])
def test_a_shape_that_no_log_can_have_is_refused(wrong):
    given = {"stickers": 600, "interactions": 400, "pairs": 90, "queries": 70, "users": 5} | wrong
    with pytest.raises(ValueError, match="there"):
        Shape(**given)


@pytest.mark.slow
def test_a_small_run_writes_what_each_step_took(tmp_path, monkeypatch):
    monkeypatch.setenv("PERSRV_DATA_DIR", str(tmp_path / "data"))
    steps, report = measure(tmp_path, SMALL)
    assert len(steps) == 2
    assert all(step.seconds > 0 and step.megabytes > 10 for step in steps)
    text = page(steps, report)
    assert "600 stickers" in text
    assert "| `persrv` |" in text
