"""persrv-plus: one score out of named parts. What of it is the paper's: the words' part and utility.

    score(s) = t(s) x exp(style x gate x share(s)) x (1 + own packs x o(s))

o is 1 for a sticker of the person's own packs where they prefer those, else 0. t is what recall pooled
(`persrv.recall.pool`), the share and the gate are `persrv.preference.share`. Each weight is from 0 up; 0 switches the
stage off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import Pool
from persrv.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class PlusWeights:
    """How much each part counts (`persrv.recall.pool`). The first four are shares of one and are scaled to sum to it.

    Chosen as a compromise between what `benchmarks/quality` finds best on its data sets (docs/results.md).

    :raises ConfigurationError: one is negative or not a number, or the first four are all 0; names every such one.
    """

    lexical: float = 0.6
    """The words of the query, on the sticker or in what it was chosen for: the paper's recall."""
    meaning: float = 0.3
    """What was chosen for queries of like meaning."""
    texts: float = 0.2
    """What the sticker says itself, by meaning."""
    memory: float = 0.05
    """What this person chose for this query. Small: no log of simulated people can tell how large it should be."""
    choices: float = 0.5
    """What each choice for this very query counts, where the best of the four above counts 1: with 2 choices for one
    sticker it is as good as the best that is expected."""
    diffusion: float = 1.0
    """How much the scores of stickers that are the same thing count, where a sticker's own counts 1."""
    style: float = 1.0
    """How much a person's styles count, as it is: on data of another kind 1.5 was best."""

    def __post_init__(self) -> None:
        problems = [
            f"{field.name} of persrv-plus is {value}; it must be a finite number of at least 0"
            for field in fields(self)
            if not (math.isfinite(value := getattr(self, field.name)) and value >= 0)
        ]
        if not problems and not any(self.shares.values()):
            problems = ["lexical, meaning, texts and memory of persrv-plus are all 0: nothing would be found"]
        if problems:
            raise ConfigurationError(problems)

    @property
    def shares(self) -> Mapping[str, float]:
        """The first four, summing to 1."""
        parts = {"lexical": self.lexical, "meaning": self.meaning, "texts": self.texts, "memory": self.memory}
        total = sum(parts.values())
        return MappingProxyType({name: value / total if total else 0.0 for name, value in parts.items()})


@dataclass(frozen=True, slots=True, eq=False)
class PlusRanking:
    """A ranking and every part of its scores, in its order.

    :param ids: Int64, shape (n,).
    :param parts: Weighted, by the order of `PARTS`; with `lent` they sum to recall; shape (n, 5).
    :param lent: What diffusion added, shape (n,).
    :param preference: gate x share of the person's styles; 0 for nobody in particular; shape (n,).
    :param factors: What that and the person's own packs multiply recall by, shape (n,).
    :param own_packs: What of it is for being of an own pack, shape (n,).
    """

    ids: NDArray[np.int64]
    parts: NDArray[np.float64]
    lent: NDArray[np.float64]
    preference: NDArray[np.float64]
    factors: NDArray[np.float64]
    own_packs: NDArray[np.float64]

    @property
    def scores(self) -> NDArray[np.float64]:
        """What the order is by, shape (n,)."""
        return np.asarray((self.parts.sum(axis=1) + self.lent) * self.factors)


def rank_plus(
    pooled: Pool,
    preference: NDArray[np.float64],
    *,
    style: float,
    limit: int,
    own_packs: NDArray[np.float64] | None = None,
) -> PlusRanking:
    """The best by score, falling; equal scores: the lower sticker id first.

    :param preference: gate x share of each candidate, finite, shape (n,).
    :param style: The weight of it.
    :param own_packs: What each is multiplied by for being of an own pack or not, above 0; None for a 1 each.
    :raises ValueError: the lengths differ or a preference is not finite.
    """
    own = np.ones(len(pooled.ids)) if own_packs is None else own_packs
    order = order_plus(pooled, preference, style=style, limit=limit, own_packs=own)
    factors = np.exp(style * preference) * own
    return PlusRanking(
        pooled.ids[order],
        pooled.parts[order],
        pooled.lent[order],
        preference[order],
        factors[order],
        own[order],
    )


def order_plus(
    pooled: Pool,
    preference: NDArray[np.float64],
    *,
    style: float,
    limit: int,
    own_packs: NDArray[np.float64] | None = None,
) -> NDArray[np.intp]:
    """The order of `rank_plus` alone: places in the pool, best first.

    :raises ValueError: as `rank_plus`.
    """
    if preference.shape != pooled.ids.shape or not np.isfinite(preference).all():
        raise ValueError(f"{len(pooled.ids)} candidates want as many finite preferences")
    scores = pooled.recall * np.exp(style * preference)
    if own_packs is not None:
        scores = scores * own_packs
    return np.asarray(np.lexsort((pooled.ids, -scores)))[: max(limit, 0)]
