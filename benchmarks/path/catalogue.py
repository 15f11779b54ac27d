"""A made-up catalogue in the bot's own database, with people's choices in it, before the bot starts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from benchmarks.corpus import SET_SIZE, Corpus
from benchmarks.path.stand_in import sticker
from bot.sandbox.world import World
from persrv.bootstrap import Services, open_services, utc_now
from persrv.config import Settings
from persrv.domain.history import Choice
from persrv.domain.runs import JobName, RunState
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.domain.stickers import FetchedPack, PackKind
from persrv.domain.work import Made, Maker, Task

CAPTION = (SemanticField.KEYWORDS, SemanticField.DESCRIPTION, SemanticField.EMOTIONS)
MAKER = Maker("made up", "1")


async def fill(settings: Settings, world: World, corpus: Corpus, people: Sequence[int], choices: int) -> None:
    """Write the corpus as sets of `SET_SIZE`, and so many choices of these people; index all of it."""
    async with open_services(settings) as services:
        documents = corpus.documents()
        for number in itertools.count():
            batch = list(itertools.islice(documents, SET_SIZE))
            if not batch:
                break
            await _write_set(services, world, f"Set{number}_by_persrv_bot", batch)
        await services.indexer.drain()
        await _choose(services, corpus, people, choices)
        await services.indexer.drain()
        log = services.job_log  # or the bot would catch up on the night meanwhile
        await log.end(await log.begin(JobName.NIGHTLY.value, at=utc_now()), RunState.DONE, at=utc_now(), counts={})


async def _write_set(services: Services, world: World, name: str, documents: Sequence[StickerDocument]) -> None:
    fetched = [sticker(world, each.sticker_id, each.texts.get(SemanticField.EMOJI, "")) for each in documents]
    pack = FetchedPack(name, documents[0].texts[SemanticField.PACK], PackKind.REGULAR, tuple(fetched))
    change = await services.catalogue.save_pack(pack, at=utc_now())
    await services.catalogue.finish_pack(name)
    kept = await services.catalogue.pack_stickers(change.pack.id)
    for task, fields in ((Task.CAPTION, CAPTION), (Task.OCR, (SemanticField.OCR,))):
        made = [
            Made(found.id, {field: each.texts.get(field, "") for field in fields})
            for found, each in zip(kept, documents, strict=True)
        ]
        await services.semantics.save(task, made, maker=MAKER, at=utc_now())


async def _choose(services: Services, corpus: Corpus, people: Sequence[int], choices: int) -> None:
    """Words as frequent as in the texts, stickers by chance."""
    rng = np.random.default_rng([corpus.seed, 10])
    queries = corpus.queries(choices, most=2, seed=11)
    for number, query in enumerate(queries):
        person, chosen = int(rng.choice(people)), int(rng.integers(1, corpus.size + 1))
        at = utc_now() - timedelta(minutes=choices - number)
        await services.history.record_choice(Choice(f"0:{number}", person, chosen, query, "0" * 16, 0, at))
