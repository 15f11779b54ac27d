"""How much each of the three counts adds to a sticker's utility."""

from __future__ import annotations

import math
from dataclasses import dataclass

from persrv.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class UtilityWeights:
    """The vector w and the constant `base` of the paper's equations 4 and 5.

    The paper found its w on a grid and does not print it. With ours, utility is at most 3 beside a best match in
    BM25 of about 13 (stickerbench), so that it decides between stickers that fit about as well. On the validation
    part there more is a little better (docs/style-preference.md), but there nobody chooses what they are shown: in
    a live bot what is popular is shown, and becomes more popular for that.

    :raises ConfigurationError: a weight is negative or not a number, or base is not in [0, 1); names every one.
    """

    popularity: float = 1.0
    """Of how often it was clicked (equation 1). Ours; the three are alike, as none alone does better than all."""
    users: float = 1.0
    """Of how many people clicked it (equation 2)."""
    queries: float = 1.0
    """Of how many queries led to a click on it (equation 3)."""
    base: float = 0.1
    """What stands for a count of 0 (equation 4). Ours: below 1, or no click would be worth more than one."""

    def __post_init__(self) -> None:
        problems = [
            f"the utility weight of {name} is {weight}; it must be a finite number of at least 0"
            for name, weight in (("popularity", self.popularity), ("users", self.users), ("queries", self.queries))
            if not (math.isfinite(weight) and weight >= 0)
        ]
        if not 0 <= self.base < 1:
            problems.append(
                f"the base of utility is {self.base}; it must be at least 0 and below 1, less than one click"
            )
        if problems:
            raise ConfigurationError(problems)
