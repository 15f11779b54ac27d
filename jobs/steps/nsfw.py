"""Scores how likely it is that stickers are not for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from jobs.sweep import Look, one_by_one, sweep
from persrv.bootstrap import Services, nsfw_engine
from persrv.domain.runs import JobName
from persrv.domain.stickers import Sticker
from persrv.domain.work import VIEWS, Made, Maker, Task
from persrv.errors import NsfwFailed
from persrv.ports.jobs import JobProgress
from persrv.ports.media import Frames
from persrv.ports.nsfw import NsfwEngine

BATCH = 16


async def score_nsfw(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Score every sticker that this engine has not scored yet. The bot hides a batch two seconds after it is written.

    :raises ConfigurationError: the engine that the settings name is not there.
    """
    engine = await asyncio.to_thread(nsfw_engine, services.settings)
    if engine is None:
        progress.begin(JobName.NSFW, 0)
        return {}
    try:
        look = Look(Task.NSFW, Maker(engine.name, engine.version), BATCH, VIEWS[Task.NSFW])
        return await sweep(services, JobName.NSFW, look, one_by_one(partial(_score, engine)), progress)
    finally:
        engine.close()


def _score(engine: NsfwEngine, sticker: Sticker, frames: Frames) -> Made | str:
    try:
        return Made(sticker.id, {}, score=engine.score(frames))
    except NsfwFailed as error:
        return str(error)
