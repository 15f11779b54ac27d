"""One run: every engine in turn on the same queries."""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.corpus import Corpus
from benchmarks.recall.engines import NEVER, Bm25s, Engine, Fts5, Ours, PlainWhoosh, Tantivy
from persrv.adapters.search import WhooshStickerIndex
from persrv.text import tokenise
from persrv.utility.table import UtilityTable

ENGINES = ("impacts", "postings", "whoosh", "fts5", "tantivy", "bm25s")
BATCH = 20_000
WARM = 30
SLOW_MS = 10.0
REFERENCE = "impacts"


@dataclass(frozen=True, slots=True)
class Timed:
    """What one engine took.

    :param opened: Seconds to open it, with making what it lacks.
    :param ms: Milliseconds by query, in their order; perhaps only of the first ones.
    :param cpu_ms: Of the process, likewise: what remains when other work takes turns with it.
    :param resident: Megabytes that the process holds after it, without what was there before; files mapped included.
    """

    name: str
    opened: float
    ms: tuple[float, ...]
    cpu_ms: tuple[float, ...]
    resident: float

    def percentile(self, share: float) -> float:
        """Milliseconds that so many of a hundred queries take at most."""
        return float(np.percentile(self.ms, share))

    def cpu(self, share: float) -> float:
        """The same of a processor's time."""
        return float(np.percentile(self.cpu_ms, share))


@dataclass(frozen=True, slots=True)
class RecallRun:
    """All that was measured.

    :param indexed: Seconds to write the Whoosh index, or None where it was there.
    :param tokenised: Milliseconds to normalise and tokenise each query.
    :param same: Whether the table and the postings gave the same answers, bit for bit; None if not both ran.
    """

    size: int
    seed: int
    queries: int
    words: float
    indexed: float | None
    tokenised: tuple[float, ...]
    timed: tuple[Timed, ...]
    left_out: tuple[str, ...]
    same: bool | None


def run(
    corpus: Corpus,
    queries: Sequence[str],
    work: Path,
    *,
    index: Path | None = None,
    engines: Sequence[str],
    slow: int,
    say: Callable[[str], None],
) -> RecallRun:
    """Make what is lacking in `work`, and measure."""
    folder = index or work / "whoosh"
    indexed = make_index(corpus, folder, say) if index is None else _look_at(index, corpus)
    utility = UtilityTable(corpus.utility(), 0.02)
    opening: dict[str, Callable[[], Engine]] = {
        "impacts": partial(Ours, folder, utility, table=True),
        "postings": partial(Ours, folder, utility, table=False),
        "whoosh": partial(PlainWhoosh, folder),
        "fts5": partial(Fts5, work / "fts5.db", corpus.documents),
        "tantivy": partial(Tantivy, work / "tantivy", corpus.documents),
        "bm25s": partial(Bm25s, corpus.documents),
    }
    tokens, tokenised = [], []
    for query in queries:
        begun = time.perf_counter()
        found = tokenise(query)
        tokenised.append((time.perf_counter() - begun) * 1000)
        tokens.append(sorted(set(found)))
    timed, left_out, answers = [], [], {}
    for name in engines:
        say(f"{name} ...")
        try:
            timing, answers[name] = _time(opening[name], tokens, slow)
        except ImportError:
            left_out.append(name)
            continue
        timed.append(timing)
        say(f"{timing.name}: p50 {timing.percentile(50):.3f} ms, p95 {timing.percentile(95):.3f} ms")
    same = None
    if {"impacts", "postings"} <= answers.keys():
        same = all(left == right for left, right in zip(answers["impacts"], answers["postings"], strict=False))
    return RecallRun(
        corpus.size,
        corpus.seed,
        len(queries),
        float(np.mean([len(words) for words in tokens])),
        indexed,
        tuple(tokenised),
        tuple(timed),
        tuple(left_out),
        same,
    )


def _look_at(folder: Path, corpus: Corpus) -> None:
    if not folder.is_dir():  # opening would make one
        raise SystemExit(f"{folder}: there is no such folder")
    index = WhooshStickerIndex(folder, impacts_from=NEVER)
    try:
        if index.count() != corpus.size:
            raise SystemExit(f"{folder} has {index.count()} stickers: give --size as many, or leave --index out")
    finally:
        index.close()


def make_index(corpus: Corpus, folder: Path, say: Callable[[str], None]) -> float | None:
    """Write the Whoosh index, unless it is there; the seconds that it took."""
    index = WhooshStickerIndex(folder, impacts_from=NEVER)
    try:
        if index.count() == corpus.size:
            return None
        say(f"indexing {corpus.size} stickers ...")
        begun = time.perf_counter()
        documents = corpus.documents()
        while batch := list(itertools.islice(documents, BATCH)):
            index.update(batch, [])
        index.note_rebuild_queued()
        return time.perf_counter() - begun
    finally:
        index.close()


def _time(open_: Callable[[], Engine], queries: Sequence[Sequence[str]], slow: int) -> tuple[Timed, list[object]]:
    before = _resident()
    begun = time.perf_counter()
    engine = open_()
    opened = time.perf_counter() - begun
    try:
        for words in queries[:3]:
            engine.search(words)
        begun = time.perf_counter()
        for words in queries[:3]:
            engine.search(words)
        mean = (time.perf_counter() - begun) * 1000 / max(len(queries[:3]), 1)
        chosen = queries if mean < SLOW_MS else queries[:slow]
        for words in chosen[: WARM if mean < SLOW_MS else 0]:
            engine.search(words)
        ms, cpu_ms, answers = [], [], []
        for words in chosen:
            begun, worked = time.perf_counter(), time.process_time()
            found = engine.search(words)
            cpu_ms.append((time.process_time() - worked) * 1000)
            ms.append((time.perf_counter() - begun) * 1000)
            answers.append(found)
        return Timed(engine.name, opened, tuple(ms), tuple(cpu_ms), _resident() - before), answers
    finally:
        engine.close()


def _resident() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text("ascii").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
