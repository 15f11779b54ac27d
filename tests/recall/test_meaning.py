"""Recall by meaning, against calculations by hand."""

from __future__ import annotations

import numpy as np
import pytest

from persrv.domain.candidates import NOTHING
from persrv.recall.meaning import (
    FLOOR,
    MOST_OWNERS,
    SHARPNESS,
    OwnTexts,
    PastQueries,
    chosen_for,
    distinct_queries,
    nearness,
    owners_of,
)
from persrv.recall.nearest import ExactNearest


def direction(degrees):
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], dtype=np.float32)


def past(clicks, angles, size=5):
    """Clicks as (query, sticker); angles by query."""
    return past_queries(clicks, {query: direction(angle) for query, angle in angles.items()}, size)


def past_queries(clicks, vectors, size):
    keys, distinct, rows = distinct_queries([query for query, _ in clicks])
    stickers = np.array([sticker for _, sticker in clicks], dtype=np.int64)
    near = ExactNearest(np.stack([vectors[query] for query in distinct])) if distinct else None
    return PastQueries(keys, near, chosen_for(rows, stickers, (len(keys), size)))


def test_near_queries_count_by_their_nearness_and_the_same_one_is_no_part_of_it():
    found = past([("cry", 1), ("sob", 2), ("sob", 2), ("weep", 3)], {"cry": 0, "sob": 20, "weep": 30})
    ids, scores = found.find("cry", direction(0))
    assert ids.tolist() == [2, 3]
    sob, weep = (((np.cos(np.radians(angle)) - FLOOR) / (1 - FLOOR)) ** SHARPNESS for angle in (20, 30))
    # 2 / (2 + 2) of the nearer, 1 / (1 + 2) of the other; relative to the best.
    assert scores.tolist() == pytest.approx([1.0, (weep / 3) / (sob / 2)], rel=1e-5)


def test_choices_are_those_for_the_very_same_query_and_how_often():
    found = past([("cry", 4), ("cry", 1), ("cry", 4), ("sob", 2)], {"cry": 0, "sob": 20})
    ids, counts = found.choices("cry")
    assert (ids.tolist(), counts.tolist()) == ([1, 4], [1.0, 2.0])
    assert found.choices("weep") is NOTHING


def test_a_query_that_nobody_asked_finds_what_was_chosen_for_near_ones():
    found = past([("cry", 1), ("laugh", 3)], {"cry": 0, "laugh": 120})
    ids, scores = found.find("weep", direction(10))
    assert ids.tolist() == [1]
    assert scores.tolist() == [1.0]


@pytest.mark.parametrize("vector", [None, np.array([np.nan, 1.0], dtype=np.float32)])
def test_without_a_usable_vector_nothing_is_near_and_choices_are_known(vector):
    found = past([("cry", 1), ("sob", 2)], {"cry": 0, "sob": 5})
    assert found.find("cry", vector) is NOTHING
    assert found.choices("cry")[0].tolist() == [1]


def test_an_empty_log_finds_nothing():
    found = past_queries([], {}, 3)
    assert found.find("cry", direction(0)) is NOTHING
    assert found.choices("cry") is NOTHING


def test_a_past_query_whose_vector_is_broken_is_never_near():
    vectors = {"a": np.array([np.nan, np.nan], dtype=np.float32), "b": direction(0)}
    found = past_queries([("a", 0), ("b", 1)], vectors, 2)
    assert found.find("c", direction(0))[0].tolist() == [1]
    assert found.find("a", direction(90)) is NOTHING


def test_the_best_of_a_stickers_texts_counts():
    own = OwnTexts(
        ExactNearest(np.stack([direction(0), direction(40), direction(90)])),
        np.array([0, 1, 2, 3]),
        np.array([7, 7, 8]),
    )
    ids, scores = own.find(direction(40), 10)
    assert ids.tolist() == [7, 8]
    assert scores.tolist() == pytest.approx([1.0, (np.cos(np.radians(50)) - FLOOR) / (1 - FLOOR)], rel=1e-5)
    assert own.find(direction(180), 10) is NOTHING
    assert own.find(None, 10) is NOTHING


def test_nearness_is_from_zero_to_one_and_rises():
    near = nearness(np.linspace(-1, 1, 50))
    assert (np.diff(near) >= 0).all()
    assert (near[0], near[-1]) == (0, 1)


def test_a_text_of_many_stickers_brings_in_no_more_than_so_many():
    own = OwnTexts(ExactNearest(direction(0)[None]), np.array([0, MOST_OWNERS + 5]), np.arange(MOST_OWNERS + 5))
    assert len(own.find(direction(0), 10)[0]) == MOST_OWNERS


def test_where_there_is_no_room_for_all_the_nearest_are_brought_in():
    others = np.arange(10, 10 + MOST_OWNERS)
    vectors = ExactNearest(np.stack([direction(20), direction(5), direction(0)]))  # the farthest first
    own = OwnTexts(vectors, np.array([0, MOST_OWNERS, MOST_OWNERS + 1, MOST_OWNERS + 2]), np.append(others, [1, 2]))
    ids, scores = own.find(direction(0), 10)
    assert ids[:2].tolist() == [1, 2]
    assert scores[:2].min() > scores[2:].max()
    assert len(ids) == MOST_OWNERS


def test_a_text_that_several_say_is_kept_once():
    texts, indptr, stickers = owners_of(["hi", "bye", "hi"], np.array([9, 1, 4]))
    owners = {text: stickers[indptr[row] : indptr[row + 1]].tolist() for row, text in enumerate(texts)}
    assert owners == {"hi": [4, 9], "bye": [1]}
