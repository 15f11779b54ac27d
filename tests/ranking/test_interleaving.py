"""Team-draft interleaving and the test of its wins, by hand and by properties; how long one may watch them."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import betaln
from scipy.stats import binom

from persrv.domain.suggestions import Scores, Told
from persrv.domain.trials import Compared, Credits, Team, Wins
from persrv.ranking.interleaving import always_valid_p, compare, interleave, team_draft
from persrv.ranking.order import as_ranked

S, R = Team.SERVING, Team.RIVAL

rankings = st.lists(st.integers(0, 30), unique=True, max_size=20)
seeds = st.integers(0, 2**64 - 1)


def drafted(serving, rival, seed=0):
    return [(pick.sticker_id, pick.team) for pick in team_draft(serving, rival, seed)]


def test_each_picks_its_best_that_is_not_placed_yet():
    # Either coin in both rounds: four possible drafts of these rankings, and no fifth.
    possible = {
        ((1, S), (2, R), (3, S), (4, R)),
        ((1, S), (2, R), (4, R), (3, S)),
        ((2, R), (1, S), (3, S), (4, R)),
        ((2, R), (1, S), (4, R), (3, S)),
    }
    assert {tuple(drafted([1, 2, 3, 4], [2, 1, 4, 3], seed)) for seed in range(100)} == possible


def test_where_both_agree_at_the_top_the_place_is_nobodys():
    for seed in range(20):
        first, second, *rest = drafted([5, 6, 1, 2], [5, 6, 2, 1], seed)
        assert (first, second) == ((5, None), (6, None))
        assert {team for _, team in rest} == {S, R}


def test_once_one_has_nothing_left_the_rest_is_nobodys():
    for seed in range(20):
        mixed = drafted([1, 2, 3, 4, 5], [2], seed)
        assert sorted(sticker for sticker, _ in mixed) == [1, 2, 3, 4, 5]
        assert [team for _, team in mixed[2:]] == [None, None, None]
    assert drafted([1, 2], []) == [(1, None), (2, None)]
    assert drafted([], [1, 2]) == [(1, None), (2, None)]
    assert drafted([], []) == []


@given(rankings, rankings, seeds)
def test_each_sticker_has_one_place_and_none_comes_from_elsewhere(serving, rival, seed):
    placed = [pick.sticker_id for pick in team_draft(serving, rival, seed)]
    assert len(placed) == len(set(placed)) == max(len(serving), len(rival))
    assert set(placed) <= set(serving) | set(rival)


@given(rankings, rankings, seeds)
def test_in_every_beginning_the_teams_differ_by_one_pick_at_most(serving, rival, seed):
    picks = team_draft(serving, rival, seed)
    for ahead in accumulate({S: 1, R: -1, None: 0}[pick.team] for pick in picks):
        assert abs(ahead) <= 1


@given(rankings, rankings, seeds)
def test_what_a_team_has_is_in_the_order_of_its_ranking(serving, rival, seed):
    picks = team_draft(serving, rival, seed)
    for team, ranking in ((S, serving), (R, rival)):
        places = [ranking.index(pick.sticker_id) for pick in picks if pick.team is team]
        assert places == sorted(places)


@given(rankings, rankings, seeds)
def test_the_same_seed_gives_the_same_answer(serving, rival, seed):
    assert team_draft(serving, rival, seed) == team_draft(serving, rival, seed)


@given(rankings, seeds)
def test_equal_rankings_stay_as_they_are_and_no_choice_counts_for_either(ranking, seed):
    picks = team_draft(ranking, ranking, seed)
    assert [pick.sticker_id for pick in picks] == ranking
    assert {pick.team for pick in picks} <= {None}


def scored(ids, most):
    stickers = np.array(ids)
    one = np.ones(len(ids))
    return as_ranked(stickers, Told(lambda: Scores(most - stickers, one, one, one, one)))


def test_each_place_has_the_scores_of_the_ranking_whose_pick_it_is():
    serving, rival = scored([1, 2, 3], 10), scored([1, 3, 4], 100)
    mixed = interleave(serving, rival, 0)
    assert [place.sticker_id for place in mixed[:1]] == [1]
    assert (mixed[0].team, mixed[0].score) == (None, 9)
    scores = {S: 10, R: 100}
    assert {place.team for place in mixed[1:]} == {S, R}
    assert all(place.score == scores[place.team] - place.sticker_id for place in mixed[1:])


def test_no_ranking_has_an_advantage_from_its_side_of_the_draft():
    """Rankings that differ in one swap: whoever chooses a sticker at random counts for both alike, in expectation."""
    credit = Counter()
    swapped = Counter()
    for seed in range(4000):
        credit.update(pick.team for pick in team_draft([1, 2, 3, 4], [2, 1, 3, 4], seed)[:1])
        swapped.update(pick.team for pick in team_draft([2, 1, 3, 4], [1, 2, 3, 4], seed)[:1])
    for counts in (credit, swapped):  # the first place is the coin's: 2000 of 4000, give or take 3 x 32
        assert abs(counts[S] - 2000) < 100


def chosen_teams(serving, rival, likes, times=3000):
    """Whose picks somebody chooses who looks from the top, gives up now and then, and takes what they like."""
    dice = Random(7)
    counts = Counter()
    for seed in range(times):
        for pick in team_draft(serving, rival, seed):
            if dice.random() < likes(pick.sticker_id):
                counts[pick.team] += 1
                break
            if dice.random() < 0.2:
                break
    return counts


def test_whoever_chooses_by_place_alone_prefers_neither_and_whoever_likes_a_sticker_prefers_who_ranks_it_higher():
    worse, better = list(range(20)), [7, *range(7), *range(8, 20)]
    by_place = chosen_teams(worse, better, lambda _: 0.3)
    assert always_valid_p(by_place[S], by_place[R]) > 0.05
    by_liking = chosen_teams(worse, better, lambda sticker: 0.9 if sticker == 7 else 0.1)
    assert by_liking[R] > by_liking[S]
    assert always_valid_p(by_liking[S], by_liking[R]) < 1e-6
    the_other_way_round = chosen_teams(better, worse, lambda sticker: 0.9 if sticker == 7 else 0.1)
    assert always_valid_p(the_other_way_round[S], the_other_way_round[R]) < 1e-6
    assert the_other_way_round[S] > the_other_way_round[R]


def test_the_first_choice_wins_and_a_person_who_chooses_often_has_one_vote_a_query():
    compared = Compared("one", "other")

    def credit(serving=0, rival=0, neither=0, first=None):
        return Credits(compared, serving, rival, neither, first)

    chosen = [credit(50, 0, 0, S), credit(0, 1, 0, R), credit(1, 2, 1, S), credit(0, 1, 0, R), credit(neither=3)]
    found = compare(compared, 40, chosen)
    assert (found.answers, found.credits) == (40, credit(51, 4, 4))
    assert found.wins == Wins(serving=2, rival=2, neither=1)
    even = compare(compared, 40, [*chosen, *[credit(0, 1, 0, R)] * 8])
    assert (even.wins, even.p) == (Wins(2, 10, 1), pytest.approx(13 * 66 / 4096))  # neither is left out


def test_without_a_choice_nothing_is_won():
    found = compare(Compared("one", "other"), 3, [])
    assert (found.wins, found.p) == (Wins(), 1.0)


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),  # 2 x 1 / 2
        (2, 0, 0.75),  # 3 x 1 / 4
        (6, 0, 7 / 64),
        (7, 0, 8 / 128),
        (8, 0, 9 / 256),  # the least that is below 0.05
        (8, 1, 90 / 512),  # 10 x 9 / 512
        (2, 10, 858 / 4096),  # 13 x 66 / 4096
        (3, 3, 1.0),  # 7 x 20 / 64
    ],
)
def test_p_by_hand(one, other, p):
    assert always_valid_p(one, other) == pytest.approx(p, abs=1e-12)


def test_many_wins_are_counted_without_losing_the_measure():
    for fewer in (35, 34):
        assert always_valid_p(100 - fewer, fewer) == pytest.approx(101 * binom.pmf(fewer, 100, 0.5))
    assert always_valid_p(66, 34) < 0.05 < always_valid_p(65, 35)
    assert always_valid_p(1_000_000, 1_000_000) == 1.0
    assert always_valid_p(1_000_000, 0) == 0.0


@given(st.integers(0, 400), st.integers(0, 400))
def test_one_over_p_is_the_evidence_of_coins_of_every_bias_weighted_alike_and_knows_no_side(one, other):
    found = always_valid_p(one, other)
    assert found == always_valid_p(other, one)
    log_evidence = betaln(one + 1, other + 1) + (one + other) * np.log(2)
    assert found == pytest.approx(min(1.0, np.exp(-log_evidence)), rel=1e-9)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_next_toss_of_a_fair_coin_is_expected_to_change_nothing(one, other):
    """Ville's inequality needs a martingale: the evidence now is the mean of both that may come."""
    now, heads, tails = (always_valid_p(*wins) for wins in ((one, other), (one + 1, other), (one, other + 1)))
    assume(max(now, heads, tails) < 1.0)  # p stops at 1, the evidence goes on falling
    assert 1 / now == pytest.approx((1 / heads + 1 / tails) / 2, rel=1e-9)


def test_who_looks_after_every_win_and_stops_at_the_first_low_p_is_seldom_fooled_and_was_by_the_always_valid_p():
    """2,000 comparisons of rankings that are equally good, each looked at 300 times."""
    looks, alpha = 300, 0.05
    wins = np.random.default_rng(11).integers(0, 2, size=(2_000, looks)).cumsum(axis=1)
    tosses = np.arange(1, looks + 1)
    mine = np.array([[always_valid_p(one, n - one) if one <= n else 1.0 for one in range(looks + 1)] for n in tosses])
    fooled = (mine[tosses - 1, wins] < alpha).any(axis=1).mean()
    signs = np.minimum(1.0, 2 * binom.cdf(np.minimum(wins, tosses - wins), tosses, 0.5))
    fooled_by_the_sign_test = (signs < alpha).any(axis=1).mean()
    assert fooled <= alpha
    assert fooled_by_the_sign_test > 4 * alpha


def test_who_looks_after_every_win_finds_a_ranking_that_is_better():
    """60 of 100 prefer it: nearly all of 200 comparisons name it within 600 wins, and hardly one the other."""
    tosses = np.random.default_rng(12).random((200, 600)) < 0.6
    named = []
    for wins in tosses.cumsum(axis=1).tolist():
        low = (2 * one > n for n, one in enumerate(wins, 1) if always_valid_p(one, n - one) < 0.05)
        named.append(next(low, None))
    assert named.count(True) > 180
    assert named.count(False) <= 4
