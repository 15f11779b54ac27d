"""Has a vision-language model say what stickers show and mean (paper, section 3.3.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from jobs.sweep import Look, Results, sweep
from persrv.bootstrap import Services, captioner
from persrv.domain.runs import JobName
from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import Sticker
from persrv.domain.work import VIEWS, Made, Maker, Task
from persrv.ports.captioner import Caption, CaptionFailure
from persrv.ports.jobs import JobProgress
from persrv.ports.media import Frames

BATCH = 8


async def caption_stickers(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Caption every sticker that this model and adapter have not captioned yet.

    :raises ConfigurationError: the model, the adapter or an extra is missing or wrong.
    :raises CaptionUnavailable: the endpoint is out of reach; what was captioned so far is kept.
    """
    if services.settings.caption_engine == "none":
        progress.begin(JobName.CAPTION, 0)
        return {}
    engine = await asyncio.to_thread(captioner, services.settings)
    unparsed = 0
    try:
        look = Look(Task.CAPTION, Maker(engine.name, engine.version), BATCH, VIEWS[Task.CAPTION])

        async def work(batch: Sequence[tuple[Sticker, Frames]]) -> Results:
            nonlocal unparsed
            captions = await engine.caption([frames.pixels[len(frames.pixels) // 2] for _, frames in batch])
            unparsed += sum(isinstance(caption, Caption) and not caption.parsed for caption in captions)
            return {
                sticker.id: _result(sticker, caption) for (sticker, _), caption in zip(batch, captions, strict=True)
            }

        counts = dict(await sweep(services, JobName.CAPTION, look, work, progress))
    finally:
        await engine.close()
    return counts | {"unparsed": unparsed}


def _result(sticker: Sticker, caption: Caption | CaptionFailure) -> Made | str:
    if isinstance(caption, CaptionFailure):
        return caption.reason
    return Made(
        sticker.id,
        {
            SemanticField.KEYWORDS: caption.keywords,
            SemanticField.DESCRIPTION: caption.description,
            SemanticField.EMOTIONS: caption.emotions,
        },
    )
