"""What persrv-plus makes of a training part (`persrv.recall.learning`), apart from any weights."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.semantics import SemanticField
from persrv.evaluation.systems.own_sets import OwnSets, own_sets, set_codes
from persrv.evaluation.systems.system import Training
from persrv.ports.progress import Progress, silent
from persrv.ports.texts import TextEncoder
from persrv.preference.pooling import pool_over_sets
from persrv.preference.share import StyleField, style_field, style_gate
from persrv.recall.learning import Arrange, LearntRecall, learn_recall
from persrv.recall.memory import Memory, Remembered, remember
from persrv.recall.nearest import ExactNearest
from persrv.recall.vocabulary import Vocabulary
from persrv.recall.weights import RelevanceWeights
from persrv.recall.words import learn_words
from persrv.semantics.own_texts import OWN_FIELDS, SEARCHED_TOO, own_texts
from persrv.text import normalise

AT_ONCE: Final = 256
"""Texts that are encoded at once."""
SPOKEN: Final = (*OWN_FIELDS, SemanticField.EMOJI)
"""Columns that `own_texts` reads."""


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What persrv-plus makes of a training part; shared by all weights."""

    recall: LearntRecall
    vocabulary: Vocabulary
    memory: Memory
    style: StyleField | None
    liking: dict[str, tuple[float, NDArray[np.int64], NDArray[np.int64]]]
    """Person -> gate, rows of their choices, how often each."""
    own: OwnSets | None
    """None where no sticker has a set."""


def learn(
    training: Training,
    encoder: TextEncoder | None,
    relevance: RelevanceWeights,
    arrange: Arrange = ExactNearest,
    progress: Progress = silent,
) -> Learnt:
    """Everything that the stages need."""
    rows = training.rows()
    queries = [normalise(click.query) for click in training.clicks]
    texts, says = all_own_texts(training, with_emoji=relevance.emoji > 0)
    recall = learn_recall(
        queries,
        rows,
        texts,
        says,
        len(training.stickers),
        encode=None if encoder is None else partial(_encode, encoder, progress),
        arrange=arrange,
        progress=progress,
    )
    asked = ((click.uid, query) for click, query in zip(training.clicks, queries, strict=True))
    words = learn_words(texts, asked, searched_too(training))
    memory = remember(
        Remembered(click.uid, query, int(row), click.ts)
        for click, query, row in zip(training.clicks, queries, rows, strict=True)
    )
    style, liking = _styles(training, rows)
    return Learnt(recall, words.vocabulary(), memory, style, liking, own_sets(training))


def all_own_texts(training: Training, *, with_emoji: bool) -> tuple[list[str], NDArray[np.int64]]:
    """What stickers say themselves, and whose text each is."""
    texts: list[str] = []
    stickers: list[int] = []
    columns = training.stickers.texts
    for row in range(len(training.stickers)):
        mine = own_texts({field: columns[field][row] or "" for field in SPOKEN}, with_emoji=with_emoji)
        texts += mine
        stickers += [row] * len(mine)
    return texts, np.array(stickers, dtype=np.int64)


def searched_too(training: Training) -> Iterator[str]:
    """Texts whose words find a sticker and are not its own."""
    for column in (training.stickers.texts[name] for name in SEARCHED_TOO):
        yield from (text for row in range(len(column)) if (text := column[row]))


def _styles(
    training: Training, rows: NDArray[np.int64]
) -> tuple[StyleField | None, dict[str, tuple[float, NDArray[np.int64], NDArray[np.int64]]]]:
    if training.style is None:
        return None, {}
    everything = np.arange(len(training.stickers), dtype=np.int64)
    vectors = pool_over_sets(training.style.vectors.of(everything), set_codes(training.stickers))
    style = style_field(vectors, space_id=training.style.space_id, seed=training.seed)
    chosen: dict[str, Counter[int]] = defaultdict(Counter)
    for click, row in zip(training.clicks, rows.tolist(), strict=True):
        chosen[click.uid][row] += 1
    liking = {}
    for user, counts in chosen.items():
        ids = np.array(sorted(counts), dtype=np.int64)
        times = np.array([counts[row] for row in ids.tolist()], dtype=np.int64)
        liking[user] = (style_gate(style, ids), ids, times)
    return style, liking


def _encode(encoder: TextEncoder, progress: Progress, texts: list[str]) -> NDArray[np.float32]:
    """Unit vectors, shape (texts, dimensions)."""
    parts = []
    for start in range(0, len(texts), AT_ONCE):
        progress("encoding texts", start, len(texts))
        parts.append(encoder.encode(texts[start : start + AT_ONCE]))
    progress("encoding texts", len(texts), len(texts))
    return np.concatenate(parts)
