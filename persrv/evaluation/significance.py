"""Whether a system beats the best baseline, metric by metric (paper, table 4's asterisks)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from persrv.evaluation.paired import bootstrap_by_user, paired_t_test
from persrv.evaluation.scoring import MAIN, TABLE_METRICS, Scores

BASELINES: Final = ("global-pop", "user-pop", "bm25", "bm25-ocr", "blip2", "clip-cn", "srs")
FEWEST_PAIRS: Final = 2
"""One pair has no variance."""
TEST: Final = "paired t-test over (user, query) pairs, two-sided"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system against a baseline in one metric.

    :param difference: Mean over pairs of system minus baseline: what the test is about.
    :param by_user: The same between the means by user: what the table shows.
    :param low: 95 of 100 draws of the users anew have `by_user` between this and `high`.
    """

    system: str
    baseline: str
    metric: str
    test: str
    p: float
    n: int
    difference: float
    win: int
    tie: int
    loss: int
    by_user: float
    low: float
    high: float


def best_baseline(scores: Mapping[str, Scores]) -> str | None:
    """The baseline with the highest `MAIN` by user; of equals the first of `BASELINES`; None where none ran."""
    ran = [name for name in BASELINES if name in scores]
    return max(ran, key=lambda name: scores[name].by_user([MAIN])[MAIN]) if ran else None


def compare(scores: Mapping[str, Scores], system: str, baseline: str, *, seed: int) -> tuple[Comparison, ...]:
    """All metrics of the table; empty where there are too few pairs to test."""
    one, other = scores[system], scores[baseline]
    if len(one) < FEWEST_PAIRS:
        return ()
    return tuple(_compared(one, other, system, baseline, metric, seed) for metric in TABLE_METRICS)


def _compared(one: Scores, other: Scores, system: str, baseline: str, metric: str, seed: int) -> Comparison:
    mine, theirs = one.values[metric], other.values[metric]
    test = paired_t_test(mine, theirs)
    interval = bootstrap_by_user(mine, theirs, one.users, seed=seed)
    by_user = one.by_user([metric])[metric] - other.by_user([metric])[metric]
    return Comparison(
        system,
        baseline,
        metric,
        TEST,
        test.p,
        test.n,
        test.difference,
        test.wins,
        test.ties,
        test.losses,
        by_user,
        interval.low,
        interval.high,
    )
