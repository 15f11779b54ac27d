"""The questions that systems are asked: each person's each query, with the stickers that they chose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from persrv.domain.dataset import Interaction


@dataclass(frozen=True, slots=True)
class Pair:
    """A (user, query) pair.

    :param relevant: The distinct stickers that the user chose for the query, at least one.
    """

    user: str
    query: str
    relevant: frozenset[str]


def pairs_of(rows: Iterable[Interaction]) -> tuple[Pair, ...]:
    """The pairs of a part, sorted by user and query as they were typed."""
    relevant: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        relevant[row.uid, row.query].add(row.docid)
    return tuple(Pair(user, query, frozenset(found)) for (user, query), found in sorted(relevant.items()))
