import asyncio
import sqlite3

import pytest

from jobs import processes, runner
from jobs.child import ChildJobs
from jobs.runner import run_job
from jobs.schedule import start_when_free
from persrv.bootstrap import one_job_at_a_time
from persrv.domain.runs import AFTER_PACKS, JobName, RunState
from persrv.domain.semantics import SemanticField
from persrv.errors import CaptionUnavailable, JobBusy


async def states(services, limit=20):
    return {run.name: run.state for run in await services.job_log.last(limit)}


async def test_a_night_runs_every_step_in_order_and_each_is_on_record(services, add_pack, picture, choose, seen):
    ids = await add_pack("cats", c1=picture("加油"), c2=picture("晚安", colour="blue"))
    await choose(7, ids["c1"])
    outcome = await run_job(services, JobName.NIGHTLY, seen)
    assert [step for step, _ in seen.steps] == [JobName.RETENTION, AFTER_PACKS[0], JobName.MEANING, *AFTER_PACKS[1:]]
    assert outcome.problems == {}
    assert outcome.counts[JobName.OCR]["done"] == 2
    runs = await services.job_log.last(20)
    assert {run.name for run in runs} == {step.value for step in AFTER_PACKS} | {"retention", "nightly"}
    assert all(run.state is RunState.DONE and run.duration is not None for run in runs)
    await services.serving.refresh()
    assert len(services.serving.current.vectors) == max(ids.values()) + 1
    (known, _) = [text for sticker in ids.values() for text in await services.semantics.known(sticker)]
    assert (known.field, known.text) == (SemanticField.OCR, "加油")


async def test_stickers_are_found_by_pinyin_before_the_first_captions_are_made(
    services, add_pack, picture, seen, monkeypatch
):
    ids = await add_pack("cats", emoji="😀", c1=picture())
    found = []

    async def look(services, progress):
        await services.serving.refresh()
        found.extend(ranked.sticker_id for ranked in (await services.suggester.read(7, "gaoxing")).ranking)
        return {}

    monkeypatch.setitem(runner._STEPS, JobName.CAPTION, look)
    await services.indexer.drain()
    await run_job(services, JobName.NIGHTLY, seen)
    assert found == [ids["c1"]]


async def test_what_was_learnt_once_is_learnt_again_at_the_end_of_a_night_alone(services, add_pack, picture, seen):
    await add_pack("cats", c1=picture())
    await run_job(services, JobName.NIGHTLY, seen)
    await services.serving.refresh()
    seen.steps.clear()
    await run_job(services, JobName.NIGHTLY, seen)
    assert [step for step, _ in seen.steps] == [JobName.RETENTION, *AFTER_PACKS]


async def test_a_step_that_fails_is_on_record_with_its_reason_and_the_others_run(
    services, add_pack, picture, seen, monkeypatch
):
    await add_pack("cats", c1=picture())

    async def down(services, progress):
        progress.begin(JobName.CAPTION, 1)
        progress.advance({"done": 1})
        raise CaptionUnavailable("The server does not answer.")

    monkeypatch.setitem(runner._STEPS, JobName.CAPTION, down)
    outcome = await run_job(services, JobName.NIGHTLY, seen)
    assert outcome.problems == {JobName.CAPTION: "The server does not answer."}
    by_name = {run.name: run for run in await services.job_log.last(20)}
    assert (by_name["caption"].state, dict(by_name["caption"].counts)) == (RunState.FAILED, {"done": 1, "total": 1})
    assert by_name["utility"].state is RunState.DONE
    assert (by_name["nightly"].state, by_name["nightly"].error) == (
        RunState.FAILED,
        "caption: The server does not answer.",
    )


async def test_two_nights_never_run_at_once(services, seen, settings):
    with one_job_at_a_time(settings), pytest.raises(JobBusy):
        await run_job(services, JobName.NIGHTLY, seen)
    assert await services.job_log.last(5) == []


async def test_a_run_that_was_killed_is_noted_by_the_next(services, seen):
    from persrv.bootstrap import utc_now

    await services.job_log.begin("nightly", at=utc_now())
    await run_job(services, JobName.UTILITY, seen)
    assert await states(services) == {"nightly": RunState.BROKEN_OFF, "utility": RunState.DONE}


async def test_a_run_that_is_cancelled_is_on_record_as_broken_off(services, seen, monkeypatch):
    started = asyncio.Event()

    async def endless(services, progress):
        started.set()
        await asyncio.Event().wait()

    monkeypatch.setitem(runner._STEPS, JobName.OCR, endless)
    running = asyncio.create_task(run_job(services, JobName.NIGHTLY, seen))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await states(services) == {
        "retention": RunState.DONE,
        "meaning": RunState.DONE,
        "nsfw": RunState.DONE,
        "ocr": RunState.BROKEN_OFF,
        "nightly": RunState.BROKEN_OFF,
    }


async def test_the_index_can_be_built_anew(services, add_pack, picture, seen):
    await add_pack("cats", c1=picture(), c2=picture(colour="blue"))
    outcome = await run_job(services, JobName.INDEX, seen)
    assert outcome.counts[JobName.INDEX] == {"stickers": 2}


async def test_a_job_runs_in_a_process_of_its_own_and_the_bot_sees_what_it_made(services, add_pack, picture, settings):
    await add_pack("cats", c1=picture("加油"))
    jobs = ChildJobs(settings)
    assert await jobs.start(JobName.NEW)
    assert jobs.running is JobName.NEW
    assert not await jobs.start(JobName.NIGHTLY)
    await jobs.wait()
    assert jobs.running is None
    assert (await states(services))["new"] is RunState.DONE
    await services.serving.refresh()
    assert services.serving.current.space_id
    await services.indexer.drain()
    assert (await services.suggester.read(7, "加油")).ranking


async def test_a_job_that_is_stopped_ends_soon_and_goes_on_the_next_time(services, add_pack, picture, settings):
    await add_pack("cats", **{f"c{n}": picture(f"好{n}", colour=f"#{n}{n}{n}") for n in range(9)})
    jobs = ChildJobs(settings)
    await jobs.start(JobName.NEW)
    while not await services.job_log.last(1):  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.05)
    await jobs.stop(services.job_log)
    assert jobs.running is None
    assert RunState.RUNNING not in (await states(services)).values()
    await jobs.start(JobName.NEW)
    await jobs.wait()
    with sqlite3.connect(settings.data_dir / "persrv.sqlite3") as connection:
        (read,) = connection.execute("SELECT count(*) FROM sticker_work WHERE task = 'ocr' AND done").fetchone()
    connection.close()
    assert read == 9


async def test_a_job_that_has_to_be_killed_is_on_record_as_broken_off(
    services, add_pack, picture, settings, monkeypatch
):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.0)  # no time to end in good order
    await add_pack("cats", **{f"c{n}": picture(f"好{n}", colour=f"#{n}{n}{n}") for n in range(9)})
    jobs = ChildJobs(settings)
    await jobs.start(JobName.NEW)
    while not await services.job_log.last(1):  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.05)
    await jobs.stop(services.job_log)
    found = (await states(services)).values()
    assert RunState.RUNNING not in found
    assert RunState.BROKEN_OFF in found


async def test_two_that_wait_for_the_same_job_start_one_after_the_other(services, settings):
    jobs = ChildJobs(settings)
    await jobs.start(JobName.RETENTION)
    await asyncio.gather(start_when_free(jobs, JobName.UTILITY), start_when_free(jobs, JobName.PACKS))
    await jobs.wait()
    assert {"retention", "utility", "packs"} <= (await states(services)).keys()


async def test_a_start_that_is_cancelled_leaves_the_next_one_free(services, settings):
    jobs = ChildJobs(settings)
    starting = asyncio.create_task(jobs.start(JobName.RETENTION))
    await asyncio.sleep(0)
    assert jobs.running is JobName.RETENTION
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await start_when_free(jobs, JobName.UTILITY)
    await jobs.wait()
    assert (await states(services))["utility"] is RunState.DONE
