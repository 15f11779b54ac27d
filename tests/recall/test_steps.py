"""Impacts in whole numbers: never below what they stand for, and above it by less than a step for each."""

from __future__ import annotations

import math

import numpy as np
import pytest

from persrv.recall import impact_sums, steps
from persrv.recall.impacts import Runs, collate, field_of, join
from persrv.recall.steps import FINEST, FREQUENT, steps_like, steps_of
from tests.recall.test_impacts import FIELDS, PREPARED, WORDS, World, same

AVERAGE = 4.0


def table(runs, documents, fields=2):
    """All texts of average length, so that one occurrence saturates to exactly 1."""
    return collate(
        join(
            [
                Runs(
                    np.array([key], dtype=np.uint64),
                    np.array([len(having)]),
                    np.array(having, dtype=np.int32),
                    np.ones(len(having), dtype=np.uint8),
                )
                for key, having in runs.items()
            ]
        ),
        np.full((fields, documents), 4, dtype=np.uint8),
        np.full(fields, AVERAGE),
    )


def test_a_posting_has_its_weight_times_idf_in_steps_rounded_up():
    impacts = table({8: [0, 1], 9: [2], 16: [1]}, documents=3)
    made = steps_of(impacts, [2.0, 0.5])
    # The largest that three documents allow is 2 * (ln 4 + 1) * 2.2 = 10.4997; a 2,048th of it 0.00513; 2^-7 is next.
    assert made.unit == 2.0**-7
    idf = {2: math.log(3 / 3) + 1, 1: math.log(3 / 2) + 1}
    assert made.scales == pytest.approx([2 * idf[2], 0.5 * idf[1], 2 * idf[1]])
    # 2 * 128, 0.5 * 1.405465 * 128 = 89.9, 2 * 1.405465 * 128 = 359.8
    assert made.steps.tolist() == [256, 256, 90, 360]
    assert made.most.tolist() == [256, 90, 360]


def test_a_field_without_weight_has_no_steps_and_any_weight_has_one_at_least():
    impacts = table({8: [0], 9: [0, 1]}, documents=2)
    assert steps_of(impacts, [1.0, 0.0]).steps[1:].tolist() == [0, 0]
    assert steps_of(impacts, [1.0, 1e-9]).steps[1:].tolist() == [1, 1]
    assert not steps_of(impacts, [0.0, 0.0]).steps.any()


def test_the_largest_impact_that_there_can_be_is_so_many_steps_or_half_of_them():
    for documents in (1, 2, 50, 3000):
        for weight in (1e-12, 0.7, 1.0, 3.0, 1e9):
            made = steps_of(table({8: [0]}, documents), [weight, 0.0])
            most = weight * (math.log(documents + 1) + 1) * 2.2 / made.unit
            assert FINEST / 2 <= most <= FINEST


def test_a_word_that_an_eighth_have_has_a_column_of_all_its_fields():
    impacts = table({8: [0, 1], 9: [1], 16: [2, 3], 24: [4], 25: [5]}, documents=20)
    made = steps_of(impacts, [1.0, 0.3])
    assert FREQUENT == 8
    assert made.words.tolist() == [8]  # three postings; the others have two
    first, second = made.scales[:2] / made.unit
    assert made.columns.tolist() == [[math.ceil(first), math.ceil(first + second), *[0] * 18]]
    assert made.tops.tolist() == [math.ceil(first + second)]
    # A field that has no weight does not make a word frequent.
    assert steps_of(impacts, [1.0, 0.0]).words.tolist() == []


def test_what_is_new_has_the_scales_of_the_table_where_it_knows_the_word():
    known = table({8: [0, 1], 16: [2]}, documents=4)
    made = steps_of(known, [1.0, 0.5])
    new = table({16: [0], 17: [0], 32: [0, 1]}, documents=2)
    beside = steps_like(made, known, new, 6)
    assert beside.unit == made.unit
    assert beside.scales == pytest.approx([math.log(4 / 2) + 1, 0.5 * (math.log(6 / 2) + 1), math.log(6 / 3) + 1])
    assert beside.words.tolist() == []
    assert beside.columns.shape == (0, 2)


@pytest.mark.parametrize("seed", range(4))
def test_a_sum_of_steps_is_never_below_its_impacts_and_above_them_by_less_than_a_step_each(seed):
    impacts = World(seed, [400]).tables[0][1]
    made = steps_of(impacts, PREPARED)
    scales = np.repeat(made.scales, np.diff(impacts.starts))
    exact = scales * impacts.saturations / made.unit
    assert (made.steps >= exact * (1 - 2.0**-22)).all()
    assert (made.steps < exact * (1 + 2.0**-22) + 1).all()
    for word, column in zip(made.words.tolist(), made.columns, strict=True):
        summed = np.zeros(400)
        for field in range(FIELDS):
            entry = np.searchsorted(impacts.keys, np.uint64(word + field))
            if entry < len(impacts.keys) and impacts.keys[entry] == word + field:
                postings = slice(impacts.starts[entry], impacts.starts[entry + 1])
                np.add.at(summed, impacts.documents[postings], exact[postings])
        assert (column >= summed * (1 - 2.0**-22)).all()
        assert (column < summed + 1 + 1e-3).all()
    assert len(made.words) > 5
    assert (field_of(impacts.keys[made.scales == 0]) == 3).all()


def asked_of(world, *, words=4):
    weights = [(field, weight) for field, weight in enumerate(PREPARED) if weight]
    return sorted(world.rng.sample(WORDS, words)), weights, world.rng.choice([1, 5, 30]), world.rng.random() < 0.5


def floats_are_not_to_be_added_up(*_):
    raise AssertionError("steps would have done")


def test_a_search_with_the_weights_of_the_table_needs_no_floats(monkeypatch):
    monkeypatch.setattr(impact_sums, "_add_floats", floats_are_not_to_be_added_up)
    world = World(3, [2000, 20], gone=0.0, prepared=PREPARED)
    for _ in range(30):
        asked = asked_of(world)
        assert same(world.found(*asked), world.expected(*asked)), asked


def test_however_coarse_the_steps_are_nobody_is_missed(monkeypatch):
    monkeypatch.setattr(steps, "FINEST", 4)
    world = World(2, [1500, 100], gone=0.02, prepared=PREPARED)
    for _ in range(60):
        asked = asked_of(world)
        assert same(world.found(*asked), world.expected(*asked)), asked


def test_a_search_of_fewer_fields_does_not_count_the_others():
    world = World(4, [2000, 20], gone=0.0, prepared=PREPARED)
    for _ in range(30):
        words, weights, *how = asked_of(world)
        asked = words, world.rng.sample(weights, 2), *how
        asked[1].sort()
        assert same(world.found(*asked), world.expected(*asked)), asked


@pytest.mark.parametrize("few", [True, False], ids=["all anew", "in floats"])
def test_words_that_have_become_rarer_or_more_frequent_are_worked_out_anew(monkeypatch, few):
    monkeypatch.setattr(impact_sums, "_FRESH", 0 if few else 10**9)
    monkeypatch.setattr(impact_sums, "TOLERANCE", 1e-6)
    fresh = []
    plan = impact_sums._plan
    monkeypatch.setattr(impact_sums, "_plan", lambda *given: fresh.append(plan(*given)) or fresh[-1])
    world = World(6, [300, 200], gone=0.4, prepared=PREPARED)
    for _ in range(30):
        asked = asked_of(world)
        assert same(world.found(*asked), world.expected(*asked)), asked
    if few:
        assert any(made.fresh and len(made.listed) for made in fresh) or all(made.fresh for made in fresh)
    else:
        assert None in fresh


@pytest.mark.parametrize("anew", [False, True])
def test_more_than_a_sum_can_hold_is_added_up_in_floats(monkeypatch, anew):
    monkeypatch.setattr(steps, "FINEST", 8_192)
    if anew:
        monkeypatch.setattr(impact_sums, "TOLERANCE", -1.0)
        monkeypatch.setattr(impact_sums, "_FRESH", 0)
    plans = []
    plan = impact_sums._plan
    monkeypatch.setattr(impact_sums, "_plan", lambda *given: plans.append(plan(*given)) or plans[-1])
    world = World(7, [2000], gone=0.0, prepared=(1.0,) * FIELDS)
    weights = [(field, 1.0) for field in range(FIELDS)]
    for number in range(60):
        asked = sorted(world.rng.sample(WORDS, 1 + number % 20)), weights, 10, True
        assert same(world.found(*asked), world.expected(*asked)), asked
    assert None in plans
    assert any(plans)


def test_a_long_query_never_runs_over():
    world = World(8, [500], prepared=(1.0,) * FIELDS)
    weights = [(field, 1.0) for field in range(FIELDS)]
    for _ in range(5):
        asked = sorted(WORDS), weights, 30, True
        assert same(world.found(*asked), world.expected(*asked)), asked
