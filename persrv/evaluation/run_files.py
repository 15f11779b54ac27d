"""Run files: `uid<TAB>query<TAB>rank<TAB>docid<TAB>score`, from which anyone can recompute every figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from persrv.evaluation.pairs import Pair
from persrv.evaluation.systems import Ranking


def run_lines(pairs: Sequence[Pair], rankings: Sequence[Ranking]) -> Iterator[str]:
    """The lines, each with its line break. Scores in full: read back, they are the same float64 and fall strictly."""
    for pair, ranking in zip(pairs, rankings, strict=True):
        for rank, (docid, score) in enumerate(ranking, 1):
            yield f"{pair.user}\t{pair.query}\t{rank}\t{docid}\t{score!r}\n"


def read_run(lines: Iterable[str]) -> dict[tuple[str, str], Ranking]:
    """(uid, query) -> ranking. A pair of which nothing was found has no line.

    :raises ValueError: a line is not of this form, ranks do not count from 1, or scores do not fall.
    """
    rankings: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for number, line in enumerate(lines, 1):
        try:
            user, query, rank, docid, score = line.rstrip("\n").split("\t")
            place = (docid, float(score))
            found = rankings[user, query]
            if int(rank) != len(found) + 1 or (found and not place[1] < found[-1][1]):
                raise ValueError("ranks count from 1 and scores fall")
        except ValueError as error:
            raise ValueError(f"line {number} of a run file is wrong: {error}") from error
        found.append(place)
    return dict(rankings)
