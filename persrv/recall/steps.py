"""Steps: impacts in whole numbers, for the weights that serve and the idf of then.

    steps = ceil(weight * idf * saturation / unit)

Adding up half a million float32 is bound by memory. Two bytes a document and a posting instead of four halve that, and
a word that many documents have is a column of all of them, its fields together: one pass adds it, which takes as long
as an eighth as many postings. What is lost is bounded: a sum of n steps is at most n units above the sum of its
impacts, and not below it.

The idf moves with every document that comes. A word whose weight * idf has moved by more than `TOLERANCE` is worked out
anew with the query, which those are that few documents have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.recall.bm25 import K1
from persrv.recall.impacts import FIELD_BITS, Impacts, field_of

LARGEST: Final = 65_535
"""What a sum of steps must not be above."""
FINEST: Final = 2_048
"""Steps of the largest impact that there can be, or half as many and more."""
FREQUENT: Final = 8
"""A word with a posting for every so many documents has a column."""
TOLERANCE: Final = 0.01
"""By how much weight * idf may have moved, as a share."""
LEAST_IDF: Final = 0.1
"""Of what more documents have than there are, as of changes that are under way: it will have moved, and not be used."""
_CHUNK: Final = 1 << 21


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The steps of a table of impacts.

    :param unit: How much a step is, a power of two.
    :param weights: Of the fields, at least 0, float64, shape (fields,).
    :param scales: Weight times idf of each entry as of then, float64, shape (entries,).
    :param steps: Of each posting, at least 1 where the weight is not 0, uint16, shape (postings,).
    :param most: Of the postings of each entry, uint16, shape (entries,).
    :param words: Keys of the words that have a column, rising, uint64, shape (columns,).
    :param columns: Of each document, uint16, shape (columns, documents).
    :param tops: Of each column the most, uint16, shape (columns,).
    """

    unit: float
    weights: NDArray[np.float64]
    scales: NDArray[np.float64]
    steps: NDArray[np.uint16]
    most: NDArray[np.uint16]
    words: NDArray[np.uint64]
    columns: NDArray[np.uint16]
    tops: NDArray[np.uint16]

    def are_for(self, numbers: NDArray[np.int64], weights: NDArray[np.float64]) -> bool:
        """Whether a search of these fields with these weights, all above 0, may use them."""
        return len(numbers) == np.count_nonzero(self.weights) and np.array_equal(self.weights[numbers], weights)


def steps_of(impacts: Impacts, weights: Sequence[float]) -> Steps:
    """The steps of a table.

    :param weights: Of all fields, each finite and at least 0.
    """
    documents = len(impacts.word_starts) - 1
    of_fields = np.array(weights, dtype=np.float64)
    bound = float(of_fields.max()) * (math.log(documents + 1) + 1.0) * (K1 + 1.0)
    unit = 2.0 ** math.ceil(math.log2(bound / FINEST)) if bound > 0 else 1.0
    scales = _scales(impacts, of_fields, documents)
    steps, most = _steps(impacts, scales, unit)
    words, columns = _columns(impacts, scales, unit)
    return Steps(unit, of_fields, scales, steps, most, words, columns, columns.max(axis=1, initial=0))


def steps_like(known: Steps, of: Impacts, impacts: Impacts, live: int) -> Steps:
    """The steps of what is new beside a table, to be added up together with that table's.

    :param known: Of the table.
    :param of: The table.
    :param impacts: What is new.
    :param live: How many documents there are.
    """
    scales = _scales(impacts, known.weights, live)
    places = of.keys.searchsorted(impacts.keys)
    there = (places < len(of.keys)).nonzero()[0]
    there = there[of.keys[places[there]] == impacts.keys[there]]
    scales[there] = known.scales[places[there]]
    steps, most = _steps(impacts, scales, known.unit)
    none = np.empty((0, len(impacts.word_starts) - 1), dtype=np.uint16)
    return Steps(known.unit, known.weights, scales, steps, most, known.words[:0], none, known.tops[:0])


def rounded_up(saturations: NDArray[np.float32], scales: NDArray[np.float32] | np.float32) -> NDArray[np.uint16]:
    """The steps of some postings.

    :param scales: Weight times idf, in units: of each, or of all.
    """
    steps: NDArray[np.uint16] = np.ceil(saturations * scales).astype(np.uint16)
    return steps


def _scales(impacts: Impacts, weights: NDArray[np.float64], live: int) -> NDArray[np.float64]:
    idf = np.log(max(live, 1) / (np.diff(impacts.starts) + 1.0)) + 1.0
    scales: NDArray[np.float64] = weights[field_of(impacts.keys)] * np.maximum(idf, LEAST_IDF)
    return scales


def _steps(impacts: Impacts, scales: NDArray[np.float64], unit: float) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    counts = np.diff(impacts.starts)
    steps = np.empty(len(impacts.documents), dtype=np.uint16)
    of_postings = np.repeat((scales / unit).astype(np.float32), counts)
    for start in range(0, len(steps), _CHUNK):
        some = slice(start, start + _CHUNK)
        steps[some] = rounded_up(impacts.saturations[some], of_postings[some])
    most = np.maximum.reduceat(steps, impacts.starts[:-1]) if len(counts) else steps
    return steps, most


def _columns(
    impacts: Impacts, scales: NDArray[np.float64], unit: float
) -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
    """Keys of the frequent words, and their columns."""
    documents, counts = len(impacts.word_starts) - 1, np.diff(impacts.starts)
    words = impacts.keys >> np.uint64(FIELD_BITS) << np.uint64(FIELD_BITS)
    counted = scales > 0
    distinct, firsts = np.unique(words, return_index=True)
    having = np.add.reduceat(np.where(counted, counts, 0), firsts) if len(firsts) else counts
    frequent = (having * FREQUENT >= max(documents, 1)).nonzero()[0]
    columns = np.empty((len(frequent), documents), dtype=np.uint16)
    ends = np.append(firsts[1:], len(words))
    for column, place in zip(columns, frequent.tolist(), strict=True):
        sums = np.zeros(documents)
        for entry in range(firsts[place], ends[place]):
            postings = slice(impacts.starts[entry], impacts.starts[entry + 1])
            sums[impacts.documents[postings]] += scales[entry] / unit * impacts.saturations[postings]
        np.ceil(sums, out=sums)
        column[:] = sums
    return distinct[frequent], columns
