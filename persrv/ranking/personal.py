"""Personal ranking (paper, section 3.6.2, equations 6 and 10).

    Recall_q(s)  = Relevance + Utility                      (6)
    Score_u,q(s) = Recall_q(s) x (1 + alpha x Preference)   (10)

Preference is made of the cosines of `persrv.preference.preference`: what is near to a person's styles rises.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import RecalledStickers
from persrv.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """The settings of equation 10.

    :raises ConfigurationError: one is negative or not a number; names every such one.
    """

    alpha: float = 16.0
    """How much style counts beside recall. The authors' code has 0.3, far too little for a cosine. 16 does best on the
    validation part of stickerbench, with and without the emoji field (docs/style-preference.md)."""
    nearest: bool = False
    """True: only the nearest of a person's styles counts, as in the paper's equation 9 (8 is a better alpha then).
    Ours is False: each counts by its share of the person's use."""
    gate: float | None = None
    """A style counts within this many of its radii; None, for every sticker. The authors' code has a gate;
    without it the results are better (docs/style-preference.md)."""

    def __post_init__(self) -> None:
        problems = [
            f"{name} of personal ranking is {value}; it must be a finite number of at least 0"
            for name, value in (("alpha", self.alpha), ("gate", self.gate))
            if value is not None and not (math.isfinite(value) and value >= 0)
        ]
        if problems:
            raise ConfigurationError(problems)


@dataclass(frozen=True, slots=True, eq=False)
class PersonalRanking:
    """A personal ranking and every part of its scores, in its order.

    :param found: What recall found.
    :param preference: How well the style fits the person, as the paper's equation 9 made exact: 0 to 1; shape (n,).
    :param factors: What preference multiplies recall by; 1 for a person without history; shape (n,).
    """

    found: RecalledStickers
    preference: NDArray[np.float64]
    factors: NDArray[np.float64]

    @property
    def scores(self) -> NDArray[np.float64]:
        """Equation 10: recall x factor. What the order is by; shape (n,)."""
        return self.found.scores * self.factors

    def first(self, most: int) -> PersonalRanking:
        """The best of it."""
        return PersonalRanking(self.found[:most], self.preference[:most], self.factors[:most])


def rank_personally(recalled: RecalledStickers, preference: NDArray[np.float64], *, alpha: float) -> PersonalRanking:
    """Order by equation 10, falling; equal scores: the lower sticker id first.

    A person without history (preference 0 throughout) gets the recall order.

    :param recalled: What recall found, R at most, in any order.
    :param preference: Of each of them, at least 0 and finite, shape (recalled,).
    :param alpha: At least 0.
    :raises ValueError: the lengths differ, or a preference is negative or not finite.
    """
    return rank_by_factor(recalled, preference, 1.0 + alpha * preference)


def rank_by_factor(
    recalled: RecalledStickers, preference: NDArray[np.float64], factors: NDArray[np.float64]
) -> PersonalRanking:
    """Order by recall x factor, falling; equal scores: the lower sticker id first.

    :param preference: What each factor came from, for who asks why; finite, shape (recalled,).
    :param factors: Above 0 and finite, shape (recalled,).
    :raises ValueError: the lengths differ, or a number is out of its range.
    """
    if preference.shape != (len(recalled),):
        raise ValueError(f"{len(recalled)} stickers want as many preferences")
    if not np.isfinite(preference).all():
        raise ValueError("preferences must be finite")
    order = order_by_factor(recalled, factors)
    return PersonalRanking(recalled.some(order), preference[order], factors[order])


def order_by_factor(recalled: RecalledStickers, factors: NDArray[np.float64]) -> NDArray[np.intp]:
    """The order of `rank_by_factor` alone: places in `recalled`, best first.

    :raises ValueError: the lengths differ, or a factor is not above 0 and finite.
    """
    if factors.shape != (len(recalled),):
        raise ValueError(f"{len(recalled)} stickers want as many factors")
    if not (np.isfinite(factors).all() and (factors > 0).all()):
        raise ValueError("factors must be finite and above 0")
    return np.asarray(np.lexsort((recalled.ids, -(recalled.scores * factors))))
