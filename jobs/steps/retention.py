"""Erases what is older than the settings allow to keep."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import timedelta

from persrv.bootstrap import Services, utc_now
from persrv.domain.runs import JobName
from persrv.errors import IndexBusy
from persrv.ports.jobs import JobProgress


async def erase_old(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Erase impressions and choices past their days, and what was derived from them.

    Usefulness and styles are computed without them later in the same night. Where the bot is writing the search
    index, it takes the words out of it by itself, within a second or two.
    """
    settings, now = services.settings, utc_now()
    progress.begin(JobName.RETENTION, None)
    impressions, choices = settings.keep_impressions_days, settings.keep_choices_days
    erased = await services.history.expire(
        impressions=now - timedelta(days=impressions) if impressions else None,
        choices=now - timedelta(days=choices) if choices else None,
    )
    if erased.choices:
        with contextlib.suppress(IndexBusy):  # the bot's: it drains the queue that the choices were written to
            await services.indexer.erase_traces()
    return {"choices": erased.choices, "impressions": erased.impressions}
