"""What the tests of the table of impacts ask, with and without one."""

from __future__ import annotations

import random

import numpy as np

from persrv.adapters.search.impact_building import build
from persrv.errors import SearchIndexError

WORDS = [
    "happy",
    "sad",
    "cat",
    "dog",
    "开心",
    "心",
    "想哭",
    "哭",
    "加油",
    "晚安",
    "ok",
    "lol",
    "👍",
    "2024",
    "hi",
    "new",
]
NEVER = 10**9


def nobody(directory, stopped):
    """Builds nothing: the test does."""
    raise SearchIndexError("not here")


def here(directory, stopped):
    """Builds in this process."""
    build(directory)


def lookup(seed):
    values = np.random.default_rng(seed).choice([0.0, 0.0, 0.25, 1.5], 10_000)
    return lambda ids: values[ids]


def answers(index, weights, *, queries=40, limits=(1, 7, 100)):
    rng = random.Random(5)
    asked = [rng.sample(WORDS, rng.randint(1, 6)) for _ in range(queries)]
    utility = lookup(1)
    return [
        index.search(query, weights=weights, limit=limit, utility=utility if number % 2 else None)
        for number, query in enumerate(asked)
        for limit in limits
    ]


def same(tabled, plain, weights):
    tabled.count()  # looks whether there is a new table
    assert tabled._served is not None, "the postings served, so nothing was compared"
    assert plain._served is None
    return tabled.count() == plain.count() and answers(tabled, weights) == answers(plain, weights)
