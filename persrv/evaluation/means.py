"""From one number a (user, query) pair to one number a system (paper, section 4.2)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Means:
    """The means of one metric.

    :param by_user: The mean over a user's queries, then over users: everybody counts the same. The paper's.
    :param micro: The mean over all pairs: who asks more counts more.
    """

    by_user: float
    micro: float


def means(values: NDArray[np.float64], users: Sequence[Hashable]) -> Means:
    """Both means.

    :param values: One for each (user, query) pair, shape (pairs,).
    :param users: Whose pair it is, as many.
    :raises ValueError: the lengths differ, or there is no pair.
    """
    return Means(float(user_means(values, users).mean()), float(values.mean()))


def user_means(values: NDArray[np.float64], users: Sequence[Hashable]) -> NDArray[np.float64]:
    """The mean of each user, in the order in which they first come, shape (users,).

    :raises ValueError: as `means` does.
    """
    if values.shape != (len(users),) or not len(users):
        raise ValueError(f"{values.shape} values and {len(users)} users: one each is wanted, and at least one")
    places: dict[Hashable, int] = {}
    rows = np.array([places.setdefault(user, len(places)) for user in users])
    return np.asarray(np.bincount(rows, weights=values) / np.bincount(rows))
