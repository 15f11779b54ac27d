"""Relevance: the weighted sum over fields of BM25 (paper, section 3.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.recall.bm25 import bm25, inverse_document_frequency


@dataclass(frozen=True, slots=True)
class Postings:
    """Who has a term in a field.

    :param documents: Document numbers, rising and distinct, int64, shape (n,).
    :param frequencies: How often each has the term, at least 1, float64, shape (n,).
    """

    documents: NDArray[np.int64]
    frequencies: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """One field's part of a query.

    :param weight: What the field's BM25 is multiplied by, above 0.
    :param lengths: The field's length in tokens in every document, int64, shape (documents,).
    :param average_length: Its mean over the live documents that have the field; above 0 if any term matches.
    :param terms: The postings of each query token in this field; only live documents.
    """

    weight: float
    lengths: NDArray[np.int64]
    average_length: float
    terms: Sequence[Postings]


@dataclass(frozen=True, slots=True)
class Relevance:
    """Scores of the documents that match at least one token.

    :param documents: Document numbers, rising, int64, shape (matched,).
    :param by_field: Weighted BM25, float64, shape (fields, matched), rows as the fields were given.
    :param total: The sum of `by_field` over the fields in their order, float64, shape (matched,).
    """

    documents: NDArray[np.int64]
    by_field: NDArray[np.float64]
    total: NDArray[np.float64]


def relevance(matches: Sequence[FieldMatch], *, live: int, size: int) -> Relevance:
    """Score every document that matches, and no other.

    :param live: N of the idf: how many documents there are in all.
    :param size: One more than the highest document number.
    """
    matched = np.zeros(size, dtype=np.bool_)
    for match in matches:
        for term in match.terms:
            matched[term.documents] = True
    documents = np.flatnonzero(matched).astype(np.int64)
    place = np.empty(size, dtype=np.int64)
    place[documents] = np.arange(len(documents))
    by_field = np.zeros((len(matches), len(documents)), dtype=np.float64)
    total = np.zeros(len(documents), dtype=np.float64)
    for row, match in zip(by_field, matches, strict=True):
        for term in match.terms:
            if len(term.documents):
                row[place[term.documents]] += match.weight * bm25(
                    term.frequencies,
                    match.lengths[term.documents].astype(np.float64),
                    average_length=match.average_length,
                    idf=inverse_document_frequency(live, len(term.documents)),
                )
        total += row
    return Relevance(documents, by_field, total)
