from persrv.domain.semantics import SemanticField
from persrv.domain.suggestions import Ranked, Reason
from persrv.ranking.order import as_ranked, each_once
from persrv.ranking.personal import PersonalScore


def test_a_place_keeps_every_part_of_its_score():
    place = PersonalScore(3, relevance=2.0, utility=0.5, preference=0.25, factor=3.0, by_field={SemanticField.OCR: 2.0})
    assert as_ranked([place]) == (
        Ranked(3, Reason.SEARCH, 7.5, {SemanticField.OCR: 2.0}, utility=0.5, preference=0.25, factor=3.0),
    )


def test_a_sticker_stays_where_it_comes_first():
    recent = [Ranked(3, Reason.RECENT), Ranked(1, Reason.RECENT)]
    popular = [Ranked(1, Reason.POPULAR), Ranked(2, Reason.POPULAR)]
    merged = each_once(recent, popular)
    assert [(ranked.sticker_id, ranked.reason) for ranked in merged] == [
        (3, Reason.RECENT),
        (1, Reason.RECENT),
        (2, Reason.POPULAR),
    ]
