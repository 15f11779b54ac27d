"""A small run of the growth benchmark, so that it does not rot, and its arithmetic."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from benchmarks.corpus import Corpus
from benchmarks.growth.database import make_database
from benchmarks.growth.processes import watched
from benchmarks.growth.run import Point, measure, measured
from benchmarks.growth.writing import exponent, write
from persrv.adapters.database import Database, SqlIndexQueue
from persrv.domain.semantics import SemanticField

POINT = Point(
    size=1_000,
    database_megabytes=1.0,
    index_seconds=10.0,
    index_processor=8.0,
    table_seconds=None,
    megabytes=500.0,
    index_megabytes=2.0,
    table_megabytes=0.0,
    segments=2,
    changed_seconds=1.0,
    start_seconds=2.0,
    recall_ms=(0.5, 1.5),
    machine={"processor": "P", "processors": 2, "load": [3.0], "python": "3", "packages": {}, "commit": "c"},
)


async def test_the_database_says_what_the_corpus_says(tmp_path):
    corpus = Corpus(130)
    path = tmp_path / "persrv.sqlite3"
    make_database(path, corpus)
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        found = await SqlIndexQueue(database).documents(range(130))
    finally:
        await database.close()
    told = {each.sticker_id: dict(each.texts) for each in found}
    for document in corpus.documents():
        pack = f"{document.texts[SemanticField.PACK]}\nSet{document.sticker_id // 40 + 1}"
        assert told[document.sticker_id] == {**document.texts, SemanticField.PACK: pack}
    assert len(told) == 130
    before = path.stat().st_mtime_ns
    make_database(path, corpus)
    assert path.stat().st_mtime_ns == before


def test_a_process_is_watched_with_those_that_it_starts(tmp_path, monkeypatch):
    hold = "import time; held = bytearray(60 << 20); time.sleep(1.5)"
    (tmp_path / "two.py").write_text(
        f"import subprocess, sys\nprint('said')\nother = subprocess.Popen([sys.executable, '-c', {hold!r}])\n"
        f"{hold}\nassert other.wait() == 0\n"
    )
    took = watched(["two"], dict(os.environ), tmp_path)
    assert took.seconds >= 1.5
    assert 120 <= took.megabytes < 300 or not sys.platform.startswith("linux")
    assert (tmp_path / "log.txt").read_text() == "said\n"
    (tmp_path / "two.py").write_text("raise SystemExit(3)")
    with pytest.raises(RuntimeError, match=r"log\.txt"):
        watched(["two"], dict(os.environ), tmp_path)


def test_the_exponent_is_the_slope_of_the_logarithms():
    points = [replace(POINT, size=size, index_processor=seconds) for size, seconds in ((10, 2), (100, 20), (1000, 200))]
    assert exponent(points) == pytest.approx(1.0)
    squared = [replace(POINT, size=size, index_processor=size**2) for size in (10, 100)]
    assert exponent(squared) == pytest.approx(2.0)
    assert exponent(points[:1]) is None


def test_the_page_tells_which_limits_are_kept_and_missed(tmp_path):
    large = replace(POINT, size=2_000, index_seconds=880.0, table_seconds=30.0, megabytes=4096.0, start_seconds=4.5)
    page = write([POINT, large], tmp_path)
    assert "At 2,000 stickers kept: memory, changes; missed: building (102 % of it), start (150 % of it)." in page
    assert "| 1,000 | 1 | 10 | 8 | – | 500 | 2 | – | 2 | 1.0 | 2.0 | 0.50 | 1.50 | 3.0 | c |" in page
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
    assert [point["size"] for point in json.loads((tmp_path / "growth.json").read_text("utf-8"))] == [1_000, 2_000]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_small_run_builds_changes_starts_and_searches(tmp_path):
    measure(tmp_path, 120, seed=1, queries=5, say=lambda _: None)
    (point,) = measured(tmp_path)
    assert (point.size, point.table_seconds) == (120, None)
    assert min(point.index_seconds, point.megabytes, point.changed_seconds, point.start_seconds, *point.recall_ms) > 0
    answer = json.loads((tmp_path / "120" / "log.txt").read_text("utf-8").splitlines()[-1])
    assert answer["results"]
    with closing(sqlite3.connect(tmp_path / "120" / "data" / "persrv.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM index_queue").fetchone() == (0,)
    write([point], tmp_path)
