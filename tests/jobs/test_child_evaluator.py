"""An evaluation in a process of its own is over when whoever asked for it is told so."""

from __future__ import annotations

import asyncio

import pytest

from jobs.evaluation import ChildEvaluator
from persrv.config import Settings
from persrv.errors import PerSRVError


@pytest.fixture
def evaluator(tmp_path):
    """Of a folder that is no dataset: the process has to be ended before it looks at it."""
    (tmp_path / "dataset").mkdir()
    return ChildEvaluator(Settings(data_dir=tmp_path / "data", evaluation_dataset=tmp_path / "dataset"))


def ignore(stage, done, total):
    pass


@pytest.fixture
def started(monkeypatch):
    """The processes that were started, and an event that is set with the first."""
    processes, event = [], asyncio.Event()
    start = asyncio.create_subprocess_exec

    async def watched(*arguments, **options):
        processes.append(await start(*arguments, **options))
        event.set()
        return processes[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    return processes, event


async def test_a_run_that_is_stopped_before_its_process_is_there_is_stopped(evaluator, started):
    run = asyncio.create_task(evaluator.run(ignore))
    await asyncio.sleep(0)
    assert evaluator.running
    assert not started[0]
    await evaluator.stop()
    with pytest.raises(PerSRVError, match="It was stopped"):
        await run
    assert [process.returncode for process in started[0]] != [None]
    assert not evaluator.running


async def test_the_process_of_a_run_that_is_cancelled_has_ended_with_it(evaluator, started):
    run = asyncio.create_task(evaluator.run(ignore))
    await started[1].wait()
    await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    (process,) = started[0]
    assert process.returncode is not None
    assert not evaluator.running
