"""The few documents that are left of a search by impacts, scored to the last bit as `persrv.recall.relevance` does."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse._sparsetools import csr_row_index

from persrv.recall.bm25 import bm25
from persrv.recall.impact_sums import Asked
from persrv.recall.impact_view import ImpactView, Part


def exactly(view: ImpactView, rows: NDArray[np.int32], asked: Asked, slots: NDArray[np.int32]) -> NDArray[np.float64]:
    """Weighted BM25 by searched field of some rows, shape (fields, rows).

    :param slots: Of the scratch.
    """
    numbers, weight_of, idf = asked.numbers, asked.weight_of, asked.idf
    averages = np.array(view.averages)[numbers]
    by_field = np.zeros(len(numbers) * len(rows))
    for part, entries in zip(view.parts, asked.found, strict=True):
        inside: NDArray[np.int64] | None = None
        documents = rows
        if len(view.parts) > 1:
            inside = np.flatnonzero((rows >= part.first) & (rows < part.first + part.size))
            documents = rows[inside] - np.int32(part.first)
        if not len(documents) or not len(entries.cells):
            continue
        owners, matched, frequencies = _matches(part, documents, entries.entries, slots)
        # Word by word: sums depend on their order. Small numbers are sorted by counting, which is ten times as fast.
        words = (entries.cells // len(numbers)).astype(np.min_scalar_type(len(idf)))
        order = words[matched].argsort(kind="stable")
        owners, cells = owners[order], entries.cells[matched[order]]
        fields = cells % len(numbers)
        scores = weight_of[fields] * (
            idf[cells]
            * bm25(
                frequencies[order].astype(np.float64),
                part.impacts.lengths[numbers[fields], documents[owners]].astype(np.float64),
                average_length=averages[fields],
                idf=1.0,
            )
        )
        places = owners if inside is None else inside[owners]
        by_field += np.bincount(fields * len(rows) + places, weights=scores, minlength=len(by_field))
    return by_field.reshape(len(numbers), len(rows))


def _matches(
    part: Part, documents: NDArray[np.int32], entries: NDArray[np.int64], slots: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.unsignedinteger[Any]]]:
    """Which of some entries some documents have: the documents' places, the entries', and how often."""
    table = part.impacts
    upto = (table.word_starts[documents + 1] - table.word_starts[documents]).cumsum()
    words, frequencies = np.empty(upto[-1], np.int32), np.empty(upto[-1], table.frequencies.dtype)
    # Not public, as in `impact_search`: these rows of the table, one after the other.
    csr_row_index(len(documents), documents, table.word_starts, table.words, table.frequencies, words, frequencies)
    slots[entries] = np.arange(len(entries), dtype=np.int32)
    found = slots.take(words, mode="clip")  # in range; told so, numpy takes half as long
    slots[entries] = -1
    hits = (found >= 0).nonzero()[0]
    return upto.searchsorted(hits, "right"), found[hits], frequencies[hits]
