"""Embeds stickers' pictures (paper, section 3.5): raw vectors, one row a sticker."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from jobs.sweep import decode
from persrv.bootstrap import Services, image_encoder, utc_now
from persrv.domain.runs import JobName
from persrv.domain.stickers import Sticker
from persrv.domain.work import VIEWS, Maker, Task
from persrv.ports.artefacts import EmbeddingRows
from persrv.ports.embedding import ImageEncoder
from persrv.ports.jobs import JobProgress

BATCH = 16
PAGE = 2_000
"""Stickers that are asked for at a time; most of them are known already."""


async def embed_stickers(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Embed every sticker that this encoder has not embedded yet. `preference` makes them serve.

    What was embedded is known by the rows on disk, so that rows which were lost are made again.

    :raises ConfigurationError: the encoder, its model or an extra is missing.
    """
    encoder = await asyncio.to_thread(image_encoder, services.settings)
    try:
        maker = Maker(encoder.name, encoder.version)
        rows = services.embeddings.rows(encoder.name, encoder.version, encoder.dimensions)
        counts: Counter[str] = Counter(done=0, failed=0)
        todo = await _unknown(services, rows, maker)
        progress.begin(JobName.EMBED, len(todo))
        for start in range(0, len(todo), BATCH):
            await _embed(services, encoder, rows, maker, todo[start : start + BATCH], counts)
            progress.advance(counts)
    finally:
        encoder.close()
    return counts


async def _unknown(services: Services, rows: EmbeddingRows, maker: Maker) -> list[Sticker]:
    known = await asyncio.to_thread(rows.known, await services.catalogue.highest_sticker_id() + 1)
    found: list[Sticker] = []
    after = 0
    while page := await services.semantics.wanted(Task.EMBED, maker, after=after, limit=PAGE):
        after = page[-1].id
        found += [sticker for sticker in page if not known[sticker.id]]
    return found


async def _embed(
    services: Services,
    encoder: ImageEncoder,
    rows: EmbeddingRows,
    maker: Maker,
    batch: Sequence[Sticker],
    counts: Counter[str],
) -> None:
    seen = await decode(services, batch, VIEWS[Task.EMBED])
    if seen.pictures:
        images = [frames.pixels[len(frames.pixels) // 2] for _, frames in seen.pictures]
        ids = np.array([sticker.id for sticker, _ in seen.pictures], dtype=np.int64)
        vectors = await asyncio.to_thread(encoder.embed, images)
        await asyncio.to_thread(rows.write, ids, vectors)
    if seen.refused:
        await services.semantics.note_failures(Task.EMBED, seen.refused, maker=maker, at=utc_now())
    counts["done"] += len(seen.pictures)
    counts["failed"] += len(seen.refused) + len(seen.gone)
