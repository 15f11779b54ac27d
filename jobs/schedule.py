"""The nightly schedule (APScheduler 3)."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from jobs.packs import refresh_packs
from persrv.bootstrap import Services
from persrv.catalogue import PackImporter

MISFIRE_GRACE_SECONDS = 6 * 3600
"""A night that a busy or sleeping machine missed is caught up within this time; APScheduler's own 1 s skips it."""


async def nightly(services: Services, importer: PackImporter) -> None:
    """Run the schedule until cancelled."""
    settings = services.settings
    hour, minute = settings.nightly_at.split(":")
    zone = ZoneInfo(settings.timezone)
    scheduler = AsyncIOScheduler(timezone=zone)
    scheduler.add_job(
        refresh_packs,
        CronTrigger(hour=int(hour), minute=int(minute), timezone=zone),
        args=(services, importer),
        id="packs",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=MISFIRE_GRACE_SECONDS,
    )
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)
