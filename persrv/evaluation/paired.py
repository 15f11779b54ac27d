"""Whether one system is better than another, or was lucky: by pairs, and by users drawn anew."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persrv.evaluation.means import user_means


@dataclass(frozen=True, slots=True)
class PairedTest:
    """A paired t-test of two systems on the same (user, query) pairs.

    :param difference: Mean of one minus other.
    :param p: Two-sided: how often luck alone would give such a difference or a larger one; 1 where no pair differs.
    :param wins: Pairs on which the one system is better.
    """

    difference: float
    p: float
    n: int
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, slots=True)
class Interval:
    """95 of 100 resamples of the users had their difference between these."""

    low: float
    high: float


def paired_t_test(one: NDArray[np.float64], other: NDArray[np.float64]) -> PairedTest:
    """Compare pair by pair (Student 1908; the test is `scipy.stats.ttest_rel`).

    :param one: A metric of each pair, shape (pairs,).
    :param other: The same metric of the other system, same pairs, same order.
    :raises ValueError: the lengths differ, or there are fewer than two pairs.
    """
    if one.shape != other.shape or one.ndim != 1 or len(one) < 2:
        raise ValueError("a paired test wants two systems on the same pairs, at least two of them")
    differences = one - other
    if not differences.any():
        p = 1.0
    elif np.ptp(differences) == 0.0:
        p = 0.0  # the same difference on every pair: no variance, so no luck in it
    else:
        from scipy.stats import ttest_rel  # type: ignore[import-untyped, unused-ignore]

        p = float(ttest_rel(one, other).pvalue)
    return PairedTest(
        float(differences.mean()),
        p,
        len(differences),
        int((differences > 0).sum()),
        int((differences == 0).sum()),
        int((differences < 0).sum()),
    )


def bootstrap_by_user(
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    users: Sequence[Hashable],
    *,
    seed: int,
    draws: int = 2_000,
) -> Interval:
    """Draw users anew, with all their pairs: what the difference of the means by user could have been.

    Pairs of one user are alike, so that a test on pairs alone is too sure of itself.

    :raises ValueError: the lengths differ, or there is no pair.
    """
    of_users = user_means(one - other, users)
    rng = np.random.default_rng(seed)
    drawn = of_users[rng.integers(0, len(of_users), (draws, len(of_users)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(float(low), float(high))
