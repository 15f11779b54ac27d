"""The weighted sum over fields, against a table worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from persrv.recall.relevance import FieldMatch, Postings, relevance


def postings(**frequencies: int) -> Postings:
    documents = sorted(int(name[1:]) for name in frequencies)
    return Postings(
        np.array(documents, dtype=np.int64), np.array([frequencies[f"d{n}"] for n in documents], dtype=float)
    )


def test_fields_add_up_with_their_weights_and_their_own_average():
    title = FieldMatch(2.0, np.array([2, 0, 4, 0]), 3.0, [postings(d0=1), postings(d0=1, d2=2)])
    body = FieldMatch(0.5, np.array([0, 5, 5, 0]), 5.0, [postings(d1=1)])
    found = relevance([title, body], live=4, size=4)
    assert found.documents.tolist() == [0, 1, 2]
    rare, common = math.log(4 / 2) + 1, math.log(4 / 3) + 1
    first = 2 * (rare + common) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3))
    second = 0.5 * rare  # of average length and once: the fraction is 1
    third = 2 * common * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 3))
    assert found.total == pytest.approx([first, second, third])
    assert found.by_field.T.tolist() == [
        pytest.approx([first, 0]), pytest.approx([0, second]), pytest.approx([third, 0]),
    ]  # fmt: skip


def test_nothing_that_matches_gives_nothing():
    found = relevance([FieldMatch(1.0, np.array([3]), 3.0, [postings()])], live=1, size=1)
    assert len(found.documents) == len(found.total) == 0
    assert len(relevance([], live=0, size=0).documents) == 0
