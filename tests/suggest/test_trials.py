from datetime import UTC, datetime, timedelta

import pytest

from persrv.suggest.trials import NOTHING_DRAWN, Trials

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Rival:
    name = "rival"
    forgotten = 0

    def forget(self):
        self.forgotten += 1


def lots(trials, people=range(2000), query="笑", now=NOON):
    return [trials.draw(person, query, now) for person in people]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_a_rival_takes_part_in_its_share_of_the_answers(share):
    rival = Rival()
    drawn = lots(Trials(rival=rival, compare_share=share))
    compared = [lot for lot in drawn if lot.rival is rival]
    assert all(lot.rival is None for lot in drawn if lot not in compared)
    assert abs(len(compared) / 2000 - share) <= 0.03  # three standard deviations at most
    assert len({lot.seed for lot in compared}) == len(compared)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2])
def test_a_place_from_the_fifth_to_the_tenth_is_given_away_in_its_share_of_the_answers(share):
    drawn = lots(Trials(explore_share=share))
    places = [lot.place for lot in drawn if lot.place is not None]
    assert abs(len(places) / 2000 - share) <= 0.03
    assert set(places) == (set(range(4, 10)) if share else set())
    assert all(lot.rival is None for lot in drawn)


def test_the_two_lots_are_drawn_apart():
    drawn = lots(Trials(rival=Rival(), compare_share=0.5, explore_share=0.2))
    both = sum(lot.rival is not None and lot.place is not None for lot in drawn)
    assert abs(both / 2000 - 0.1) <= 0.03


def test_without_a_rival_nothing_is_drawn():
    assert Trials().draw(7, "笑", NOON) == NOTHING_DRAWN
    assert Trials(compare_share=1.0).draw(7, "笑", NOON) == NOTHING_DRAWN


def test_the_lot_of_a_persons_query_stays_for_a_day_and_is_drawn_anew_for_another():
    trials = Trials(rival=Rival(), compare_share=0.5)
    today = lots(trials)
    assert lots(trials, now=NOON + timedelta(hours=11)) == today
    for others in (
        lots(trials, now=NOON + timedelta(days=1)),
        lots(trials, query="哭"),
        lots(trials, range(2000, 4000)),
    ):
        same = sum(one.rival is other.rival for one, other in zip(today, others, strict=True))
        assert 900 < same < 1100  # as often as not


def test_half_a_surrogate_pair_is_a_query_like_any_other():
    assert Trials(rival=Rival(), compare_share=1.0).draw(7, "\ud83d", NOON).rival is not None


def test_a_rival_forgets_too_what_it_keeps_of_queries():
    rival = Rival()
    Trials(rival=rival).forget()
    Trials().forget()
    assert rival.forgotten == 1
