import numpy as np

from persrv.domain.semantics import SemanticField
from persrv.domain.suggestions import Ranked, Reason, Scores, Told
from persrv.ranking.order import as_ranked, each_once

SCORES = Scores(
    np.array([7.5, 4.0]),
    np.array([0.25, 0.0]),
    np.array([3.0, 2.0]),
    np.array([1.0, 2.0]),
    np.array([0.5, 0.0]),
    {SemanticField.OCR: np.array([2.0, 0.0]), SemanticField.PACK: np.array([0.0, 1.5])},
    {"meaning": np.array([0.0, 0.5])},
)


def test_a_place_tells_every_part_of_its_score():
    first, second = as_ranked(np.array([3, 9]), Told(lambda: SCORES))
    assert (first.sticker_id, first.reason, first.score, first.recall) == (3, Reason.SEARCH, 7.5, 2.5)
    assert (first.utility, first.preference, first.factor, first.own_packs) == (0.5, 0.25, 3.0, 1.0)
    assert (first.by_field, first.beyond) == ({SemanticField.OCR: 2.0}, {})
    assert (second.sticker_id, second.score, second.recall, second.own_packs) == (9, 4.0, 2.0, 2.0)
    assert (second.by_field, second.beyond) == ({SemanticField.PACK: 1.5}, {"meaning": 0.5})


def test_a_place_without_scores_tells_none():
    place = Ranked(3, Reason.RECENT)
    assert (place.score, place.recall, place.factor, place.by_field, place.beyond) == (0.0, 0.0, 1.0, {}, {})


def test_what_is_told_is_worked_out_once_when_it_is_asked_for():
    asked = []

    def scores():
        asked.append(1)
        return SCORES

    first, second = as_ranked(np.array([3, 9]), Told(scores))
    assert (first.sticker_id, second.at, asked) == (3, 1, [])
    assert (first.score, second.score, first.preference) == (7.5, 4.0, 0.25)
    assert asked == [1]


def test_a_sticker_stays_where_it_comes_first():
    recent = [Ranked(3, Reason.RECENT), Ranked(1, Reason.RECENT)]
    popular = [Ranked(1, Reason.POPULAR), Ranked(2, Reason.POPULAR)]
    merged = each_once(recent, popular)
    assert [(ranked.sticker_id, ranked.reason) for ranked in merged] == [
        (3, Reason.RECENT),
        (1, Reason.RECENT),
        (2, Reason.POPULAR),
    ]
