"""What style costs people who have none: nothing, if they are recognised."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.evaluation.pairs import Pair
from persrv.evaluation.scoring import MAIN, score

DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Spared:
    """People without a style, with style against the order without.

    :param changed: Pairs whose ranking is another.
    :param gain: In M-MRR@20, the mean over a person's pairs, then over people.
    :param low: 95 of 100 draws of each person's pairs have the gain between this and `high`.
    """

    people: int
    pairs: int
    changed: int
    gain: float
    low: float
    high: float


def spared(
    people: Collection[str],
    pairs: Sequence[Pair],
    served: Sequence[Sequence[str]],
    plain: Sequence[Sequence[str]],
    *,
    seed: int,
) -> Spared | None:
    """Compare the rankings of some people; None where they asked nothing.

    :param served: Docids, best first, for each pair.
    :param plain: The same without style.
    """
    mine = [place for place, pair in enumerate(pairs) if pair.user in people]
    if not mine:
        return None
    asked = [pairs[place] for place in mine]
    one, other = (score([rankings[place] for place in mine], asked).values[MAIN] for rankings in (served, plain))
    gains: dict[str, list[float]] = {}
    for pair, gain in zip(asked, (one - other).tolist(), strict=True):
        gains.setdefault(pair.user, []).append(gain)
    drawn = _drawn([np.array(each) for each in gains.values()], np.random.default_rng(seed))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Spared(
        people=len(gains),
        pairs=len(mine),
        changed=sum(list(served[place]) != list(plain[place]) for place in mine),
        gain=statistics.fmean(statistics.fmean(each) for each in gains.values()),
        low=float(low),
        high=float(high),
    )


def _drawn(gains: Sequence[NDArray[np.float64]], rng: np.random.Generator) -> NDArray[np.float64]:
    """Means by person with each one's pairs drawn anew, shape (DRAWS,).

    The people are not drawn: they are few, and all of their kind that the data has.
    """
    means = [each[rng.integers(0, len(each), (DRAWS, len(each)))].mean(axis=1) for each in gains]
    return np.asarray(np.mean(means, axis=0))
