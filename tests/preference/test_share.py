"""How much of a style a person picks, against the formula in plain Python."""

import math
import statistics

import numpy as np
import pytest

from persrv.preference.share import PRIOR, style_field, style_gate, style_share

NOBODY = np.empty(0, dtype=np.int64)


@pytest.fixture
def catalogue():
    """Sixty stickers, fifteen in each of four styles; row i has style i % 4."""
    rng = np.random.default_rng(2)
    return np.eye(6)[np.arange(60) % 4] + 0.15 * rng.standard_normal((60, 6))


@pytest.fixture
def field(catalogue):
    return style_field(catalogue, space_id="test")


def ones(rows):
    return np.ones(len(rows), dtype=np.int64)


def test_the_share_is_the_formula(catalogue, field):
    unit = [[number / math.hypot(*row) for number in row] for row in catalogue.tolist()]

    def squared(a, b):
        return sum((x - y) ** 2 for x, y in zip(unit[a], unit[b], strict=True))

    scale = 0.2 * statistics.median(squared(a, b) for a in range(60) for b in range(a))
    choices, counts = [0, 4, 1], [3, 1, 2]
    expected = []
    for sticker in range(60):
        k = statistics.mean(math.exp(-squared(sticker, other) / scale) for other in range(60))
        near = sum(count * math.exp(-squared(sticker, c) / scale) for c, count in zip(choices, counts, strict=True))
        expected.append(math.log((near + 2 * k) / ((6 + 2) * k)))
    found = style_share(field, np.arange(60), np.array(choices), np.array(counts))
    assert found.tolist() == pytest.approx(expected, abs=1e-5)


def test_what_counts_is_how_much_of_a_style_a_person_picks(field):
    """Nine of ten is more than the catalogue's quarter, one of ten is less: nearness to a choice is not enough."""
    often, seldom, never = style_share(field, np.array([40, 41, 42]), np.array([0, 4, 8, 1]), np.array([3, 3, 3, 1]))
    assert often > 0 > seldom > never


def test_a_person_with_one_style_opens_the_gate_and_one_who_picks_anything_does_not(field):
    fond = np.arange(0, 40, 4)
    anything = np.random.default_rng(1).permutation(60)
    assert style_gate(field, fond, ones(fond)) > 0.99
    assert style_gate(field, anything, ones(anything)) < 0.3


def test_a_few_choices_neither_prove_nor_disprove_a_style_and_many_do(field):
    """Each of `few` is of another style; a person of 60 choices who goes on so has none, beyond doubt."""
    few, many = np.array([0, 1, 2]), np.arange(60)
    assert PRIOR / 10 < style_gate(field, few, ones(few)) < PRIOR
    assert style_gate(field, many, ones(many)) < style_gate(field, few, ones(few))


def test_the_gate_is_the_formula(field):
    """Hold out one distinct sticker after the other, and foretell it by the rest."""
    choices, counts = np.array([0, 4, 1, 2]), np.array([2, 1, 1, 3])
    gains = []
    for place in range(4):
        rest = np.arange(4) != place
        gains += style_share(field, choices[place : place + 1], choices[rest], counts[rest]).tolist()
    odds = math.exp(sum(gains)) * PRIOR / (1 - PRIOR)
    assert style_gate(field, choices, counts) == pytest.approx(odds / (1 + odds))


def test_of_a_person_without_two_choices_is_thought_what_is_thought_of_everybody(field):
    assert style_gate(field, NOBODY, NOBODY) == PRIOR
    assert style_gate(field, np.array([0]), np.array([500])) == PRIOR


def test_a_person_without_history_has_no_share(field):
    assert style_share(field, np.array([0, 1]), NOBODY, NOBODY).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_embeddings_without_a_direction_count_for_nothing(catalogue, bad):
    catalogue[7] = bad
    field = style_field(catalogue, space_id="test")
    share = style_share(field, np.arange(60), np.array([7, 0]), np.array([9, 1]))
    assert np.isfinite(share).all()
    assert share[7] == 0.0
    assert share.tolist() == style_share(field, np.arange(60), np.array([0]), np.array([1])).tolist()


@pytest.mark.parametrize("vectors", [np.empty((0, 4)), np.ones((1, 4)), np.ones((5, 4)), np.zeros((5, 4))])
def test_a_catalogue_that_is_empty_or_all_the_same_says_nothing_of_style(vectors):
    field = style_field(vectors, space_id="test")
    rows = np.arange(len(vectors))
    assert style_share(field, rows, rows, ones(rows)).tolist() == pytest.approx([0.0] * len(rows))
    assert 0 <= style_gate(field, rows, ones(rows)) <= 1


def test_a_large_catalogue_is_measured_from_a_seeded_sample():
    vectors = np.random.default_rng(0).standard_normal((5_000, 8)).astype(np.float16)
    one, other = (style_field(vectors, space_id="test", seed=3) for _ in range(2))
    assert one.density.tolist() == other.density.tolist()
    assert (one.density > 0).all()
