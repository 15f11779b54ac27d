"""How much of a style a person picks, against the formula in plain Python."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.domain.candidates import Pool
from persrv.preference.share import PRIOR, gate_of, style_field, style_gate, style_share
from persrv.ranking.plus import order_plus

NOBODY = np.empty(0, dtype=np.int64)


def sixty():
    """Sixty stickers, fifteen in each of four styles; row i has style i % 4."""
    rng = np.random.default_rng(2)
    return np.eye(6)[np.arange(60) % 4] + 0.15 * rng.standard_normal((60, 6))


FIELD = style_field(sixty(), space_id="test")


@pytest.fixture
def catalogue():
    return sixty()


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


def test_a_person_with_one_style_opens_the_gate_and_one_who_picks_anything_shuts_it(field):
    assert style_gate(field, np.arange(0, 40, 4)) > 0.99
    assert style_gate(field, np.random.default_rng(1).permutation(60)) == 0.0


def test_a_few_choices_neither_prove_nor_disprove_a_style(field):
    """Each is of another style; a person who goes on so has none in the end, and the gate falls until then."""
    gates = [style_gate(field, np.arange(count)) for count in (2, 4, 8, 16, 32, 60)]
    assert PRIOR / 2 < gates[1] < gates[0] < PRIOR
    assert gates == sorted(gates, reverse=True)
    assert gates[-1] == 0.0


def test_the_gate_is_the_formula(catalogue, field):
    """In plain Python: every sticker foretold by those before it, and by those after it."""
    unit = [[number / math.hypot(*row) for number in row] for row in catalogue.tolist()]

    def squared(a, b):
        return sum((x - y) ** 2 for x, y in zip(unit[a], unit[b], strict=True))

    scale = 0.2 * statistics.median(squared(a, b) for a in range(60) for b in range(a))
    evidence = []
    for order in ([0, 4, 1, 8, 2], [2, 8, 1, 4, 0]):
        evidence.append(0.0)
        for place, sticker in enumerate(order):
            k = statistics.mean(math.exp(-squared(sticker, other) / scale) for other in range(60))
            near = sum(math.exp(-squared(sticker, before) / scale) for before in order[:place])
            evidence[-1] += math.log((near + 10 * k) / ((place + 10) * k))
    odds = math.exp(statistics.mean(evidence)) * PRIOR / (1 - PRIOR)
    assert style_gate(field, np.array([0, 4, 1, 8, 2])) == pytest.approx(odds / (1 + odds), abs=1e-6)


def test_two_stickers_that_are_alike_and_two_that_are_not_by_hand():
    """Two styles at right angles, equally many: k is 1/2 and K is 1 within a style, next to 0 between them.

    The first is foretold by nobody, log(5 / 5); the second by one of its own, log((1 + 5) / (11 / 2)), or by one of the
    other, log(5 / (11 / 2)).
    """
    field = style_field(np.repeat(np.eye(2), 500, axis=0), space_id="test")
    assert style_gate(field, np.array([0, 1])) == pytest.approx((12 / 11) / (1 + 12 / 11), abs=1e-3)
    assert style_gate(field, np.array([0, 999])) == pytest.approx((10 / 11) / (1 + 10 / 11), abs=1e-3)


@pytest.mark.parametrize(
    ("evidence", "gate"),
    [(0.0, 0.5), (math.log(3), 0.75), (-math.log(9), 0.1), (-math.log(10.001), 0.0), (-1e9, 0.0), (1e9, 1.0)],
)
def test_odds_become_a_gate_that_is_shut_from_ten_to_one_on(evidence, gate):
    assert gate_of(evidence) == pytest.approx(gate)


@given(st.floats(-200, 200), st.floats(0, 200))
def test_more_evidence_never_closes_the_gate(evidence, more):
    assert 0.0 <= gate_of(evidence) <= gate_of(evidence + more) <= 1.0


@given(st.lists(st.integers(0, 59), unique=True, max_size=60))
def test_the_gate_is_between_0_and_1_whoever_chose_what_and_the_same_backwards(rows):
    gate = style_gate(FIELD, np.array(rows, dtype=np.int64))
    assert gate == 0.0 or 1 / 11 < gate <= 1.0
    assert style_gate(FIELD, np.array(rows[::-1], dtype=np.int64)) == pytest.approx(gate)


@given(st.integers(3, 9))
def test_who_chooses_one_more_of_their_style_is_not_held_to_have_less_of_it(count):
    fond = [*range(0, 4 * count, 4), 1, 2, 3]
    assert style_gate(FIELD, np.array([*fond, 4 * count])) > style_gate(FIELD, np.array(fond))


def test_people_who_choose_as_the_catalogue_is_keep_the_recall_order_exactly():
    """Five packs of 200; everybody's 250 stickers are drawn from all alike. Chance alone looks like a style, seldom."""
    rng = np.random.default_rng(5)
    field = style_field(np.eye(8)[np.arange(1_000) % 5] + 0.1 * rng.standard_normal((1_000, 8)), space_id="test")
    recall = 1.0 + 1e-9 * rng.standard_normal(1_000)  # next to equal: the least liking would reorder them
    ids = np.arange(1_000, dtype=np.int64)
    pooled = Pool(ids, np.column_stack([recall, np.zeros((1_000, 4))]), np.zeros(1_000))
    kept = 0
    for _ in range(100):
        choices = np.sort(rng.permutation(1_000)[:250])
        liked = style_gate(field, choices) * style_share(field, ids, choices, ones(choices))
        kept += order_plus(pooled, liked, style=2.0, limit=1_000).tolist() == np.lexsort((ids, -recall)).tolist()
    assert kept >= 97


def test_of_a_person_without_two_choices_is_thought_what_is_thought_of_everybody(field):
    assert style_gate(field, NOBODY) == PRIOR
    assert style_gate(field, np.array([0])) == PRIOR


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
    assert style_gate(field, np.array([0, 4, 7])) == style_gate(field, np.array([0, 4]))


@pytest.mark.parametrize("vectors", [np.empty((0, 4)), np.ones((1, 4)), np.ones((5, 4)), np.zeros((5, 4))])
def test_a_catalogue_that_is_empty_or_all_the_same_says_nothing_of_style(vectors):
    field = style_field(vectors, space_id="test")
    rows = np.arange(len(vectors))
    assert style_share(field, rows, rows, ones(rows)).tolist() == pytest.approx([0.0] * len(rows))
    assert 0 <= style_gate(field, rows) <= 1


def test_a_large_catalogue_is_measured_from_a_seeded_sample():
    vectors = np.random.default_rng(0).standard_normal((5_000, 8)).astype(np.float16)
    one, other = (style_field(vectors, space_id="test", seed=3) for _ in range(2))
    assert one.density.tolist() == other.density.tolist()
    assert (one.density > 0).all()
