"""Ranking by impacts against scoring every document: the same best, bit for bit, whatever changed since."""

from __future__ import annotations

import random

import numpy as np
import pytest

from persrv.recall.impact_search import search_impacts
from persrv.recall.impact_view import ImpactView, Part, Scratch, Utilities
from persrv.recall.impacts import Runs, collate, join, renumbered, runs_of, word_key
from persrv.recall.relevance import FieldMatch, Postings, relevance
from persrv.recall.steps import steps_like, steps_of
from persrv.recall.top import top

FIELDS = 7
SALT = b"salt"
WORDS = [f"word{n}" for n in range(40)]


class World:
    """Documents in tables of several times, some of them struck out since."""

    def __init__(self, seed, sizes, gone=0.2, prepared=None):
        """:param prepared: Weights of all fields that the tables have steps for."""
        rng = random.Random(seed)
        self.rng = rng
        # Few words, and short texts: scores tie.
        self.documents = [
            [
                rng.choices(WORDS, weights=[1 / (n + 1) for n in range(len(WORDS))], k=rng.choice([0, 1, 1, 2, 3, 9]))
                for _ in range(FIELDS)
            ]
            for _ in range(sum(sizes))
        ]
        count = len(self.documents)
        self.ids = np.array(rng.sample(range(10 * count), count), dtype=np.int64)
        self.live = np.array([rng.random() >= gone for _ in range(count)])
        self.lengths = np.array([[len(texts[f]) for texts in self.documents] for f in range(FIELDS)]).reshape(
            FIELDS, -1
        )
        self.averages = self._averages(np.flatnonzero(self.live))
        self.tables, first = [], 0
        for size in sizes:
            everyone = np.arange(first, first + size)
            lengths = self.lengths[:, everyone].astype(np.uint8)
            # The averages of then, when nobody was gone yet.
            self.tables.append((first, collate(self.runs(everyone), lengths, np.array(self._averages(everyone)))))
            first += size
        self.steps = [None] * len(sizes)
        if prepared:
            first = self.tables[0][1]
            known = steps_of(first, prepared)
            live = int(self.live.sum())
            self.steps = [known, *(steps_like(known, first, table, live) for _, table in self.tables[1:])]
        self.view = ImpactView(
            [
                Part.of(table, first, np.flatnonzero(~self.live[first : first + table.lengths.shape[1]]), steps)
                for (first, table), steps in zip(self.tables, self.steps, strict=True)
            ],
            self.ids,
            int(self.live.sum()),
            self.averages,
        )
        self.utility = np.array([rng.choice([0.0, 0.0, 0.5, rng.random()]) for _ in range(10 * count)])

    def _averages(self, rows):
        lengths = self.lengths[:, rows]
        return [float(row.sum() / (row > 0).sum()) if (row > 0).any() else 0.0 for row in lengths]

    def runs(self, rows):
        found = []
        for field in range(FIELDS):
            for word in self.rng.sample(WORDS, len(WORDS)):
                having = [(n, self.documents[row][field].count(word)) for n, row in enumerate(rows)]
                having = [(n, times) for n, times in having if times]
                found.append(
                    Runs(
                        np.array([word_key(word, SALT) + field], dtype=np.uint64),
                        np.array([len(having)]),
                        np.array([n for n, _ in having], dtype=np.int32),
                        np.array([times for _, times in having], dtype=np.uint8),
                    )
                )
        return join(found)

    def expected(self, words, weights, limit, utility):
        matches = [
            FieldMatch(weight, self.lengths[field], self.averages[field], [self._postings(field, w) for w in words])
            for field, weight in weights
        ]
        found = relevance(matches, live=int(self.live.sum()), size=len(self.documents))
        ids = self.ids[found.documents]
        useful = self.utility[ids] if utility else np.zeros(len(ids))
        best = top(found.total + useful, ids, limit)
        return ids[best], found.by_field[:, best], found.total[best], useful[best]

    def _postings(self, field, word):
        rows = [n for n, texts in enumerate(self.documents) if self.live[n] and word in texts[field]]
        counts = [self.documents[n][field].count(word) for n in rows]
        return Postings(np.array(rows, dtype=np.int64), np.array(counts, dtype=np.float64))

    def found(self, words, weights, limit, utility, scratch=None):
        keys = np.array([word_key(word, SALT) for word in words], dtype=np.uint64)
        best = search_impacts(
            self.view,
            keys,
            weights,
            limit,
            scratch or Scratch(),
            utility=(lambda ids: self.utility[ids]) if utility else None,
            utilities=Utilities.of(self.utility[self.ids]) if utility else None,
        )
        return best.ids, best.by_field, best.relevance, best.utility


def same(found, expected):
    return all(np.array_equal(left, right) for left, right in zip(found, expected, strict=True))


@pytest.mark.parametrize("sizes", [[1], [900], [700, 150, 3], [0, 60], [60, 0]], ids=str)
@pytest.mark.parametrize("gone", [0.0, 0.3, 1.0])
def test_the_best_are_those_of_scoring_every_document_bit_for_bit(sizes, gone):
    scratch = Scratch()
    for seed in range(3):
        world = World(seed, sizes, gone)
        for _ in range(20):
            words = sorted(world.rng.sample([*WORDS, "unknown"], world.rng.randint(1, 6)))
            chosen = sorted(world.rng.sample(range(FIELDS), world.rng.randint(1, FIELDS)))
            weights = [(field, world.rng.choice([0.3, 1.0, 2.5])) for field in chosen]
            asked = words, weights, world.rng.choice([1, 3, 20, 1000]), world.rng.random() < 0.5
            assert same(world.found(*asked, scratch), world.expected(*asked)), asked
            assert not scratch.scores.any()


PREPARED = (1.0, 0.5, 1.0, 0.0, 0.3, 0.001, 2.0)


@pytest.mark.parametrize("sizes", [[1], [900], [700, 150, 3], [0, 60], [60, 0], [3, 400]], ids=str)
@pytest.mark.parametrize("gone", [0.0, 0.01, 0.3, 1.0])
def test_the_best_in_steps_are_those_of_scoring_every_document_bit_for_bit(sizes, gone):
    scratch = Scratch()
    weights = [(field, weight) for field, weight in enumerate(PREPARED) if weight]
    for seed in range(3):
        world = World(seed, sizes, gone, PREPARED)
        for _ in range(20):
            words = sorted(world.rng.sample([*WORDS, "unknown"], world.rng.randint(1, 6)))
            asked = words, weights, world.rng.choice([1, 3, 20, 1000]), world.rng.random() < 0.5
            assert same(world.found(*asked, scratch), world.expected(*asked)), asked
            assert not scratch.steps.any()
            assert not scratch.scores.any()


def test_other_weights_than_steps_were_made_for_are_added_up_in_floats():
    world = World(5, [500, 60], prepared=PREPARED)
    for _ in range(20):
        words = sorted(world.rng.sample(WORDS, 3))
        asked = words, [(0, 1.0), (3, 0.5), (6, 2.0)], 10, True
        assert same(world.found(*asked), world.expected(*asked)), asked


@pytest.mark.parametrize("few", [True, False], ids=["few documents", "all documents"])
@pytest.mark.parametrize("prepared", [True, False], ids=["steps", "floats"])
def test_both_ways_of_looking_for_candidates_find_the_same(monkeypatch, few, prepared):
    monkeypatch.setattr("persrv.recall.impact_search._SPARSE", 0 if few else 10**9)
    world = World(9, [800, 40], prepared=[1.0, 0, 0, 0.5, 0, 0, 0] if prepared else None)
    for _ in range(40):
        words = sorted(world.rng.sample(WORDS, world.rng.randint(1, 4)))
        asked = words, [(0, 1.0), (3, 0.5)], world.rng.choice([1, 5, 30]), world.rng.random() < 0.5
        assert same(world.found(*asked), world.expected(*asked)), asked


def test_a_weight_beyond_what_is_exact_is_refused():
    world = World(1, [50])
    for weight in (1e-40, 1e40):
        keys = np.array([word_key("word0", SALT)], dtype=np.uint64)
        assert search_impacts(world.view, keys, [(0, weight)], 5, Scratch()) is None


def test_a_table_is_made_anew_from_a_table_without_those_that_are_gone():
    world = World(4, [300, 80])
    numbers = np.where(world.live, np.cumsum(world.live) - 1, -1).astype(np.int32)
    moved = join([renumbered(runs_of(table), numbers[first : first + 300]) for first, table in world.tables])
    rows = np.flatnonzero(world.live)
    lengths, averages = world.lengths[:, rows].astype(np.uint16), np.array(world.averages)
    made, afresh = collate(moved, lengths, averages), collate(world.runs(rows), lengths, averages)
    for name in type(made).__slots__:
        assert np.array_equal(getattr(made, name), getattr(afresh, name)), name


def test_the_fields_of_a_word_stand_together_and_no_word_is_to_be_read():
    keys = [word_key(word, b"one") for word in WORDS]
    assert len(set(keys)) == len(WORDS)
    assert all(key % 8 == 0 for key in keys)
    assert keys != [word_key(word, b"two") for word in WORDS]
