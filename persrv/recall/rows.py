"""Rows of sparse tables, touching only what they hold: a query must not cost what the catalogue costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.domain.candidates import NOTHING, Found


def places_of(
    indptr: NDArray[np.integer], rows: NDArray[np.int64], most: int | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the entries of some rows are.

    :param indptr: As of a CSR array, shape (all rows + 1,).
    :param most: Entries of each row at most, its first ones.
    :return: For each entry the place of its row in `rows`, and its place in the table; both of shape (entries,).
    """
    starts = indptr[rows].astype(np.int64)
    lengths = indptr[rows + 1].astype(np.int64) - starts
    if most is not None:
        lengths = np.minimum(lengths, most)
    owners = np.repeat(np.arange(len(rows), dtype=np.int64), lengths)
    within = np.arange(len(owners), dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return owners, starts[owners] + within


def distinct(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each once, rising. Of some hundred or thousand, a tenth of what `np.unique` takes, which hashes them first.

    :param ids: Shape (n,); not changed.
    """
    found = np.sort(ids)
    return found[_first_of_equals(found)]


def weighted_rows(table: sparse.csr_array, rows: NDArray[np.int64], weights: NDArray[np.float64]) -> Found:
    """Weights @ table[rows], as columns and values, without those that are 0.

    :param rows: Shape (n,).
    :param weights: Finite, of at least 0, shape (n,).
    """
    owners, places = places_of(table.indptr, rows)
    columns, sums = summed(table.indices[places], weights[owners] * table.data[places])
    found = sums > 0
    return columns[found], sums[found]


def summed(ids: NDArray[np.integer], values: NDArray[np.float64]) -> Found:
    """Each id once, rising, with the sum of its values, added in the order in which they stand.

    An id and its place are put into one number, which is sorted by several at once: `np.unique` and `argsort` take some
    times as long.

    :param ids: At least 0, below 2**40, shape (n,).
    :param values: Shape (n,), below 2**23 of them.
    """
    if not len(ids):
        return NOTHING
    bits = len(ids).bit_length()
    both = ids.astype(np.int64) << bits
    both |= np.arange(len(ids))
    both.sort()
    order = both & ((1 << bits) - 1)
    both >>= bits
    starts = _first_of_equals(both).nonzero()[0]
    return both[starts], np.asarray(np.add.reduceat(values[order], starts), dtype=np.float64)


def _first_of_equals(rising: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where another value begins, shape (n,)."""
    first = np.ones(len(rising), dtype=np.bool_)
    np.not_equal(rising[1:], rising[:-1], out=first[1:])
    return first
