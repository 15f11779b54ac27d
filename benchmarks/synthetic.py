"""A dataset folder of the paper's full shape (table 3), made up.

    python -m benchmarks.synthetic --out DIR [--stickers 543098] [--dimensions 512] [--seed 0]

As many stickers, interactions, pairs of person and query, distinct queries and people as the WeChat log has, every
field precomputed: texts of real Chinese words as frequent as in jieba's dictionary, and embeddings in which the
stickers of a set lie near each other. A sticker is chosen for a query mostly because a word of it is in its texts, and
of those mostly in the sets that the person likes. It has the size and the sparseness of the real set, and says nothing
about its quality.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.corpus import FULL_SIZE, words

DIMENSIONS: Final = 512
EMOTIONS: Final = ("开心", "难过", "生气", "惊讶", "害羞", "无奈", "得意", "害怕", "感动", "疲惫", "期待", "尴尬")
OCR_SHARE: Final = 398_066 / 543_098
"""Stickers with words drawn on them (paper, section 3.2)."""
A_SET: Final = 24
LISTENED: Final = 0.85
"""Choices whose sticker says a word of the query."""
FAITHFUL: Final = 0.7
"""Of these, choices from a set that the person likes, where there is one."""
SPREAD: Final = 0.6
"""Of an embedding around its set's centre, which has length 1."""
_STEPS: Final = 2_000
"""An embedding's numbers are written as multiples of 1 / _STEPS."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of everything; the default is table 3."""

    stickers: int = FULL_SIZE
    interactions: int = 12_568
    pairs: int = 2_308
    queries: int = 1_891
    users: int = 8
    dimensions: int = DIMENSIONS

    def __post_init__(self) -> None:
        """:raises ValueError: no log can have this shape."""
        if not 1 <= self.queries <= self.pairs <= min(self.interactions, self.queries * self.users):
            raise ValueError("there have to be 1 <= queries <= pairs <= interactions, and pairs <= queries x users")
        if self.stickers * self.pairs < self.interactions:
            raise ValueError("there are too few stickers for so many distinct interactions")


def write_dataset(folder: Path, shape: Shape, seed: int = 0) -> None:
    """Write `stickers.jsonl` and `interactions.csv`.

    :raises OSError: the folder cannot be written.
    """
    rng = np.random.default_rng(seed)
    vocabulary = words()
    # Zipf's law by rank: the dictionary's own counts come from newspapers and are flat where chats are steep.
    chances = 1.0 / np.arange(1, len(vocabulary) + 1)
    chances /= chances.sum()
    folder.mkdir(parents=True, exist_ok=True)
    says: dict[int, list[int]] = defaultdict(list)
    queries = _queries(rng, vocabulary, chances, shape.queries)
    asked = {word for query in queries for word in query}
    with (folder / "stickers.jsonl").open("w", encoding="utf-8") as file:
        for row, line, spoken in _stickers(rng, vocabulary, chances, shape):
            file.write(line)
            for word in asked.intersection(spoken):
                says[word].append(row)
    log = _log(rng, queries, says, shape)
    with (folder / "interactions.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("uid,query,docid\n")
        for user, query, sticker in log:
            file.write(f"u{user},{''.join(vocabulary[word] for word in queries[query])},{docid(sticker)}\n")


def docid(row: int) -> str:
    """Of the sticker in this row."""
    return f"s{row:06d}"


def _queries(
    rng: np.random.Generator, words: Sequence[str], chances: NDArray[np.float64], count: int
) -> list[tuple[int, ...]]:
    """Distinct queries of one to three words, as tuples of word numbers."""
    found: dict[str, tuple[int, ...]] = {}
    while len(found) < count:
        drawn = rng.choice(len(words), size=int(rng.choice(3, p=(0.6, 0.3, 0.1))) + 1, p=chances)
        found.setdefault("".join(words[word] for word in drawn), tuple(drawn.tolist()))
    return list(found.values())


def _stickers(
    rng: np.random.Generator, words: Sequence[str], chances: NDArray[np.float64], shape: Shape
) -> Iterator[tuple[int, str, set[int]]]:
    """Row, its line of JSON, and the numbers of the words that it says."""
    steps = [f"{step / _STEPS:.4f}" for step in range(-2 * _STEPS, 2 * _STEPS + 1)]
    bounds = np.cumsum(chances)
    for start in track(range(0, shape.stickers, A_SET), "stickers"):
        count = min(A_SET, shape.stickers - start)
        centre = rng.standard_normal(shape.dimensions)
        centre /= max(float(np.linalg.norm(centre)), 1e-9)
        noise = rng.standard_normal((count, shape.dimensions)) * SPREAD / max(shape.dimensions, 1) ** 0.5
        codes = np.clip(np.rint((centre + noise) * _STEPS), -2 * _STEPS, 2 * _STEPS).astype(np.int64) + 2 * _STEPS
        sizes = rng.integers((1, 3, 8, 1), (5, 9, 25, 4), size=(count, 4))
        drawn = np.minimum(np.searchsorted(bounds, rng.random(int(sizes.sum()))), len(words) - 1).tolist()
        read = rng.random(count) < OCR_SHARE
        at = 0
        for place in range(count):
            parts = []
            for size in sizes[place].tolist():
                parts.append(drawn[at : at + size])
                at += size
            ocr, keywords, description, emotions = parts
            sticker = {
                "id": docid(start + place),
                "set": f"set{start // A_SET}",
                "keywords": [words[word] for word in keywords],
                "description": "，".join(words[word] for word in description),
                "emotions": [EMOTIONS[word % len(EMOTIONS)] for word in emotions],
            }
            if read[place]:
                sticker["ocr"] = "".join(words[word] for word in ocr)
            line = json.dumps(sticker, ensure_ascii=False)
            if shape.dimensions:
                line = f'{line[:-1]}, "embedding": [{", ".join(steps[code] for code in codes[place].tolist())}]}}'
            yield start + place, f"{line}\n", {*keywords, *description, *(ocr if read[place] else ())}


def _log(
    rng: np.random.Generator, queries: Sequence[tuple[int, ...]], says: dict[int, list[int]], shape: Shape
) -> list[tuple[int, int, int]]:
    """Distinct (user, query, sticker)."""
    # Every query is asked once, and some by others too.
    pairs = {(int(rng.integers(shape.users)), query) for query in range(shape.queries)}
    while len(pairs) < shape.pairs:
        pairs.add((int(rng.integers(shape.users)), int(rng.integers(shape.queries))))
    asked = sorted(pairs)
    sets = -(-shape.stickers // A_SET)
    liked = [set(rng.choice(sets, size=max(1, sets // 10), replace=False).tolist()) for _ in range(shape.users)]
    chosen: dict[tuple[int, int, int], None] = {}
    for user, query in asked:  # one for each, so that none is lost
        chosen[user, query, _choice(rng, query, user, queries, says, liked, shape)] = None
    while len(chosen) < shape.interactions:
        user, query = asked[int(rng.integers(len(asked)))]
        chosen[user, query, _choice(rng, query, user, queries, says, liked, shape)] = None
    log = list(chosen)
    return [log[place] for place in rng.permutation(len(log)).tolist()]


def _choice(
    rng: np.random.Generator,
    query: int,
    user: int,
    queries: Sequence[tuple[int, ...]],
    says: dict[int, list[int]],
    liked: Sequence[set[int]],
    shape: Shape,
) -> int:
    words = queries[query]
    fitting = says[words[int(rng.integers(len(words)))]]
    if not fitting or rng.random() > LISTENED:
        return int(rng.integers(shape.stickers))
    if rng.random() < FAITHFUL:
        some = [fitting[place] for place in rng.integers(len(fitting), size=min(len(fitting), 50)).tolist()]
        mine = [sticker for sticker in some if sticker // A_SET in liked[user]]
        fitting = mine or fitting
    return fitting[int(rng.integers(len(fitting)))]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stickers", type=int, default=FULL_SIZE)
    parser.add_argument("--dimensions", type=int, default=DIMENSIONS, help="of an embedding; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write_dataset(given.out, Shape(stickers=given.stickers, dimensions=given.dimensions), given.seed)


if __name__ == "__main__":
    main()
