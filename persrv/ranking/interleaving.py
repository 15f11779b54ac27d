"""Which of two rankings people choose from more often (Radlinski, Kurup and Joachims 2008: team-draft interleaving).

Both rankings pick their stickers in turn for one answer, like captains who draft teams; a choice counts for the
ranking whose pick it was. Whoever looks at the answer cannot tell them apart, and both stand equally high.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
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
    return tuple(by_team[pick.team][pick.sticker_id]._replace(team=pick.team) for pick in picks)


def compare(compared: Compared, answers: int, credits: Sequence[Credits]) -> Comparison:
    """The result of a comparison.

    :param credits: One for each query of each person, of these two rankings.
    """
    won = Counter(each.first for each in credits)
    wins = Wins(won[Team.SERVING], won[Team.RIVAL], won[None])
    total = Credits(
        compared,
        sum(each.serving for each in credits),
        sum(each.rival for each in credits),
        sum(each.neither for each in credits),
    )
    return Comparison(compared, answers, total, wins, always_valid_p(wins.serving, wins.rival))


def always_valid_p(one: int, other: int) -> float:
    """Whether a coin is fair, looked at as often as one likes: a p that is small only if it is not, whenever one stops.

        E = integral over q from 0 to 1 of q^w (1 - q)^l / (1/2)^n = 2^n / ((n + 1) x C(n, w)),    p = min(1, 1 / E)

    w and l are the wins of the one and of the other, n = w + l. E is how much better all coins together foretell the
    wins than the fair one does (Robbins 1970, with even weights). With a fair coin its expectation stays 1 from one
    win to the next, so that it ever reaches 1 / alpha in alpha of all comparisons at most (Ville 1939): p may be
    watched, and the comparison ended when it is low (Johari et al. 2017, "Peeking at A/B tests"). A p for a single
    look at a time that was fixed beforehand, like the sign test's, may not. The price: 8 : 0 for p < 0.05, not 6 : 0.

    :param one: Wins of the one: a win has to stay one, or the promise is void. Ties are left out.
    :param other: Wins of the other.
    :return: Above 0 (or 0 where a float holds nothing as small) to 1; 1 where nobody has won yet.
    """
    n = one + other
    ways = math.lgamma(n + 1) - (math.lgamma(one + 1) + math.lgamma(other + 1))  # log C(n, w)
    return min(1.0, math.exp(math.log1p(n) + ways - n * math.log(2)))


def _common_beginning(one: Sequence[int], other: Sequence[int]) -> int:
    """How many places at the top hold the same sticker in both."""
    for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return place
    return min(len(one), len(other))
