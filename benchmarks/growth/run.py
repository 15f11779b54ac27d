"""One size: the database, the index, what changes, the start and the search."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.corpus import Corpus
from benchmarks.growth.database import ENGINES_FIELDS, make_database
from benchmarks.growth.processes import watched
from benchmarks.machine import machine
from persrv.adapters.search import WhooshStickerIndex
from persrv.adapters.search.files import IMPACTS
from persrv.bootstrap import Services, open_services, utc_now
from persrv.config import Settings, environment_of
from persrv.domain.semantics import StickerDocument
from persrv.domain.work import Made, Maker, Task
from persrv.recall.weights import RelevanceWeights
from persrv.text import tokenise
from persrv.utility.table import UtilityTable

CHANGED: Final = 1_000
LIMIT: Final = 100
WARM: Final = 30
STARTS: Final = 3
TABLE_FROM: Final = 1_000
"""Stickers from which the bot makes a table of impacts."""
MEASURED: Final = "measured.json"


@dataclass(frozen=True, slots=True)
class Point:
    """What one size took.

    :param index_seconds: `persrv job index`, from the database to the last commit.
    :param index_processor: Seconds of processor time of it, all cores.
    :param table_seconds: To derive the table of impacts; None where it is too small for one.
    :param megabytes: Resident at most while either was made, all processes together.
    :param index_megabytes: On the disk, without the table.
    :param changed_seconds: From the commit of `CHANGED` new texts in the database to their being found.
    :param start_seconds: `persrv search`, from nothing to its answer; the median of `STARTS`.
    :param recall_ms: 50th and 95th percentile of a search for the `LIMIT` best.
    :param machine: See `benchmarks.machine`.
    """

    size: int
    database_megabytes: float
    index_seconds: float
    index_processor: float
    table_seconds: float | None
    megabytes: float
    index_megabytes: float
    table_megabytes: float
    segments: int
    changed_seconds: float
    start_seconds: float
    recall_ms: tuple[float, float]
    machine: Mapping[str, Any]

    @property
    def build_seconds(self) -> float:
        """Until the index serves as it is to."""
        return self.index_seconds + (self.table_seconds or 0.0)


def measured(work: Path) -> list[Point]:
    """What has been measured in a folder, small sizes first."""
    found = [Point(**json.loads(path.read_text("utf-8"))) for path in work.glob(f"*/{MEASURED}")]
    return sorted(found, key=lambda point: point.size)


def measure(work: Path, size: int, *, seed: int, queries: int, say: Callable[[str], None]) -> None:
    """Measure one size, and keep the figures in its folder.

    :raises RuntimeError: a command failed.
    """
    folder = (work / str(size)).resolve()
    settings = Settings(_env_file=None, data_dir=folder / "data")  # type: ignore[call-arg]
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(size, seed)
    say(f"{size:,} stickers: the database ...")
    database = settings.data_dir / "persrv.sqlite3"
    make_database(database, corpus)
    shutil.rmtree(settings.index_dir, ignore_errors=True)
    environment = {**os.environ, **environment_of(settings)}
    say("the index ...")
    index = watched(["persrv", "job", "index"], environment, folder)
    shutil.rmtree(settings.index_dir / IMPACTS, ignore_errors=True)  # of an index that was not whole yet
    say(f"  {index.seconds:.0f} s, {index.megabytes:,.0f} MB")
    table = None
    if size >= TABLE_FROM:
        module = ["persrv.adapters.search.impact_building", str(settings.index_dir)]
        table = watched(module, environment, folder)
        say(f"  and {table.seconds:.1f} s, {table.megabytes:,.0f} MB for the table")
    changed = asyncio.run(_change(settings, corpus))
    say(f"{CHANGED} changed: {changed:.2f} s")
    search = ["persrv", "search", corpus.queries(1, most=2)[0], "--json"]
    start = float(np.median([watched(search, environment, folder).seconds for _ in range(STARTS)]))
    say(f"start: {start:.2f} s")
    recall = _recall(settings.index_dir, corpus, queries)
    say(f"recall: p50 {recall[0]:.2f} ms, p95 {recall[1]:.2f} ms")
    in_table = _megabytes(settings.index_dir / IMPACTS)
    point = Point(
        size=size,
        database_megabytes=database.stat().st_size / 2**20,
        index_seconds=index.seconds,
        index_processor=index.processor,
        table_seconds=table.seconds if table else None,
        megabytes=max(index.megabytes, table.megabytes if table else 0.0),
        index_megabytes=_megabytes(settings.index_dir) - in_table,
        table_megabytes=in_table,
        segments=len(list(settings.index_dir.glob("*.seg"))),
        changed_seconds=changed,
        start_seconds=start,
        recall_ms=recall,
        machine=machine(),
    )
    (folder / MEASURED).write_text(json.dumps(asdict(point), indent=1, ensure_ascii=False) + "\n", "utf-8")


async def _change(settings: Settings, corpus: Corpus) -> float:
    """Give some stickers other texts, and then their own again: so the index says in the end what the corpus says."""
    count = min(CHANGED, corpus.size // 2)
    chosen = np.random.default_rng([corpus.seed, 12]).choice(corpus.size, count, replace=False)
    async with open_services(settings) as services:
        own = list(await services.documents.documents([int(sticker) for sticker in chosen]))
        others = Corpus(count, corpus.seed + 1).documents()
        changed = [StickerDocument(mine.sticker_id, other.texts) for mine, other in zip(own, others, strict=True)]
        seconds = await _index(services, changed)
        await _index(services, own)
    return seconds


async def _index(services: Services, documents: list[StickerDocument]) -> float:
    for task, fields in ((Task.OCR, ENGINES_FIELDS[:1]), (Task.CAPTION, ENGINES_FIELDS[1:])):
        made = [Made(each.sticker_id, {field: each.texts.get(field, "") for field in fields}) for each in documents]
        await services.semantics.save(task, made, maker=Maker("made up", "1"), at=utc_now())
    began = time.perf_counter()
    indexed = await services.indexer.drain()
    if indexed != len(documents):
        raise RuntimeError(f"{indexed} stickers were indexed instead of {len(documents)}")
    return time.perf_counter() - began


def _recall(directory: Path, corpus: Corpus, queries: int) -> tuple[float, float]:
    utility = UtilityTable(corpus.utility(), 0.02)
    weights = RelevanceWeights().as_mapping()
    index = WhooshStickerIndex(directory, build=lambda *_: None)
    took = []
    try:
        if index.count() != corpus.size:
            raise RuntimeError(f"the index has {index.count()} stickers instead of {corpus.size}")
        for query in corpus.queries(WARM + queries):
            tokens = tokenise(query)
            began = time.perf_counter()
            index.search(tokens, weights=weights, limit=LIMIT, utility=utility.lookup)
            took.append((time.perf_counter() - began) * 1000)
    finally:
        index.close()
    p50, p95 = np.percentile(took[WARM:], [50, 95])
    return float(p50), float(p95)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
