"""Goes over every sticker that a stage has still to look at."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from persrv.bootstrap import Services, utc_now
from persrv.domain.runs import JobName
from persrv.domain.stickers import MediaState, Sticker
from persrv.domain.work import Made, Maker, Task, View
from persrv.errors import MediaError
from persrv.ports.jobs import JobProgress
from persrv.ports.media import Frames

FILE_GONE = "Its file is gone from the media folder; the next refresh of its set fetches it again."

Results = Mapping[int, Made | str]
"""What came of each sticker: what was found, or why nothing could be."""
Work = Callable[[Sequence[tuple[Sticker, Frames]]], Awaitable[Results]]


def one_by_one(look_at: Callable[[Sticker, Frames], Made | str]) -> Work:
    """Work by an engine that takes a sticker at a time and blocks, in a thread."""

    def all_of(batch: Sequence[tuple[Sticker, Frames]]) -> Results:
        return {sticker.id: look_at(sticker, frames) for sticker, frames in batch}

    async def work(batch: Sequence[tuple[Sticker, Frames]]) -> Results:
        return await asyncio.to_thread(all_of, batch)

    return work


@dataclass(frozen=True, slots=True)
class Look:
    """How a stage wants to see stickers.

    :param batch: Stickers at a time: what a kill makes a stage do again at most.
    """

    task: Task
    maker: Maker
    batch: int
    view: View


async def sweep(services: Services, step: JobName, look: Look, work: Work, progress: JobProgress) -> Mapping[str, int]:
    """Show every sticker that is wanted to `work`, and keep what comes of it batch by batch.

    The next batch is decoded while one is worked on. A sticker is tried once in a sweep.

    :return: How many were done, failed and have another text than before.
    :raises PerSRVError: the stage itself cannot go on; what was done is kept.
    """
    counts: Counter[str] = Counter(done=0, failed=0, changed=0)
    progress.begin(step, await services.semantics.count_wanted(look.task, look.maker))
    batch = await _next(services, look, after=0)
    while batch:
        seen = await decode(services, batch, look.view)
        upcoming = asyncio.create_task(_next(services, look, after=batch[-1].id))
        try:
            results: dict[int, Made | str] = dict(seen.refused)
            if seen.pictures:
                results |= await work(seen.pictures)
            await _keep(services, look, results, counts)
            counts["failed"] += len(seen.gone)
            progress.advance(counts)
        except BaseException:
            upcoming.cancel()
            raise
        batch = await upcoming
    return counts


@dataclass(frozen=True, slots=True)
class Seen:
    """Stickers' pictures.

    :param refused: Why a file cannot be decoded, by sticker.
    :param gone: Stickers whose file is not there; it is wanted again.
    """

    pictures: Sequence[tuple[Sticker, Frames]]
    refused: Mapping[int, str]
    gone: Sequence[int]


async def _next(services: Services, look: Look, *, after: int) -> Sequence[Sticker]:
    return await services.semantics.wanted(look.task, look.maker, after=after, limit=look.batch)


async def decode(services: Services, batch: Sequence[Sticker], view: View) -> Seen:
    """Read and decode the files of stickers.

    :raises PerSRVError: the media worker cannot be started; no sticker is to blame.
    """
    pictures: list[tuple[Sticker, Frames]] = []
    refused: dict[int, str] = {}
    gone: list[int] = []
    for sticker in batch:
        data = await services.media.read(sticker.file_unique_id, sticker.format)
        if data is None:
            await services.catalogue.note_media(sticker.id, MediaState.WANTED, FILE_GONE)
            gone.append(sticker.id)
            continue
        try:
            decoded = await services.decoder.decode(data, sticker.format, frames=view.frames, size=view.size)
        except MediaError as error:
            refused[sticker.id] = str(error)
        else:
            pictures.append((sticker, decoded))
    return Seen(pictures, refused, gone)


async def _keep(services: Services, look: Look, results: Results, counts: Counter[str]) -> None:
    made = [result for result in results.values() if isinstance(result, Made)]
    reasons = {sticker_id: result for sticker_id, result in results.items() if isinstance(result, str)}
    if made:
        counts["changed"] += await services.semantics.save(look.task, made, maker=look.maker, at=utc_now())
        services.indexer.wake()
    if reasons:
        await services.semantics.note_failures(look.task, reasons, maker=look.maker, at=utc_now())
    counts["done"] += len(made)
    counts["failed"] += len(reasons)
