"""When jobs run by themselves: every night, at the start for a night that was missed, and after new sets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from jobs.child import ChildJobs
from jobs.nights import is_missed, last_night
from persrv.bootstrap import Services, utc_now
from persrv.catalogue import PackImporter
from persrv.config import Settings
from persrv.domain.runs import JobName
from persrv.errors import PerSRVError
from persrv.ports.jobs import JobStarter

_log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""Pause between two looks at whether a night has begun."""
SETTLE_SECONDS = 5.0
"""How long the bot has for itself at the start, before it catches up on a night."""
CALM_SECONDS = 3.0
"""How long no set must have been taken in before the new stickers are worked on: several often come together."""


class StartsJobs(JobStarter, Protocol):
    """One that can be waited for."""

    async def wait(self) -> None:
        """Wait until the job that runs is over."""


Schedule = Callable[[Services, PackImporter], Coroutine[None, None, None]]


def with_schedule(settings: Settings) -> tuple[ChildJobs, Schedule]:
    """What starts jobs with these settings, and the schedule that does so by itself."""
    jobs = ChildJobs(settings)
    return jobs, partial(run_schedule, jobs=jobs)


async def run_schedule(services: Services, importer: PackImporter, jobs: ChildJobs) -> None:
    """Run the schedule until cancelled, then end the job that runs."""
    nights = Nights(services, jobs)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        nights.look,
        IntervalTrigger(seconds=LOOK_SECONDS, timezone=UTC),
        id="nightly",
        coalesce=True,
        max_instances=2,  # one may wait for the job that runs
        misfire_grace_time=None,  # after a sleep of this machine too
    )
    try:
        await asyncio.sleep(SETTLE_SECONDS)
        await nights.look()
        scheduler.start()
        while True:
            await importer.finished.wait()
            await _calm(importer)
            await start_when_free(jobs, JobName.NEW)
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=False)
        await jobs.stop(services.job_log)


class Nights:
    """Starts each night once: when it begins, or as soon as the bot and its machine are awake again.

    A clock that rings at the time of the night would not do: a machine that sleeps then hears it hours later, and
    where clocks change it rings twice or not at all.
    """

    def __init__(self, services: Services, jobs: StartsJobs, *, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._jobs = jobs
        self._now = now
        self._seen: datetime | None = None
        self._looking = False

    async def look(self) -> None:
        """Start the latest night, after the job that runs, unless it was run.

        However it ends, it is not started again: one that is stopped, or broken, would begin again every minute.
        """
        if self._looking:
            return
        self._looking = True
        try:
            while (night := self._latest()) != self._seen:
                if not await self._is_due() or await self._start():
                    self._seen = night
                else:
                    await self._jobs.wait()
        except PerSRVError as error:  # the database cannot be read now; the next look may
            _log.error("%s", error)
        finally:
            self._looking = False

    async def _is_due(self) -> bool:
        if self._seen is None and not await self._services.catalogue.count_stickers():
            return False  # a new bot: the first set that comes is worked on at once
        last = await self._services.job_log.last_ended(JobName.NIGHTLY.value)
        settings = self._services.settings
        return is_missed(last, self._now(), settings.nightly_at, settings.timezone)

    async def _start(self) -> bool:
        """Whether it was tried; False where a job runs."""
        try:
            return await self._jobs.start(JobName.NIGHTLY)
        except PerSRVError as error:
            _log.error("%s", error)
            return True

    def _latest(self) -> datetime:
        settings = self._services.settings
        return last_night(self._now(), settings.nightly_at, settings.timezone)


async def start_when_free(jobs: StartsJobs, name: JobName) -> None:
    """Start a job, after the one that runs."""
    try:
        while not await jobs.start(name):
            await jobs.wait()
    except PerSRVError as error:
        _log.error("%s", error)


async def _calm(importer: PackImporter) -> None:
    """Wait until no set has been taken in for a while."""
    while importer.finished.is_set() or importer.waiting:
        importer.finished.clear()
        await asyncio.sleep(CALM_SECONDS)
