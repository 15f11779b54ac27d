"""From a query's text to its ranked list, with every stage of persrv-plus, at the size of the paper's catalogue.

    python -m benchmarks.ranking --work DIR [--size 543098] [--out benchmarks/results]

The index is the one of `benchmarks.recall` (the same --work), the ranking the bot's own (`PlusRanker`), the encoder the
packaged one. What is learnt is made up, since to encode half a million texts takes ten minutes: as many vectors of
texts and queries, each near to that of one of some hundred texts, and as many neighbours and choices as there would be,
at random. So it tells how long an answer takes, and nothing of how good it is.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from scipy import sparse

from benchmarks.corpus import FULL_SIZE, Corpus
from benchmarks.machine import machine
from benchmarks.markdown import table
from benchmarks.recall.run import make_index
from persrv.adapters.nearest import arrange_vectors
from persrv.adapters.search import WhooshStickerIndex
from persrv.adapters.search.impact_building import build
from persrv.adapters.text_encoding import open_text_encoder
from persrv.adapters.threads import one_thread_a_product
from persrv.ports.texts import TextEncoder
from persrv.preference.share import style_field
from persrv.ranking.plus import PlusWeights
from persrv.recall.meaning import OwnTexts, PastQueries
from persrv.recall.memory import Memory
from persrv.recall.weights import RelevanceWeights
from persrv.suggest import Asked, PlusRanker, QueryVectors
from persrv.suggest.recall_arrays import LearntStages
from persrv.suggest.serving import Serving
from persrv.suggest.tastes import Taste
from persrv.text import normalise, tokenise
from persrv.text.keys import text_keys
from persrv.utility.table import UtilityTable

QUERIES: Final = 600
PAST: Final = 12_568
"""Queries that something was chosen for."""
TEXTS_A_STICKER: Final = 0.85
"""Distinct texts, to a sticker."""
SAID: Final = 600
"""Texts that are encoded; all other vectors are near to theirs, so that queries have near ones as they would."""
APART: Final = 0.9
"""Length of what is added to a vector of theirs at random."""
STYLE_DIMENSIONS: Final = 32
NEIGHBOURS: Final = 10
CHOICES: Final = 60
"""Of the person who asks."""
WARM: Final = 30


@dataclass(frozen=True, slots=True)
class Ranked:
    """One way of answering.

    :param ms: Milliseconds by query.
    """

    name: str
    ms: tuple[float, ...]

    def percentile(self, share: float) -> float:
        """Milliseconds that so many of a hundred queries take at most."""
        return float(np.percentile(self.ms, share))


def measure(work: Path, size: int, queries: int, say: Callable[[str], None]) -> tuple[list[Ranked], float, float]:
    """Make what is lacking, and measure; the ways of answering, and MB resident: all, and anonymous."""
    corpus = Corpus(size)
    folder = work / "whoosh"
    make_index(corpus, folder, say)
    build(folder)
    index = WhooshStickerIndex(folder, impacts_from=0)
    encoder = open_text_encoder()
    if encoder is None:
        raise RuntimeError("there is no text encoder: pip install -e '.[dev]'")
    one_thread_a_product()  # as the bot has it
    say("making up what is learnt ...")
    serving = _serving(corpus, encoder)
    asked = corpus.queries(queries + WARM)
    rankings: list[Ranked] = []
    try:
        for name, weights in (
            ("words alone", PlusWeights(meaning=0, texts=0, memory=0, diffusion=0, style=0)),
            ("all stages, the query's vector made", PlusWeights()),
            ("all stages, its vector remembered", PlusWeights()),
        ):
            if "remembered" not in name:
                vectors = QueryVectors(lambda: encoder)
                vectors.warm()
            learnt = serving if weights.meaning else Serving(utility=serving.utility)
            ranker = PlusRanker(index, RelevanceWeights().as_mapping(), weights, vectors, recall_size=100)
            rankings.append(Ranked(name, _time(ranker, learnt, corpus.size, asked)))
            say(f"{name}: p50 {rankings[-1].percentile(50):.2f} ms, p95 {rankings[-1].percentile(95):.2f} ms")
    finally:
        index.close()
    return rankings, _status("VmRSS"), _status("RssAnon")


def _time(ranker: PlusRanker, serving: Serving, size: int, queries: Sequence[str]) -> tuple[float, ...]:
    rng = np.random.default_rng(3)
    stickers = np.unique(rng.integers(size, size=CHOICES))
    taste = Taste("7", stickers, np.ones(len(stickers), dtype=np.int64), Memory())
    took = []
    for query in queries:
        began = time.perf_counter()
        key = normalise(query)
        ranker.rank(Asked(key, tokenise(key), serving, None, taste if serving.style else None))
        took.append((time.perf_counter() - began) * 1000)
    return tuple(took[WARM:])


def _serving(corpus: Corpus, encoder: TextEncoder) -> Serving:
    """As many vectors, neighbours and choices as a night would have learnt."""
    rng, size = np.random.default_rng([corpus.seed, 11]), corpus.size
    texts = max(int(size * TEXTS_A_STICKER), 1)
    owners = np.sort(rng.integers(texts, size=size))
    indptr = np.searchsorted(owners, np.arange(texts + 1)).astype(np.int64)
    past = min(PAST, size)
    clicks = sparse.coo_array(
        (np.ones(past * 3, dtype=np.float32), (np.repeat(np.arange(past), 3), rng.integers(size, size=past * 3))),
        shape=(past, size),
    )
    lenders = np.repeat(np.arange(size), NEIGHBOURS)
    lent = sparse.coo_array(
        (rng.uniform(0.3, 1.0, len(lenders)).astype(np.float32), (lenders, rng.integers(size, size=len(lenders)))),
        shape=(size, size),
    )
    said = encoder.encode(list(corpus.queries(SAID, most=2, seed=99)))
    learnt = LearntStages(
        encoder.name,
        PastQueries(
            np.sort(text_keys([f"past {number}" for number in range(past)])),
            arrange_vectors(_near(rng, past, said))[0],
            sparse.csr_array(clicks),
        ),
        OwnTexts(arrange_vectors(_near(rng, texts, said))[0], indptr, np.arange(size, dtype=np.int32)),
        sparse.csr_array(lent),
    )
    style = style_field(rng.standard_normal((size, STYLE_DIMENSIONS), dtype=np.float32), space_id="made up")
    utility = UtilityTable(corpus.utility().astype(np.float32), 0.02)
    return Serving("made up", utility=utility, style=style, learnt=learnt)


def _near(rng: np.random.Generator, count: int, said: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors, each near to one of `said`: a cosine of about 0.74."""
    dimensions = said.shape[1]
    vectors = rng.standard_normal((count, dimensions), dtype=np.float32) * np.float32(APART / dimensions**0.5)
    vectors += said[rng.integers(len(said), size=count)]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _status(name: str) -> float:
    path = Path("/proc/self/status")
    lines = path.read_text("ascii").splitlines() if path.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), float("nan"))


def page(size: int, rankings: Sequence[Ranked], resident: float, anonymous: float) -> str:
    """Markdown."""
    about = machine()
    rows = [(each.name, *(f"{each.percentile(share):.2f}" for share in (50, 95, 99))) for each in rankings]
    return f"""# From text to ranked list, {size:,} stickers

Written by `python -m benchmarks.ranking`; do not edit. {len(rankings[0].ms)} queries of 1 to 6 words: normalise,
tokenise, recall, rank with a person's style, 100 stickers. What was learnt is made up, in the sizes that it would have.

{table(rows, ("persrv-plus", "p50 ms", "p95 ms", "p99 ms"))}

The process holds {resident:,.0f} MB, of which {anonymous:,.0f} MB anonymous (the rest is mapped out of files), with the
encoder and what was made up.

{about["processor"]}, {about["processors"]} processors, load {about["load"]}: other work may have run beside it.
Python {about["python"]}; commit {about["commit"]}.
"""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--size", type=int, default=FULL_SIZE)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    found = measure(given.work, given.size, given.queries, Console(stderr=True).print)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"ranking-{given.size}.md").write_text(page(given.size, *found), "utf-8")
    told = {each.name: {f"p{share}_ms": each.percentile(share) for share in (50, 95, 99)} for each in found[0]}
    told["memory_mb"] = {"resident": found[1], "anonymous": found[2]}
    (given.out / f"ranking-{given.size}.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
