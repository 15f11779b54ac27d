"""80/10/10: the training, validation and test parts of a log that does not come in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from persrv.domain.dataset import Interaction
from persrv.errors import DatasetInvalid

SHARES: Final = (0.8, 0.1, 0.1)
FEWEST: Final = 10
"""Distinct choices, of which a tenth is one."""
Parts = tuple[tuple[Interaction, ...], tuple[Interaction, ...], tuple[Interaction, ...]]


def split_by_seed(rows: Sequence[Interaction], seed: int) -> Parts:
    """Draw among the distinct (uid, query, docid); all repeats of one go where it goes. Rows keep their order.

    Which part a choice goes to depends on the set of distinct choices and the seed, not on the order of the file.

    :raises DatasetInvalid: there are too few.
    """
    triples = sorted({row.triple for row in rows})
    if len(triples) < FEWEST:
        raise DatasetInvalid(
            f"There are {len(triples)} distinct choices; to split them 80/10/10 takes at least {FEWEST}. Give more, or "
            "train.csv, valid.csv and test.csv of your own."
        )
    ends = np.rint(np.cumsum(SHARES) * len(triples)).astype(np.int64)
    drawn = np.random.default_rng(seed).permutation(len(triples))
    part_of = {
        triples[int(place)]: int(np.searchsorted(ends, position, side="right")) for position, place in enumerate(drawn)
    }
    parts: tuple[list[Interaction], ...] = ([], [], [])
    for row in rows:
        parts[part_of[row.triple]].append(row)
    return tuple(parts[0]), tuple(parts[1]), tuple(parts[2])


def split_by_time(rows: Sequence[Interaction]) -> Parts:
    """The first 80 % of the rows in time, the next 10 %, the last 10 %. Rows of one moment stay together.

    :raises DatasetInvalid: a row has no time, or there are too few different moments.
    """
    times = np.array([np.nan if row.ts is None else row.ts for row in rows], dtype=np.float64)
    if np.isnan(times).any() or not len(times):
        raise DatasetInvalid("A split by time wants a column ts, in Unix seconds, with a value in every row.")
    ordered = np.sort(times)
    first, second = (ordered[min(round(share * len(rows)), len(rows) - 1)] for share in np.cumsum(SHARES)[:2])
    train = tuple(row for row, time in zip(rows, times, strict=True) if time < first)
    valid = tuple(row for row, time in zip(rows, times, strict=True) if first <= time < second)
    test = tuple(row for row, time in zip(rows, times, strict=True) if time >= second)
    if not (train and valid and test):
        raise DatasetInvalid(
            "A split by time leaves a part empty: too many rows are of one moment. Split by seed instead."
        )
    return train, valid, test
