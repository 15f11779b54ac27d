"""Which segments an update merges, counted by hand."""

from __future__ import annotations

import itertools

import pytest

from persrv.adapters.search import apart, merging


@pytest.fixture
def after(index, corpora):
    """Sizes of the segments after commits of so many new documents each; those deleted count until they are merged."""
    ids = itertools.count(1)

    def sizes(*commits):
        for count in commits:
            index.update([corpora.document(next(ids), ocr="cat") for _ in range(count)], [])
        return segments(index)

    return sizes


def segments(index):
    return sorted((len(leaf.columns.stickers) for leaf in index._snapshot.leaves), reverse=True)


def test_four_of_about_the_same_size_become_one_the_arriving_among_them(after):
    assert after(1, 1, 1) == [1, 1, 1]
    assert after(1) == [4]
    assert after(1, 2, 3) == [4, 3, 2, 1]
    assert after(1) == [7, 4]


def test_where_there_are_three_of_a_size_the_next_arriving_is_merged_with_them_though_it_is_smaller(after):
    assert after(*[1] * 12) == [4, 4, 4]
    assert after(1) == [13]
    assert after(1, 1, 1) == [13, 1, 1, 1]
    assert after(1) == [13, 4]


def test_smaller_ones_that_wait_go_along(after):
    assert after(16, 16, 1, 16) == [16, 16, 16, 1]
    assert after(16) == [65]


def test_a_larger_one_is_not_touched_by_smaller_ones(after):
    assert after(20, 4, 4, 4, 5) == [20, 17]


def test_large_ones_are_left_alone(after, monkeypatch):
    monkeypatch.setattr(merging, "LARGE", 16)
    assert after(16, 16, 16, 15, 16) == [16, 16, 16, 16, 15]
    assert after(15, 15, 15) == [60, 16, 16, 16, 16]


def test_one_that_is_more_than_half_deleted_is_merged_at_once_and_one_of_which_all_is_goes(index, after):
    assert after(10) == [10]
    index.update([], range(1, 6))
    assert segments(index) == [10]
    index.update([], [6])
    assert segments(index) == [4]
    index.update([], range(7, 11))
    assert segments(index) == []


def test_a_large_update_merges_small_ones_too_and_leaves_its_own_as_they_are(open_index, corpora):
    index = open_index(apart_from=30)
    index.update(corpora.random(25, seed=1), [])
    index.update(corpora.random(4, seed=2, first_id=900), [])
    index.update(corpora.random(40, seed=3, first_id=11), [])  # replaces 15 of the 25
    shares = [len(range(first, 40, apart.PROCESSES)) for first in range(apart.PROCESSES)]
    assert segments(index) == sorted([10, 4, *shares], reverse=True)
    index.update(corpora.random(40, seed=4, first_id=11), [])  # all of its own
    assert segments(index) == sorted([10, 4, *shares], reverse=True)
    assert index.count() == 54
