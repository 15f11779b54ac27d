"""What a search by impacts looks at, and the room that it works in."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from persrv.recall.impact_view import KEPT, Entries, ImpactView, Part, Scratches, Utilities
from persrv.recall.impacts import Runs, collate


def part(averages=(4.0, 4.0), gone=()):
    """Three entries: two documents have the first, one each the others."""
    runs = Runs(
        np.array([8, 9, 24], dtype=np.uint64),
        np.array([2, 1, 1]),
        np.array([0, 1, 1, 2], dtype=np.int32),
        np.array([1, 3, 1, 2], dtype=np.uint8),
    )
    table = collate(runs, np.full((2, 3), 4, dtype=np.uint8), np.array([4.0, 4.0]))
    return Part.of(replace(table, averages=np.array(averages)), 0, np.array(gone, dtype=np.int64))


def test_a_part_knows_how_many_postings_are_of_those_that_are_gone():
    assert part(gone=[1]).gone_postings.tolist() == [1, 1, 0]
    assert part(gone=[0, 1, 2]).gone_postings.tolist() == [2, 1, 1]
    assert part().gone_postings.tolist() == []
    assert part().size == 3


def test_cells_are_found_from_the_last_entry_to_the_first_and_unknown_ones_are_not():
    found = Entries.of(part(), np.array([24, 7, 8, 25, 9, 2**64 - 1], dtype=np.uint64))
    assert found.entries.tolist() == [2, 1, 0]
    assert found.cells.tolist() == [0, 4, 2]
    assert found.firsts.tolist() == [3, 2, 0]
    assert found.ends.tolist() == [4, 3, 2]


def test_by_how_much_averages_have_moved_is_a_factor_of_the_worst_table_either_way():
    view = ImpactView([part((4.0, 5.0)), part((2.0, 0.0))], np.arange(6), 6, (3.0, 4.0))
    assert view.moved == (1.5, 1.25)
    assert ImpactView([part((4.0, 5.0))], np.arange(3), 3, (0.0, 5.0)).moved == (1.0, 1.0)


def test_utilities_are_told_above_the_least():
    found = Utilities.of(np.array([0.5, 0.25, 0.25, 1.25]))
    assert found.least == 0.25
    assert found.more.tolist() == [0.25, 0.0, 0.0, 1.0]
    assert found.rows.tolist() == [0, 3]
    assert found.of_rows.tolist() == [0.25, 1.0]


def test_searches_at_the_same_time_have_a_scratch_each_and_later_ones_have_these_again():
    scratches = Scratches()
    with scratches.lent() as one, scratches.lent() as other:
        assert one is not other
    with scratches.lent() as again:
        assert again in (one, other)


def test_of_many_searches_at_once_two_leave_their_scratch():
    scratches = Scratches()
    with ExitStack() as searches:
        lent = [searches.enter_context(scratches.lent()) for _ in range(6)]
    with ExitStack() as searches:
        again = [searches.enter_context(scratches.lent()) for _ in range(6)]
    assert sum(one in lent for one in again) == KEPT == 2


def test_a_scratch_is_not_used_again_after_an_error():
    scratches = Scratches()
    with pytest.raises(MemoryError), scratches.lent() as one:
        raise MemoryError
    with scratches.lent() as other:
        assert other is not one
