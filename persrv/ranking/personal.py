"""Personal ranking (paper, section 3.6.2, equations 6 and 10).

    Recall_q(s)  = Relevance + Utility                      (6)
    Score_u,q(s) = Recall_q(s) x (1 + alpha x Preference)   (10)

Preference is made of the cosines of `persrv.preference.preference`: what is near to a person's styles rises.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from persrv.domain.semantics import SemanticField
from persrv.domain.suggestions import Recalled
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


@dataclass(frozen=True, slots=True)
class PersonalScore:
    """One place in a personal ranking, and every part of its score.

    :param by_field: BM25 by field, already weighted; sums to `relevance`.
    :param utility: Weighted utility, at least 0.
    :param preference: How well the style fits the person, as the paper's equation 9 made exact: 0 to 1.
    :param factor: What preference multiplies recall by; 1 for a person without history.
    """

    sticker_id: int
    relevance: float
    utility: float = 0.0
    preference: float = 0.0
    factor: float = 1.0
    by_field: Mapping[SemanticField, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def recall(self) -> float:
        """Equation 6: relevance + utility."""
        return self.relevance + self.utility

    @property
    def score(self) -> float:
        """Equation 10: recall x factor. What the order is by."""
        return self.recall * self.factor


def rank_personally(
    recalled: Sequence[Recalled], preference: NDArray[np.float64], *, alpha: float
) -> tuple[PersonalScore, ...]:
    """Order by equation 10, falling; equal scores: the lower sticker id first.

    A person without history (preference 0 throughout) gets the recall order.

    :param recalled: What recall found, R at most, in any order.
    :param preference: Of each of them, at least 0 and finite, shape (recalled,).
    :param alpha: At least 0.
    :raises ValueError: the lengths differ, or a preference is negative or not finite.
    """
    return rank_by_factor(recalled, preference, 1.0 + alpha * preference)


def rank_by_factor(
    recalled: Sequence[Recalled], preference: NDArray[np.float64], factors: NDArray[np.float64]
) -> tuple[PersonalScore, ...]:
    """Order by recall x factor, falling; equal scores: the lower sticker id first.

    :param preference: What each factor came from, for who asks why; finite, shape (recalled,).
    :param factors: Above 0 and finite, shape (recalled,).
    :raises ValueError: the lengths differ, or a number is out of its range.
    """
    if preference.shape != (len(recalled),):
        raise ValueError(f"{len(recalled)} stickers want as many preferences")
    if not np.isfinite(preference).all():
        raise ValueError("preferences must be finite")
    scores = [
        PersonalScore(found.sticker_id, found.relevance, found.utility, float(liked), float(factor), found.by_field)
        for found, liked, factor in zip(recalled, preference, factors, strict=True)
    ]
    return tuple(scores[place] for place in order_by_factor(recalled, factors).tolist())


def order_by_factor(recalled: Sequence[Recalled], factors: NDArray[np.float64]) -> NDArray[np.intp]:
    """The order of `rank_by_factor` alone: places in `recalled`, best first.

    :raises ValueError: the lengths differ, or a factor is not above 0 and finite.
    """
    if factors.shape != (len(recalled),):
        raise ValueError(f"{len(recalled)} stickers want as many factors")
    if not (np.isfinite(factors).all() and (factors > 0).all()):
        raise ValueError("factors must be finite and above 0")
    scores = np.array([found.score for found in recalled], dtype=np.float64) * factors
    ids = np.array([found.sticker_id for found in recalled], dtype=np.int64)
    return np.asarray(np.lexsort((ids, -scores)))
