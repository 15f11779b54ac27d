"""Which of two rankings people choose from more often (Radlinski, Kurup and Joachims 2008: team-draft interleaving).

Both rankings pick their stickers in turn for one answer, like captains who draft teams; a choice counts for the
ranking whose pick it was. Whoever looks at the answer cannot tell them apart, and both stand equally high.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from persrv.domain.suggestions import Ranked
from persrv.domain.trials import Compared, Comparison, Credits, Team, Wins


@dataclass(frozen=True, slots=True)
class Pick:
    """One place of an interleaved answer.

    :param team: Whose pick it is; None where it says nothing of either ranking.
    """

    sticker_id: int
    team: Team | None


def team_draft(serving: Sequence[int], rival: Sequence[int], seed: int) -> tuple[Pick, ...]:
    """Mix two rankings: whose team is smaller picks its best sticker that has no place yet; of equals, a coin says who.

    Places belong to nobody where they say nothing: at the top as long as both rankings agree, and at the end once one
    of them has no sticker left to pick. In between, in each beginning of the answer, no team has two picks more than
    the other.

    :param serving: Sticker ids, distinct, best first.
    :param rival: The same way; it may have others.
    :param seed: Of the coin: the same seed gives the same answer.
    :return: As many places as the longer ranking has.
    """
    agreed = _common_beginning(serving, rival)
    places = [Pick(sticker_id, None) for sticker_id in serving[:agreed]]
    placed: set[int] = set()
    coin = Random(seed)  # noqa: S311 (a draw of lots, not a secret)
    waiting = {Team.SERVING: deque(serving[agreed:]), Team.RIVAL: deque(rival[agreed:])}
    ahead = 0  # by how many picks the serving ranking is
    while all(waiting.values()):
        serving_picks = coin.random() < 0.5 if ahead == 0 else ahead < 0
        team = Team.SERVING if serving_picks else Team.RIVAL
        ahead += 1 if serving_picks else -1
        sticker_id = waiting[team][0]
        places.append(Pick(sticker_id, team))
        placed.add(sticker_id)
        for ranking in waiting.values():
            while ranking and ranking[0] in placed:
                ranking.popleft()
    rest = [sticker_id for ranking in waiting.values() for sticker_id in ranking if sticker_id not in placed]
    places += [Pick(sticker_id, None) for sticker_id in rest]
    return tuple(places[: max(len(serving), len(rival))])


def interleave(serving: Sequence[Ranked], rival: Sequence[Ranked], seed: int) -> tuple[Ranked, ...]:
    """`team_draft` of rankings with their scores: each place says whose pick it is, with the scores of that ranking."""
    picks = team_draft([ranked.sticker_id for ranked in serving], [ranked.sticker_id for ranked in rival], seed)
    mine = {ranked.sticker_id: ranked for ranked in serving}
    theirs = {ranked.sticker_id: ranked for ranked in rival}
    by_team = {Team.SERVING: mine, Team.RIVAL: theirs, None: theirs | mine}
    return tuple(replace(by_team[pick.team][pick.sticker_id], team=pick.team) for pick in picks)


def winner(credits: Credits) -> Team | None:
    """Which ranking a person's choices for a query speak for: whose picks they chose more of; None for a tie."""
    if credits.serving == credits.rival:
        return None
    return Team.SERVING if credits.serving > credits.rival else Team.RIVAL


def compare(compared: Compared, answers: int, credits: Sequence[Credits]) -> Comparison:
    """The result of a comparison.

    :param credits: One for each query of each person, of these two rankings.
    """
    won = Counter(winner(each) for each in credits)
    wins = Wins(won[Team.SERVING], won[Team.RIVAL], won[None])
    total = Credits(
        compared,
        sum(each.serving for each in credits),
        sum(each.rival for each in credits),
        sum(each.neither for each in credits),
    )
    return Comparison(compared, answers, total, wins, sign_test(wins.serving, wins.rival))


def sign_test(one: int, other: int) -> float:
    """The exact two-sided sign test (Arbuthnott 1710): two times P(X <= min(one, other)), X ~ Binomial(n, 1/2).

    :param one: Wins of the one; ties are left out.
    :param other: Wins of the other.
    :return: 0 to 1; 1 where nobody has won yet.
    """
    from scipy.special import bdtr  # here: it takes a moment to load, and most answers need none of it

    fewer, n = min(one, other), one + other
    return 1.0 if 2 * fewer >= n else float(min(1.0, 2 * bdtr(fewer, n, 0.5)))


def _common_beginning(one: Sequence[int], other: Sequence[int]) -> int:
    """How many places at the top hold the same sticker in both."""
    for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return place
    return min(len(one), len(other))
