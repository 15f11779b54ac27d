"""What recall found, as arrays, against the same as a list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.domain.candidates import Recalled, RecalledStickers
from persrv.domain.semantics import SemanticField

PARTS = st.dictionaries(st.sampled_from(SemanticField), st.sampled_from([0.25, 0.5, 1.0]), max_size=3)
EVERYBODY = st.lists(st.tuples(PARTS, st.sampled_from([0.0, 0.25, 1.5])), min_size=12, max_size=12).map(
    lambda rows: [
        Recalled(number, sum(parts.values()), {of: parts[of] for of in SemanticField if of in parts}, utility)
        for number, (parts, utility) in enumerate(rows)
    ]
)
IDS = st.lists(st.integers(0, 11), unique=True)


def best_first(each):
    return sorted(each, key=lambda one: (-one.score, one.sticker_id))


@given(EVERYBODY, IDS)
def test_a_place_is_what_was_put_there(everybody, ids):
    each = [everybody[number] for number in ids]
    found = RecalledStickers.of(each)
    assert list(found) == each
    assert found.ids.tolist() == ids
    assert found.scores.tolist() == [one.score for one in each]
    assert list(found[1:5]) == each[1:5]
    assert list(found.some(np.arange(len(ids))[::-1])) == each[::-1]


@given(EVERYBODY, IDS, IDS)
def test_two_searches_together_have_each_sticker_once_and_in_one_order(everybody, ids, others):
    one, other = (RecalledStickers.of(best_first(everybody[number] for number in some)) for some in (ids, others))
    assert list(one.and_others(other)) == best_first(everybody[number] for number in set(ids) | set(others))


def test_it_is_equal_to_what_has_the_same_in_the_same_order():
    found = RecalledStickers.of([Recalled(1, 2.0, {SemanticField.OCR: 2.0}), Recalled(3, 1.0)])
    assert found == RecalledStickers.of(list(found))
    assert found != found[::-1]
    assert found != RecalledStickers.of([Recalled(1, np.nextafter(2.0, 3.0), {SemanticField.OCR: 2.0}), found[1]])
    assert RecalledStickers() == RecalledStickers.of([])
    with pytest.raises(IndexError):
        found[2]
