"""persrv-plus: one score out of named parts. What of it is the paper's: the words' part and utility.

    base(s)  = lexical x W(s) + meaning x M(s) + texts x T(s) + memory x m(s)
    t(s)     = base(s) + diffusion x sum over neighbours n of cos(s, n) x base(n)
    score(s) = t(s) x exp(style x gate x share(s))

W is the paper's recall (equation 6) relative to the best sticker's; M, T (`persrv.recall.meaning`), m
(`persrv.ranking.memory`), the neighbours (`persrv.recall.diffusion`) and the share (`persrv.preference.share`) say
themselves where they are from. Each weight is from 0 up; 0 switches the stage off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.errors import ConfigurationError
from persrv.recall.diffusion import diffuse
from persrv.recall.meaning import NOTHING, Found


@dataclass(frozen=True, slots=True)
class PlusWeights:
    """How much each part counts. The first four are shares of one and are scaled to sum to it.

    Fitted on the validation part of stickerbench by `benchmarks/results.py` (docs/results.md).

    :raises ConfigurationError: one is negative or not a number, or the first four are all 0; names every such one.
    """

    lexical: float = 0.6
    """The words of the query, on the sticker or in what it was chosen for: the paper's recall."""
    meaning: float = 0.3
    """What was chosen for queries of like meaning."""
    texts: float = 0.1
    """What the sticker says itself, by meaning."""
    memory: float = 0.05
    """What this person chose for this query. Small: no log of simulated people can tell how large it should be."""
    diffusion: float = 0.8
    """How much a sticker lends to those chosen for the same queries."""
    style: float = 0.8
    """How much a person's styles count; FACTS found 1.5 on other data."""

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


PARTS: Final = ("lexical", "meaning", "texts", "memory")


@dataclass(frozen=True, slots=True)
class PlusScore:
    """One place, and every part of its score.

    :param parts: By name, already weighted; with `lent` they sum to `recall`.
    :param lent: What diffusion added.
    :param preference: gate x share of the person's styles; 0 for nobody in particular.
    :param factor: What it multiplies recall by.
    """

    sticker_id: int
    parts: Mapping[str, float]
    lent: float
    preference: float
    factor: float

    @property
    def recall(self) -> float:
        """Everything but the person's style."""
        return sum(self.parts.values()) + self.lent

    @property
    def score(self) -> float:
        """What the order is by."""
        return self.recall * self.factor


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The candidates of a query, before anybody's style.

    :param ids: Distinct, rising, int64, shape (n,).
    :param parts: Weighted, by the order of `PARTS`, shape (n, 4).
    :param lent: What diffusion added, shape (n,).
    """

    ids: NDArray[np.int64]
    parts: NDArray[np.float64]
    lent: NDArray[np.float64]

    @property
    def recall(self) -> NDArray[np.float64]:
        """Shape (n,)."""
        return np.asarray(self.parts.sum(axis=1) + self.lent)


def pool(found: Mapping[str, Found], lent: sparse.csr_array | None, weights: PlusWeights) -> Pool:
    """Bring the parts together and let diffusion lend.

    :param found: Of each of `PARTS` what it found, scores from 0 to 1; a part that is missing found nothing.
    :param lent: `persrv.recall.diffusion.lends`; None: nobody lends.
    """
    shares = weights.shares
    used = {name: found.get(name, NOTHING) for name in PARTS if shares[name] > 0}
    ids = np.unique(np.concatenate([each[0] for each in used.values()] or [NOTHING[0]]))
    parts = np.zeros((len(ids), len(PARTS)))
    for name, (some, scores) in used.items():
        parts[np.searchsorted(ids, some), PARTS.index(name)] = shares[name] * scores
    base = parts.sum(axis=1)
    if lent is None or not weights.diffusion:
        return Pool(ids, parts, np.zeros(len(ids)))
    everybody, total = diffuse((ids, base), lent, weights.diffusion)
    places = np.searchsorted(everybody, ids)
    wide = np.zeros((len(everybody), len(PARTS)))
    wide[places] = parts
    added = total.copy()
    added[places] -= base
    return Pool(everybody, wide, np.maximum(added, 0.0))


def rank_plus(pooled: Pool, preference: NDArray[np.float64], *, style: float, limit: int) -> tuple[PlusScore, ...]:
    """The best by score, falling; equal scores: the lower sticker id first.

    :param preference: gate x share of each candidate, finite, shape (n,).
    :param style: The weight of it.
    :raises ValueError: the lengths differ or a preference is not finite.
    """
    if preference.shape != pooled.ids.shape or not np.isfinite(preference).all():
        raise ValueError(f"{len(pooled.ids)} candidates want as many finite preferences")
    factors = np.exp(style * preference)
    scores = pooled.recall * factors
    order = np.lexsort((pooled.ids, -scores))[: max(limit, 0)]
    return tuple(
        PlusScore(
            int(pooled.ids[place]),
            MappingProxyType(dict(zip(PARTS, pooled.parts[place].tolist(), strict=True))),
            float(pooled.lent[place]),
            float(preference[place]),
            float(factors[place]),
        )
        for place in order
    )
