"""Each night is started once, whatever the machine's clock and sleep do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from jobs import schedule
from jobs.schedule import Nights, run_schedule
from persrv.bootstrap import open_services
from persrv.config import Settings
from persrv.domain.runs import JobName, RunState
from persrv.errors import PerSRVError, StorageError


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Machine:
    """Starts jobs, and notes when; its clock is the one that `Nights` reads."""

    def __init__(self, job_log, now, *, ends=RunState.DONE):
        self.now, self.ends, self.error = utc(now), ends, None
        self.started, self.running = [], None
        self._job_log = job_log
        self._free = asyncio.Event()

    async def start(self, name):
        if self.error:
            raise self.error
        if self.running:
            return False
        self.started.append((name, self.now))
        run = await self._job_log.begin(name.value, at=self.now)
        await self._job_log.end(run, self.ends, at=self.now, counts={})
        return True

    async def wait(self):
        await self._free.wait()

    def ends_its_job(self):
        self.running = None
        self._free.set()

    async def stop(self, log):
        """Nothing to end."""

    def nights(self, services):
        return Nights(services, self, now=lambda: self.now)

    async def passes(self, nights, *moments):
        """Look at each of these moments; return when the night was started."""
        before = len(self.started)
        for moment in moments:
            self.now = moment if isinstance(moment, datetime) else utc(moment)
            await nights.look()
        return [f"{at:%m-%d %H:%M}" for _, at in self.started[before:]]


def every_minute(start, hours):
    return [utc(start) + timedelta(minutes=minute) for minute in range(hours * 60)]


async def test_a_machine_that_sleeps_every_night_runs_each_in_the_morning(services, add_pack, picture):
    await add_pack("cats", c1=picture())
    machine = Machine(services.job_log, "2026-12-01 20:00")
    nights = machine.nights(services)
    assert await machine.passes(nights, "2026-12-01 20:00") == ["12-01 20:00"]
    awake = [*every_minute("2026-12-02 09:40", 3), *every_minute("2026-12-03 09:50", 3)]  # 03:30 is six hours ago
    assert await machine.passes(nights, *awake) == ["12-02 09:40", "12-03 09:50"]


@pytest.mark.parametrize(
    ("zone", "at", "first", "started"),
    [
        # 02:30 is at 00:30 UTC and again at 01:30.
        ("Europe/Berlin", "02:30", "2026-10-24 12:00", ["10-25 00:30", "10-26 01:30"]),
        # 02:30 is on no clock.
        ("Europe/Berlin", "02:30", "2026-03-28 12:00", ["03-29 01:30", "03-30 00:30"]),
        # Neither is 00:00.
        ("America/Sao_Paulo", "00:00", "2018-11-03 12:00", ["11-04 03:00", "11-05 02:00"]),
    ],
)
async def test_where_clocks_change_there_is_one_night_a_day(tmp_path, zone, at, first, started):
    settings = Settings(data_dir=tmp_path, timezone=zone, nightly_at=at, _env_file=None)
    async with open_services(settings) as services:
        machine = Machine(services.job_log, first)
        assert await machine.passes(machine.nights(services), *every_minute(first, 40)[::5]) == started


@pytest.mark.parametrize("ends", [RunState.FAILED, RunState.BROKEN_OFF])
async def test_a_night_that_fails_or_is_stopped_is_not_started_again_every_minute(services, add_pack, picture, ends):
    await add_pack("cats", c1=picture())
    machine = Machine(services.job_log, "2026-12-02 09:00", ends=ends)
    nights = machine.nights(services)
    assert await machine.passes(nights, *every_minute("2026-12-02 09:00", 2)) == ["12-02 09:00"]
    assert await machine.passes(nights, "2026-12-03 03:29", "2026-12-03 03:30") == ["12-03 03:30"]


async def test_a_night_that_cannot_be_started_waits_for_the_next_one(services, add_pack, picture, caplog):
    await add_pack("cats", c1=picture())
    machine = Machine(services.job_log, "2026-12-02 09:00")
    machine.error = PerSRVError("The job nightly cannot be started: Cannot allocate memory.")
    nights = machine.nights(services)
    assert await machine.passes(nights, *every_minute("2026-12-02 09:00", 1)) == []
    assert caplog.text.count("Cannot allocate memory") == 1
    machine.error = None
    assert await machine.passes(nights, "2026-12-03 03:30") == ["12-03 03:30"]


async def test_a_look_at_a_database_that_cannot_be_read_is_not_the_last(services, add_pack, picture, monkeypatch):
    await add_pack("cats", c1=picture())
    machine = Machine(services.job_log, "2026-12-02 09:00")
    nights = machine.nights(services)

    async def locked(name):
        raise StorageError("The database is locked.")

    with monkeypatch.context() as patched:
        patched.setattr(services.job_log, "last_ended", locked)
        assert await machine.passes(nights, "2026-12-02 09:00") == []
    assert await machine.passes(nights, "2026-12-02 09:01") == ["12-02 09:01"]


async def test_a_missed_night_is_caught_up_at_the_start_and_only_then(services, add_pack, picture):
    machine = Machine(services.job_log, "2026-12-02 09:00")
    await add_pack("cats", c1=picture())
    assert await machine.passes(machine.nights(services), "2026-12-02 09:00") == ["12-02 09:00"]
    assert await machine.passes(machine.nights(services), "2026-12-02 09:01") == []


async def test_a_new_bot_leaves_its_first_set_to_the_work_on_new_sets(services, add_pack, picture):
    machine = Machine(services.job_log, "2026-12-02 09:00")
    nights = machine.nights(services)
    assert await machine.passes(nights, "2026-12-02 09:00") == []
    await add_pack("cats", c1=picture())
    assert await machine.passes(nights, "2026-12-02 09:01", "2026-12-03 03:30") == ["12-03 03:30"]


async def test_a_night_waits_for_the_job_that_runs_and_is_started_once_after_it(services, add_pack, picture):
    await add_pack("cats", c1=picture())
    machine = Machine(services.job_log, "2026-12-02 09:00")
    nights = machine.nights(services)
    machine.running = JobName.NEW
    waiting = asyncio.create_task(nights.look())
    await asyncio.sleep(0.05)
    await nights.look()  # the look a minute later does not wait too
    assert machine.started == []
    machine.ends_its_job()
    await waiting
    await nights.look()
    assert [name for name, _ in machine.started] == [JobName.NIGHTLY]


async def test_the_schedule_looks_again_and_again(services, add_pack, picture, monkeypatch):
    await add_pack("cats", c1=picture())
    monkeypatch.setattr(schedule, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    machine = Machine(services.job_log, "2026-12-02 03:00")
    monkeypatch.setattr(schedule, "Nights", lambda services, jobs: machine.nights(services))
    importer = SimpleNamespace(finished=asyncio.Event(), waiting=False)
    running = asyncio.create_task(run_schedule(services, importer, machine))
    await asyncio.sleep(0.3)
    assert len(machine.started) == 1
    machine.now = utc("2026-12-02 11:00")
    async with asyncio.timeout(10):
        while len(machine.started) < 2:  # noqa: ASYNC110 - there is nothing to wait for but time
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
