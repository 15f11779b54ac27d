"""Groups of pairs that behave differently: who is new, what was never asked, what is asked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.dataset import Interaction
from persrv.evaluation.pairs import Pair
from persrv.evaluation.scoring import TABLE_METRICS, Scores, score
from persrv.text import normalise

COLD: Final = 20
"""A user with fewer rows in train is cold."""


@dataclass(frozen=True, slots=True)
class StratumResult:
    """A system's figures on a group of pairs.

    :param metrics: By user, as in the main table; empty where the group is.
    """

    pairs: int
    users: int
    metrics: dict[str, float]
    metrics_micro: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Which pairs are in which group.

    :param places: Group -> places of its pairs, int64.
    :param chosen: For each pair, what its user chose for its query in train.
    """

    places: dict[str, NDArray[np.int64]]
    chosen: tuple[frozenset[str], ...]


def strata_of(pairs: Sequence[Pair], train: Sequence[Interaction]) -> Strata:
    """Group the pairs by what train says of their user and query; queries are compared as the bot normalises them.

    - `cold-users`, `warm-users`: fewer than `COLD` rows of the user in train, or not.
    - `unseen-queries`, `seen-queries`: nobody asked this in train, or somebody did.
    - `repeated-pairs`: this user asked this in train.
    """
    rows = Counter(click.uid for click in train)
    asked: set[str] = set()
    chosen: dict[tuple[str, str], set[str]] = {}
    for click in train:
        query = normalise(click.query)
        asked.add(query)
        chosen.setdefault((click.uid, query), set()).add(click.docid)
    queries = [normalise(pair.query) for pair in pairs]
    cold = np.array([rows[pair.user] < COLD for pair in pairs], dtype=np.bool_)
    seen = np.array([query in asked for query in queries], dtype=np.bool_)
    repeated = np.array([(pair.user, query) in chosen for pair, query in zip(pairs, queries, strict=True)], np.bool_)
    groups = {
        "cold-users": cold,
        "warm-users": ~cold,
        "unseen-queries": ~seen,
        "seen-queries": seen,
        "repeated-pairs": repeated,
    }
    return Strata(
        {name: np.flatnonzero(inside).astype(np.int64) for name, inside in groups.items()},
        tuple(frozenset(chosen.get((pair.user, query), ())) for pair, query in zip(pairs, queries, strict=True)),
    )


def by_stratum(
    strata: Strata, pairs: Sequence[Pair], rankings: Sequence[Sequence[str]], scores: Scores
) -> dict[str, StratumResult]:
    """A system's figures on every group, and on `residual`.

    `residual` takes out of each ranking, and out of what is relevant, the stickers that the user chose for this very
    query in train, and leaves out pairs of which nothing relevant remains: what is new to them, without the effect of
    ranking first what a deduplicated log can never repeat.
    """
    found = {name: _result(scores.at(places)) for name, places in strata.places.items()}
    rest = [
        (Pair(pair.user, pair.query, pair.relevant - chosen), [docid for docid in ranking if docid not in chosen])
        for pair, ranking, chosen in zip(pairs, rankings, strata.chosen, strict=True)
        if pair.relevant - chosen
    ]
    found["residual"] = _result(score([ranking for _, ranking in rest], [pair for pair, _ in rest]))
    return found


def _result(scores: Scores) -> StratumResult:
    if not len(scores):
        return StratumResult(0, 0, {}, {})
    return StratumResult(
        len(scores), len(set(scores.users)), scores.by_user(TABLE_METRICS), scores.micro(TABLE_METRICS)
    )
