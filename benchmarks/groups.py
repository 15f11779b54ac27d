"""Who has a style and who has none, told by the packs that people choose from. It judges rankings; none sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

COLD = 20
"""People with fewer choices are cold: too few to tell."""
CHANCE = 0.01
"""Choices spread over the packs as unevenly as this rarely happens by chance are a style."""


@dataclass(frozen=True, slots=True)
class Groups:
    """People by what their choices say of their taste in packs."""

    with_style: frozenset[str]
    without: frozenset[str]
    cold: frozenset[str]


def group_people(chosen: Mapping[str, Counter[str]], sizes: Mapping[str, int]) -> Groups:
    """Chi-square of each person's choices over the packs, against the packs' sizes.

    :param chosen: Person -> pack -> how often they chose from it, repeats and all.
    :param sizes: Pack -> its stickers, at least 1; every pack that somebody chose from.
    """
    from scipy.stats import chisquare  # type: ignore[import-untyped]

    packs = sorted(sizes)
    share = np.array([sizes[pack] for pack in packs]) / sum(sizes.values())
    with_style, without, cold = set(), set(), set()
    for person, counts in chosen.items():
        observed = np.array([counts[pack] for pack in packs])
        if observed.sum() < COLD:
            cold.add(person)
        elif chisquare(observed, observed.sum() * share).pvalue < CHANCE:
            with_style.add(person)
        else:
            without.add(person)
    return Groups(frozenset(with_style), frozenset(without), frozenset(cold))
