import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persrv.domain.suggestions import Reason, Scores, Told
from persrv.domain.trials import Team
from persrv.ranking.exploration import FIRST_PLACE, LAST_PLACE, give_place
from persrv.ranking.order import as_ranked


def ranking(size):
    one = np.ones(size)
    ranked = as_ranked(np.arange(size), Told(lambda: Scores(np.arange(size, 0, -1), one, one, one, one)))
    return [place._replace(team=Team.RIVAL) for place in ranked]


def test_one_sticker_moves_up_and_those_between_move_down_by_one():
    given_away = give_place(ranking(6), 4, 1)
    assert [place.sticker_id for place in given_away] == [0, 4, 1, 2, 3, 5]
    given = given_away[1]
    assert (given.reason, given.score, given.team) == (Reason.EXPLORING, 2, None)  # no ranking's pick any more
    assert [(place.score, place.team) for place in given_away[2:]] == [(score, Team.RIVAL) for score in (5, 4, 3, 1)]


def test_the_first_places_are_never_given_away():
    assert (FIRST_PLACE, LAST_PLACE) == (4, 9)


@given(size=st.integers(51, 100), below=st.integers(0, 49), place=st.integers(0, 49))
def test_everybody_keeps_one_place_and_the_others_their_order(size, below, place):
    given_id = min(50 + below, size - 1)
    ids = [ranked.sticker_id for ranked in give_place(ranking(size), given_id, place)]
    assert ids.pop(place) == given_id
    assert ids == [number for number in range(size) if number != given_id]


@pytest.mark.parametrize(("sticker_id", "place"), [(99, 0), (99, 1), (1, 1), (1, 3), (3, -1)])
def test_a_sticker_is_only_moved_up(sticker_id, place):
    with pytest.raises(ValueError, match="moved up"):
        give_place(ranking(6), sticker_id, place)
