"""What a person chose for a query before, and how it fades."""

from __future__ import annotations

import numpy as np
import pytest

from persrv.recall.memory import HALF_LIFE, Remembered, remember
from persrv.text.keys import text_keys


def test_memory_is_a_persons_own_and_fades():
    memory = remember(
        [Remembered("u", "q", 1, at=0.0), Remembered("u", "q", 2, at=HALF_LIFE), Remembered("v", "q", 3, at=HALF_LIFE)]
    )
    ids, scores = memory.find("u", "q")
    assert ids.tolist() == [1, 2]
    assert scores.tolist() == pytest.approx([0.5 / 4, 1 / 4])
    assert memory.find("u", "other")[0].tolist() == []
    assert memory.find("nobody", "q")[0].tolist() == []


def test_without_times_nothing_fades():
    _, scores = remember([Remembered("u", "q", 1), Remembered("u", "q", 1)]).find("u", "q")
    assert scores.tolist() == [0.5]


def test_a_near_query_reminds_of_what_was_chosen_for_it_as_far_as_it_is_near_and_of_two_the_better_counts():
    memory = remember([Remembered("u", "q", 1), Remembered("u", "near", 1), Remembered("u", "near", 2)])
    ids, scores = memory.find("u", "q", text_keys(["near", "nobody's"]), np.array([0.4, 1.0]))
    # 1 / 3 for the very same query; 1 / 4 of the near one, by 0.4, is less.
    assert ids.tolist() == [1, 2]
    assert scores.tolist() == pytest.approx([1 / 3, 0.4 / 4])
