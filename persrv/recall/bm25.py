"""BM25, one term in one field at a time.

    bm25 = idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average_length))
    idf  = ln(N / (n + 1)) + 1

This is the form, and these are the constants, of Whoosh's `scoring.BM25F`, so that scores can be compared
with the engine's own. N is the number of all documents (not only those that have the field), n how many have
the term in the field. As n <= N, the idf is above 0 for every term, also one that every document has.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
"""How fast a repeated word stops counting; Whoosh's and Robertson's default."""
B = 0.75
"""How much a long text is held against its words, 0 to 1; Whoosh's and Robertson's default."""


@lru_cache(maxsize=1 << 14)  # a query asks for some dozens, and for frequent words again and again
def inverse_document_frequency(documents: int, frequency: int) -> float:
    """How telling a term is: ln(N / (n + 1)) + 1.

    :param documents: N, at least 1.
    :param frequency: n, how many documents have the term, from 0 to N.
    :return: Above 0, as n <= N.
    """
    return math.log(documents / (frequency + 1)) + 1.0


def bm25(
    frequencies: NDArray[np.float64],
    lengths: NDArray[np.float64],
    *,
    average_length: float | NDArray[np.float64],
    idf: float,
    k1: float = K1,
    b: float = B,
) -> NDArray[np.float64]:
    """Score one term in one field of several documents (Robertson and Zaragoza 2009, equation 3.15).

    Elementwise and in a fixed order of operations: equal inputs give equal bits, wherever they stand.

    :param frequencies: How often each document has the term in the field, float64, shape (documents,).
    :param lengths: The field's length in tokens in each of them, float64, same shape.
    :param average_length: The field's mean length over the documents that have it, above 0; or one for each document.
    :param idf: `inverse_document_frequency` of the term in the field.
    :return: Scores above 0 where the frequency is, float64, shape (documents,).
    """
    saturation = frequencies + k1 * ((1.0 - b) + b * lengths / average_length)
    return idf * ((frequencies * (k1 + 1.0)) / saturation)
