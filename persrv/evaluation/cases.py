"""Case studies (paper, section 5.4, figures 2 and 3): one query, with a module and without it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from persrv.domain.dataset import Interaction
from persrv.evaluation.metrics import hit_ranks, multi_mrr
from persrv.evaluation.pairs import Pair
from persrv.evaluation.running import Run

SHOWN: Final = 8
"""Stickers of a ranking that are shown."""
RISES: Final = 3
"""Cases of a module that show what it gains; one more shows what it costs."""
_AT: Final = 20


class Module(StrEnum):
    """What a case is about; the rows of the ablation without and with it."""

    PERSONALISATION = "personalisation"
    UTILITY = "utility"


ROWS: Final[Mapping[Module, tuple[str, str]]] = {
    Module.PERSONALISATION: ("4-utility", "5-personal"),
    Module.UTILITY: ("3-vlm", "4-utility"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One pair of the test part under two rankings.

    :param history: What the person chose most in train, at most `SHOWN`: what their style was learnt from.
    :param without, having: The best of each ranking, at most `SHOWN` docids.
    :param rank_without, rank_having: Of the first sticker that was chosen, from 1; None where it is not among 100.
    """

    module: Module
    user: str
    query: str
    chosen: frozenset[str]
    history: tuple[str, ...]
    without: tuple[str, ...]
    having: tuple[str, ...]
    rank_without: int | None
    rank_having: int | None

    @property
    def rises(self) -> bool:
        """Whether the module brought the chosen sticker up."""
        return (self.rank_having or 1_000) < (self.rank_without or 1_000)


def most_chosen(train: Sequence[Interaction]) -> Mapping[str, Sequence[str]]:
    """By person, the stickers that they chose, most often first; of equals the lower docid first."""
    chosen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in train:
        chosen[row.uid][row.docid] += 1
    return {
        user: [docid for docid, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        for user, counts in chosen.items()
    }


def pick_cases(
    pairs: Sequence[Pair], runs: Mapping[str, Run], history: Mapping[str, Sequence[str]]
) -> tuple[Case, ...]:
    """The pairs that a module changes most: `RISES` up, each of another person where there are several, and one down.

    Chosen by M-MRR@20, so they show what a module can do, not what it does on average: that is the ablation's.

    :param runs: By the key of the ablation's row; a module without its two rows has no case.
    :param history: As `most_chosen`.
    """
    found: list[Case] = []
    for module, (without, having) in ROWS.items():
        if without not in runs or having not in runs:
            continue
        before, after = runs[without].docids(), runs[having].docids()
        gains = [_quality(new, pair) - _quality(old, pair) for pair, old, new in zip(pairs, before, after, strict=True)]
        order = sorted(range(len(pairs)), key=lambda place: (-gains[place], place))
        chosen = _of_different_people([place for place in order if gains[place] > 0], pairs)[:RISES]
        chosen += [place for place in order[-1:] if gains[place] < 0]
        found += [_case(module, pairs[place], before[place], after[place], history) for place in chosen]
    return tuple(found)


def _of_different_people(places: Sequence[int], pairs: Sequence[Pair]) -> list[int]:
    """The same places; each person's first ones before anybody's second."""
    seen: set[str] = set()
    first: list[int] = []
    later: list[int] = []
    for place in places:
        (later if pairs[place].user in seen else first).append(place)
        seen.add(pairs[place].user)
    return first + later


def _quality(ranking: Sequence[str], pair: Pair) -> float:
    return multi_mrr(hit_ranks(ranking, pair.relevant), _AT)


def _case(
    module: Module, pair: Pair, before: Sequence[str], after: Sequence[str], history: Mapping[str, Sequence[str]]
) -> Case:
    return Case(
        module,
        pair.user,
        pair.query,
        pair.relevant,
        tuple(history.get(pair.user, ()))[:SHOWN],
        tuple(before[:SHOWN]),
        tuple(after[:SHOWN]),
        _first(before, pair),
        _first(after, pair),
    )


def _first(ranking: Sequence[str], pair: Pair) -> int | None:
    ranks = hit_ranks(ranking, pair.relevant)
    return int(ranks[0]) if len(ranks) else None
