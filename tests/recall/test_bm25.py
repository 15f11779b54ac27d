"""BM25 against numbers worked out by hand and against Whoosh's own formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from whoosh import scoring

from persrv.recall.bm25 import K1, B, bm25, inverse_document_frequency


def test_a_score_worked_out_by_hand():
    # tf 2, length 6, average 4: 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 1.5)) = 4.4 / 3.65; idf ln(10 / 4) + 1
    idf = inverse_document_frequency(10, 3)
    assert idf == pytest.approx(1.916290731874155)
    score = bm25(np.array([2.0]), np.array([6.0]), average_length=4.0, idf=idf)
    assert score[0] == pytest.approx(1.916290731874155 * 4.4 / 3.65)


def test_the_formula_is_that_of_whoosh():
    rng = np.random.default_rng(7)
    frequencies, lengths = rng.integers(1, 9, 50).astype(float), rng.integers(9, 99, 50).astype(float)
    ours = bm25(frequencies, lengths, average_length=31.5, idf=2.25)
    theirs = [scoring.bm25(2.25, tf, fl, 31.5, B, K1) for tf, fl in zip(frequencies, lengths, strict=True)]
    assert ours == pytest.approx(theirs, rel=1e-14)


def test_a_word_that_every_document_has_still_counts_for_something():
    assert inverse_document_frequency(1, 1) == pytest.approx(1 - math.log(2))
    assert 0 < inverse_document_frequency(1000, 1000) < 1


def test_more_is_better_longer_is_worse_and_repeats_saturate():
    def score(tf: float, length: float) -> float:
        return float(bm25(np.array([tf]), np.array([length]), average_length=5.0, idf=1.0)[0])

    assert score(2, 5) > score(1, 5) > score(1, 9)
    assert score(2, 5) - score(1, 5) > score(3, 5) - score(2, 5)
    assert score(1e9, 5) < K1 + 1
