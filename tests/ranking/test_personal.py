import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.domain.candidates import Recalled, RecalledStickers
from persrv.domain.semantics import SemanticField
from persrv.errors import ConfigurationError
from persrv.ranking.personal import RankingWeights, rank_by_factor, rank_personally

RECALLED = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([0.0, 0.25])),
    unique_by=lambda found: found[0],
    max_size=15,
).map(
    lambda rows: RecalledStickers.of(
        [Recalled(sticker, relevance, utility=utility) for sticker, relevance, utility in rows]
    )
)


def some(*each):
    return RecalledStickers.of(each)


def ids(ranking):
    return ranking.found.ids.tolist()


def test_the_score_by_hand():
    recalled = some(
        Recalled(1, 3.0, {SemanticField.OCR: 2.0, SemanticField.QUERIES: 1.0}, 0.5),
        Recalled(2, 2.0, {SemanticField.OCR: 2.0}, 0.0),
    )
    ranking = rank_personally(recalled, np.array([0.1, 0.75]), alpha=2.0)
    assert ids(ranking) == [2, 1]
    assert ranking.scores.tolist() == [5.0, pytest.approx(4.2)]
    assert (ranking.preference[1], ranking.factors[1]) == (0.1, pytest.approx(1.2))
    assert ranking.found[1] == recalled[0]
    assert ids(ranking.first(1)) == [2]


@given(RECALLED, st.floats(0, 50))
def test_a_person_without_history_gets_the_recall_order(recalled, alpha):
    ranking = rank_personally(recalled, np.zeros(len(recalled)), alpha=alpha)
    expected = sorted(recalled, key=lambda found: (-found.score, found.sticker_id))
    assert ids(ranking) == [found.sticker_id for found in expected]
    assert ranking.scores.tolist() == [found.score for found in expected]


@given(RECALLED, st.floats(0, 50), st.data())
def test_the_parts_make_up_the_score_and_the_score_makes_the_order(recalled, alpha, data):
    liked = np.array([data.draw(st.sampled_from([0.0, 0.5, 1.0])) for _ in recalled])
    ranking = rank_personally(recalled, liked, alpha=alpha)
    preferred = dict(zip((found.sticker_id for found in recalled), liked, strict=True))
    for place, score in zip(ranking.found, ranking.scores, strict=True):
        assert score == pytest.approx((place.relevance + place.utility) * (1 + alpha * preferred[place.sticker_id]))
    keys = list(zip((-ranking.scores).tolist(), ids(ranking), strict=True))
    assert keys == sorted(keys)
    assert sorted(ids(ranking)) == sorted(found.sticker_id for found in recalled)


@given(RECALLED, st.randoms())
def test_the_order_does_not_depend_on_the_order_that_recall_gives(recalled, random):
    places = list(range(len(recalled)))
    random.shuffle(places)
    shuffled = recalled.some(np.array(places, dtype=np.int64))
    liked = {found.sticker_id: found.sticker_id % 3 / 2 for found in recalled}
    one = rank_personally(recalled, np.array([liked[found.sticker_id] for found in recalled]), alpha=3)
    other = rank_personally(shuffled, np.array([liked[found.sticker_id] for found in shuffled]), alpha=3)
    assert list(one.found) == list(other.found)
    assert one.scores.tolist() == other.scores.tolist()


def test_equal_scores_stand_by_sticker_id():
    recalled = some(Recalled(9, 1.0), Recalled(3, 1.0), Recalled(5, 1.0))
    assert ids(rank_personally(recalled, np.full(3, 0.5), alpha=1.0)) == [3, 5, 9]


def test_two_people_with_different_styles_get_different_orders():
    recalled = some(Recalled(1, 1.0), Recalled(2, 1.0))
    ann = rank_personally(recalled, np.array([0.0, 0.9]), alpha=8.0)
    bob = rank_personally(recalled, np.array([0.9, 0.0]), alpha=8.0)
    assert ids(ann) == [2, 1]
    assert ids(bob) == [1, 2]


def test_nothing_recalled_gives_nothing():
    assert ids(rank_personally(some(), np.zeros(0), alpha=1.0)) == []


@pytest.mark.parametrize("liked", [[], [0.1, 0.2], [math.nan], [math.inf], [-1.0]])
def test_preferences_that_do_not_fit_are_refused(liked):
    with pytest.raises(ValueError, match=r"finite|as many"):
        rank_personally(some(Recalled(1, 1.0)), np.array(liked), alpha=1.0)


def test_any_factor_above_zero_ranks():
    recalled = some(Recalled(1, 1.0), Recalled(2, 1.5))
    ranking = rank_by_factor(recalled, np.array([0.7, -0.7]), np.exp(np.array([0.7, -0.7])))
    assert ids(ranking) == [1, 2]
    assert ranking.preference[0] == 0.7


def test_every_wrong_setting_is_named_at_once():
    with pytest.raises(ConfigurationError) as caught:
        RankingWeights(alpha=-1, gate=math.nan)
    assert len(caught.value.problems) == 2
    for gate in (None, 0.0, 1.5):
        assert RankingWeights(alpha=0.0, gate=gate).gate == gate
