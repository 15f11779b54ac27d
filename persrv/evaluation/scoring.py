"""Every metric of every pair, for one system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.evaluation.means import means
from persrv.evaluation.metrics import hit_ranks, hit_rate, mrr, multi_mrr, recall
from persrv.evaluation.pairs import Pair

KS: Final = (1, 5, 10, 20)
TABLE_METRICS: Final = tuple(f"{name}@{k}" for k in KS for name in ("M-MRR", "R"))
"""Those of the paper's table 4, in its order."""
OTHER_METRICS: Final = tuple(f"{name}@{k}" for k in KS for name in ("MRR", "HitRate"))
MAIN: Final = "M-MRR@20"
"""What is tuned for, and what the best baseline is the best in."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One system's metrics, pair by pair.

    :param users: Whose pair each is.
    :param values: Metric -> float64, shape (pairs,).
    """

    users: tuple[str, ...]
    values: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.users)

    def at(self, places: NDArray[np.int64]) -> Scores:
        """Some of the pairs."""
        return Scores(
            tuple(self.users[place] for place in places.tolist()),
            {metric: values[places] for metric, values in self.values.items()},
        )

    def by_user(self, metrics: Sequence[str] = TABLE_METRICS) -> dict[str, float]:
        """Means over a user's pairs, then over users: the paper's."""
        return {metric: means(self.values[metric], self.users).by_user for metric in metrics}

    def micro(self, metrics: Sequence[str] = TABLE_METRICS) -> dict[str, float]:
        """Means over all pairs."""
        return {metric: means(self.values[metric], self.users).micro for metric in metrics}


def score(rankings: Sequence[Sequence[str]], pairs: Sequence[Pair]) -> Scores:
    """Compare rankings with what was chosen.

    :param rankings: Docids, best first, for each pair.
    """
    values = {metric: np.zeros(len(pairs), dtype=np.float64) for metric in (*TABLE_METRICS, *OTHER_METRICS)}
    for place, (ranking, pair) in enumerate(zip(rankings, pairs, strict=True)):
        ranks = hit_ranks(ranking, pair.relevant)
        for k in KS:
            values[f"M-MRR@{k}"][place] = multi_mrr(ranks, k)
            values[f"R@{k}"][place] = recall(ranks, k, len(pair.relevant))
            values[f"MRR@{k}"][place] = mrr(ranks, k)
            values[f"HitRate@{k}"][place] = hit_rate(ranks, k)
    return Scores(tuple(pair.user for pair in pairs), values)
