from hypothesis import given
from hypothesis import strategies as st

from persrv.domain.suggestions import Ranked, Reason, Recalled
from persrv.ranking.order import by_relevance, each_once


@given(st.dictionaries(st.integers(1, 50), st.sampled_from([0.5, 1.0, 2.0])), st.randoms())
def test_the_order_does_not_depend_on_the_order_that_recall_found_them_in(relevance, random):
    recalled = [Recalled(sticker, score) for sticker, score in relevance.items()]
    ordered = by_relevance(recalled)
    random.shuffle(recalled)
    assert by_relevance(recalled) == ordered
    keys = [(-ranked.score, ranked.sticker_id) for ranked in ordered]
    assert keys == sorted(keys)


def test_a_sticker_stays_where_it_comes_first():
    recent = [Ranked(3, Reason.RECENT), Ranked(1, Reason.RECENT)]
    popular = [Ranked(1, Reason.POPULAR), Ranked(2, Reason.POPULAR)]
    merged = each_once(recent, popular)
    assert [(ranked.sticker_id, ranked.reason) for ranked in merged] == [
        (3, Reason.RECENT),
        (1, Reason.RECENT),
        (2, Reason.POPULAR),
    ]
