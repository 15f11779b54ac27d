"""A made-up catalogue of any size: real Chinese words, Zipfian, in the fields that a sticker has.

The words are those of jieba's dictionary, in the order of their frequency in its texts; a word of rank r is drawn with
a probability of 1 / (r + 2.7) (Zipf and Mandelbrot). Stickers come in sets of 40 that share a title. The same seed and
size give the same stickers and queries on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.text.scripts import HAN

FULL_SIZE: Final = 543_098
"""Stickers of the paper's data set."""
VOCABULARY: Final = 60_000
EMOTIONS: Final = 60
"""Words that the field of emotions is made of: few, and so frequent ones."""
WITH_EMOJI: Final = 25
"""Stickers of a hundred with an emoji, which brings thirty names and keywords along: 48 tokens a sticker in all."""
SET_SIZE: Final = 40
BLOCK: Final = 5_000
"""Stickers made at a time, each block from a seed of its own, so that a larger corpus begins with the smaller one."""

_EMOJI: Final = "😂😭😍😊🤔👍🎉😡😱🙏😎😴🤣😅🥺💪👏🌹🐶🐱🍺🎂✨🔥"
_WORDS: Final = {
    # At least and at most so many words, and how many stickers of a hundred have the field.
    SemanticField.OCR: (1, 4, 70),
    SemanticField.QUERIES: (1, 3, 3),
    SemanticField.KEYWORDS: (2, 4, 100),
    SemanticField.DESCRIPTION: (2, 6, 100),
}


def words() -> tuple[str, ...]:
    """The vocabulary, most frequent first: dictionary words of two to four Chinese characters."""
    import jieba

    jieba.setLogLevel("WARNING")
    jieba.initialize()
    is_word = re.compile(f"[{HAN}]{{2,4}}").fullmatch
    found = [word for word, count in jieba.dt.FREQ.items() if count > 0 and is_word(word)]
    found.sort(key=lambda word: (-jieba.dt.FREQ[word], word))
    return tuple(found[:VOCABULARY])


class Corpus:
    """Stickers and queries.

    :param size: How many stickers.
    :param seed: Of everything that is drawn.
    """

    def __init__(self, size: int, seed: int = 1) -> None:
        self.size = size
        self.seed = seed
        self.words = words()
        chances = 1.0 / (np.arange(len(self.words)) + 2.7)
        self._upto = np.cumsum(chances / chances.sum())

    def documents(self, first: int = 0, end: int | None = None) -> Iterator[StickerDocument]:
        """The stickers `first` to `end`, numbered from 0."""
        end = self.size if end is None else end
        for block in range(first // BLOCK, -(-end // BLOCK)):
            for sticker, document in enumerate(self._block(block), block * BLOCK):
                if first <= sticker < end:
                    yield document

    def queries(self, count: int, *, most: int = 6, seed: int = 7) -> tuple[str, ...]:
        """What people type: 1 to `most` words with blanks between them, as frequent as they are in the texts."""
        rng = np.random.default_rng([self.seed, seed])
        sizes = rng.integers(1, most + 1, count)
        return tuple(" ".join(self._draw(rng, int(size))) for size in sizes)

    def utility(self, *, clicked: int = 12_568) -> NDArray[np.float64]:
        """A weighted utility for every sticker: 0.02 for most, more for the clicked ones, at most 1; shape (size,)."""
        rng = np.random.default_rng([self.seed, 8])
        values = np.full(self.size, 0.02)
        chosen = rng.choice(self.size, min(clicked, self.size // 3), replace=False)
        values[chosen] = np.sqrt(np.minimum(rng.zipf(1.8, len(chosen)), 400) / 400)
        return values

    def _block(self, block: int) -> Iterator[StickerDocument]:
        rng = np.random.default_rng([self.seed, 9, block])
        title = ""
        for place in range(BLOCK):
            if place % SET_SIZE == 0:
                title = " ".join(self._draw(rng, 2))
            texts = {
                field: " ".join(self._draw(rng, int(rng.integers(least, most + 1))))
                for field, (least, most, percent) in _WORDS.items()
                if rng.integers(100) < percent
            }
            texts[SemanticField.EMOTIONS] = " ".join(self.words[int(n)] for n in rng.integers(0, EMOTIONS, 2))
            if rng.integers(100) < WITH_EMOJI:
                texts[SemanticField.EMOJI] = _EMOJI[int(rng.integers(len(_EMOJI)))]
            texts[SemanticField.PACK] = title
            yield StickerDocument(block * BLOCK + place, texts)

    def _draw(self, rng: np.random.Generator, count: int) -> Sequence[str]:
        ranks = np.searchsorted(self._upto, rng.random(count), side="right")
        return [self.words[int(rank)] for rank in np.minimum(ranks, len(self.words) - 1)]
