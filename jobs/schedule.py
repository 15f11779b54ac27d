"""When jobs run by themselves: every night, at the start for a night that was missed, and after new sets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from jobs.child import ChildJobs
from jobs.nights import is_missed
from persrv.bootstrap import Services, utc_now
from persrv.catalogue import PackImporter
from persrv.config import Settings
from persrv.domain.runs import JobName
from persrv.errors import PerSRVError
from persrv.ports.jobs import JobStarter

_log = logging.getLogger(__name__)

MISFIRE_GRACE_SECONDS = 6 * 3600
"""A night that a busy or sleeping machine missed is caught up within this time; APScheduler's own 1 s skips it."""
SETTLE_SECONDS = 5.0
"""How long the bot has for itself at the start, before it catches up on a night."""
CALM_SECONDS = 3.0
"""How long no set must have been taken in before the new stickers are worked on: several often come together."""


Schedule = Callable[[Services, PackImporter], Coroutine[None, None, None]]


def with_schedule(settings: Settings) -> tuple[ChildJobs, Schedule]:
    """What starts jobs with these settings, and the schedule that does so by itself."""
    jobs = ChildJobs(settings)
    return jobs, partial(run_schedule, jobs=jobs)


async def run_schedule(services: Services, importer: PackImporter, jobs: ChildJobs) -> None:
    """Run the schedule until cancelled, then end the job that runs."""
    settings = services.settings
    hour, minute = settings.nightly_at.split(":")
    zone = ZoneInfo(settings.timezone)
    scheduler = AsyncIOScheduler(timezone=zone)
    scheduler.add_job(
        start_when_free,
        CronTrigger(hour=int(hour), minute=int(minute), timezone=zone),
        args=(jobs, JobName.NIGHTLY),
        id="nightly",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=MISFIRE_GRACE_SECONDS,
    )
    scheduler.start()
    try:
        await asyncio.sleep(SETTLE_SECONDS)
        try:
            await catch_up(services, jobs)
        except PerSRVError as error:
            _log.error("%s", error)
        while True:
            await importer.finished.wait()
            await _calm(importer)
            await start_when_free(jobs, JobName.NEW)
    finally:
        scheduler.shutdown(wait=False)
        await jobs.stop(services.job_log)


async def catch_up(services: Services, jobs: JobStarter) -> bool:
    """Start the night that was missed while the bot was away. Return whether there was one."""
    settings = services.settings
    last = await services.job_log.last_ended(JobName.NIGHTLY.value)
    if not is_missed(last, utc_now(), settings.nightly_at, settings.timezone):
        return False
    if not await services.catalogue.count_stickers():
        return False  # a new bot: the first set that comes is worked on at once
    _log.info("the last night was missed; it is caught up now")
    return await jobs.start(JobName.NIGHTLY)


async def start_when_free(jobs: ChildJobs, name: JobName) -> None:
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
