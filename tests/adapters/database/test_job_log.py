from datetime import UTC, datetime, timedelta

import pytest

from persrv.adapters.database.job_log import SqlJobLog
from persrv.domain.runs import RunState

NIGHT = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)


@pytest.fixture
def log(database):
    return SqlJobLog(database)


async def test_a_run_is_there_from_its_start_and_tells_how_it_went(log):
    run_id = await log.begin("ocr", at=NIGHT)
    (running,) = await log.last(5)
    assert (running.name, running.state, running.duration) == ("ocr", RunState.RUNNING, None)
    await log.end(run_id, RunState.DONE, at=NIGHT + timedelta(minutes=5), counts={"stickers": 7})
    (done,) = await log.last(5)
    assert (done.state, done.duration, dict(done.counts)) == (RunState.DONE, timedelta(minutes=5), {"stickers": 7})


async def test_the_last_runs_come_latest_first_and_by_name(log):
    for hour, name in enumerate(["ocr", "utility", "ocr"]):
        await log.begin(name, at=NIGHT + timedelta(hours=hour))
    assert [run.name for run in await log.last(2)] == ["ocr", "utility"]
    assert [run.started_at.hour for run in await log.last(5, name="ocr")] == [5, 3]


async def test_the_last_run_that_was_done_is_found_behind_however_many_others(log):
    done = await log.begin("nightly", at=NIGHT)
    await log.end(done, RunState.DONE, at=NIGHT, counts={})
    for day in range(1, 15):
        failed = await log.begin("nightly", at=NIGHT + timedelta(days=day))
        await log.end(failed, RunState.FAILED, at=NIGHT + timedelta(days=day), counts={})
    assert [run.id for run in await log.last(1, name="nightly", state=RunState.DONE)] == [done]


async def test_a_run_that_failed_says_why(log):
    failed = await log.begin("ocr", at=NIGHT)
    await log.end(failed, RunState.FAILED, at=NIGHT, counts={}, error="the disk is full")
    assert (await log.last(1))[0].error == "the disk is full"


async def test_a_run_that_failed_has_ended_and_one_that_was_broken_off_has_not(log):
    failed = await log.begin("nightly", at=NIGHT)
    await log.end(failed, RunState.FAILED, at=NIGHT, counts={})
    await log.begin("nightly", at=NIGHT + timedelta(days=1))
    await log.break_off(at=NIGHT + timedelta(days=2))
    assert await log.last_ended("nightly") == NIGHT
    assert await log.last_ended("ocr") is None


async def test_a_run_that_never_ended_is_broken_off_and_those_that_ended_stay(log):
    done = await log.begin("utility", at=NIGHT)
    await log.end(done, RunState.DONE, at=NIGHT, counts={})
    await log.begin("ocr", at=NIGHT)
    assert await log.break_off(at=NIGHT + timedelta(hours=1)) == 1
    states = {run.name: run.state for run in await log.last(5)}
    assert states == {"ocr": RunState.BROKEN_OFF, "utility": RunState.DONE}


async def test_how_far_a_run_is_can_be_read_while_it_runs(log):
    run_id = await log.begin("ocr", at=NIGHT)
    await log.note(run_id, {"done": 3, "total": 9})
    (run,) = await log.last(1)
    assert (run.state, dict(run.counts)) == (RunState.RUNNING, {"done": 3, "total": 9})
