"""Processes of our own run our own modules, whatever lies in the folder where they are started."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from jobs.child import ChildJobs
from jobs.evaluation import ChildEvaluator
from persrv.adapters.search import WhooshStickerIndex
from persrv.adapters.search.impact_building import build_apart
from persrv.config import Settings
from persrv.domain.runs import JobName
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.errors import PerSRVError

ROOT = Path(__file__).parent.parent
OURS = ("bot", "jobs", "migrations", "persrv")


@pytest.fixture
def strange(tmp_path, monkeypatch):
    """The current folder, in which modules are called like ours; each that is run leaves a file."""
    folder = tmp_path / "strange"
    folder.mkdir()
    for name in OURS:
        (folder / f"{name}.py").write_text("import pathlib\npathlib.Path(__file__).with_suffix('.run').touch()\n")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PYTHONPATH", raising=False)  # our own modules are found without it
    return folder


def run_there(folder):
    return sorted(path.name for path in folder.glob("*.run"))


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "dataset").mkdir()
    return Settings(data_dir=tmp_path / "data", evaluation_dataset=tmp_path / "dataset", _env_file=None)


async def test_a_job_is_ours(strange, settings, caplog):
    caplog.set_level(logging.INFO)
    jobs = ChildJobs(settings)
    await jobs.start(JobName.RETENTION)
    await jobs.wait()
    assert run_there(strange) == []
    assert "the job retention is done" in caplog.text


async def test_an_evaluation_is_ours(strange, settings):
    with pytest.raises(PerSRVError, match="dataset"):
        await ChildEvaluator(settings).run(lambda *_: None)
    assert run_there(strange) == []


def test_what_writes_the_index_and_its_table_is_ours(strange, tmp_path):
    folder = tmp_path / "index"
    index = WhooshStickerIndex(folder, apart_from=1, impacts_from=1_000)
    try:
        index.update([StickerDocument(number, {SemanticField.OCR: "cat"}) for number in range(1, 5)], [])
        build_apart(folder, stopped=lambda: False)
        assert index.count() == 4
    finally:
        index.close()
    assert (folder / "impacts" / "CURRENT").exists()
    assert run_there(strange) == []


def test_no_process_is_started_any_other_way():
    places = [path for name in OURS for path in (ROOT / name).rglob("*.py") if "sys.executable" in path.read_text()]
    assert places == [ROOT / "persrv" / "children.py"]
