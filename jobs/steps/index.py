"""Makes the search index say what the database says."""

from __future__ import annotations

from collections.abc import Mapping

from persrv.bootstrap import Services
from persrv.domain.runs import JobName
from persrv.ports.jobs import JobProgress


async def index_what_waits(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Index what waits; where the bot is writing the index itself, it does this."""
    progress.begin(JobName.INDEX, None)
    return {"stickers": await services.indexer.drain_if_free()}


async def index_everything(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Build the index anew from the database."""
    progress.begin(JobName.INDEX, await services.catalogue.count_stickers())
    return {"stickers": await services.indexer.rebuild()}
