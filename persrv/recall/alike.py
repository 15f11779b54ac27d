"""Which stickers are the same thing: those that keep the same company.

    x(q, s)      = 1 where s was chosen for q, SAID where s only says q itself (words drawn on it, its emoji's names)
    a(s, b)      = sum over q of x(q, s) x(q, b) / x(q) / sqrt(x(b)); x(q) and x(b) are sums over stickers, over queries
    alike(s, n)  = cos(a(s, .), a(n, .))^2

a(s, .) is the company of s: where a walk from s to one of its queries, and on to another sticker of that query, ends
(the COMPANY likeliest ends), tempered by how often it ends there anyhow, as spectral co-clustering scales queries and
documents (Dhillon, KDD 2001). Two stickers that one artist's friends and another's choose for the same thing may have
no query in common, since few people choose either; through the others of their company they are found all the same.
How often a sticker was chosen for a query does not count: that is popularity, or one person's habit. The square sets
the same apart from the merely related. Of those n that somebody chose for something, the TOP likest above LEAST are
kept: who was never chosen cannot tell what a query means.

Who keeps no such company goes by the sense of its texts instead:

    near(t, u)   = max(0, cos(t, u) - LEAST_TEXT) / (1 - LEAST_TEXT)
    alike(s, n)  = mean over the texts t of s of the largest near(t, u) over the texts u of n that are not t

A mean: a present and a startled face both say "surprise", and little else in common. What both say word for word was
looked at already, with all else that they say. A text that many say is about none of them, nor is its like in another
language: two faces are alike in being faces, and are not for that the same thing.
Not in the paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from persrv.recall.meaning import OwnTexts
from persrv.recall.rows import places_of

SAID: Final = 0.3
"""How much saying a query counts, where being chosen for it counts 1: texts are misread, and nobody vouches for
them."""
BROAD: Final = 500
"""Stickers of a query or text from which on it says nothing of who is the same, and would cost much to compare by."""
COMMON: Final = 20
"""A text that more than one in so many of those who say anything say is about none of them: "face", "animal"."""
LEAST_COMMON: Final = 10
"""But never one that so few say."""
COMPANY: Final = 30
"""Stickers that a sticker's company is remembered by."""
LEAST: Final = 0.1
"""Cosine of companies below which two stickers are not the same thing."""
LEAST_TEXT: Final = 0.7
"""Cosine of texts below which they are not."""
TOP: Final = 10
"""Stickers that one is compared with in the end."""
NEAR_TEXTS: Final = 32
"""Texts near to a text of a sticker, of those that chosen ones say, that are looked at: enough for `TOP` others."""
COMPARED: Final = 32_768
"""Texts of chosen stickers up to which each is compared with: then that takes less than to look for the nearest."""
_CELLS: Final = 8_000_000
"""Cosines at once: bounds the memory."""
_AT_ONCE: Final = 2_048
"""Stickers that are compared at once: bounds the memory."""


def chosen_or_said(
    keys: NDArray[np.uint64], clicks: sparse.csr_array, text_keys: NDArray[np.uint64], own: OwnTexts
) -> sparse.csr_array:
    """x(q, s).

    :param keys: Of past queries, rising.
    :param clicks: Counts, row for row as `keys`, shape (queries, stickers).
    :param text_keys: Of the distinct texts of `own`, rising, in its order.
    :return: CSR float32, a row for each query and for each text that nobody asked, shape (rows, stickers).
    """
    every = np.union1d(keys, text_keys)
    shape = (len(every), clicks.shape[1])
    asked, places = places_of(clicks.indptr, np.arange(len(keys)))
    chosen = _ones(np.searchsorted(every, keys)[asked], clicks.indices[places], shape)
    texts = np.repeat(np.searchsorted(every, text_keys), np.diff(own.indptr))
    return sparse.csr_array(chosen.maximum(SAID * _ones(texts, own.stickers, shape)))


def _ones(rows: NDArray[np.integer], columns: NDArray[np.integer], shape: tuple[int, int]) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)


def companies(table: sparse.csr_array) -> sparse.csr_array:
    """a(s, .), each of unit length.

    :param table: x(q, s), shape (rows, stickers).
    :return: CSR float32, shape (stickers, stickers).
    """
    kept = sparse.csr_array(table[np.diff(table.indptr) <= BROAD])
    by_row, by_sticker = (np.asarray(kept.sum(axis=axis)).ravel() for axis in (1, 0))
    there = sparse.csr_array(kept.T)  # (stickers, rows)
    back = sparse.csr_array(
        sparse.diags_array(_inverse(by_row)) @ kept @ sparse.diags_array(np.sqrt(_inverse(by_sticker)))
    )
    found = _by_blocks(there, back, lambda block, _: _best(block, COMPANY))
    lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    return sparse.csr_array(sparse.diags_array(_inverse(lengths)) @ found).astype(np.float32)


def alike_by_company(table: sparse.csr_array, chosen: NDArray[np.bool_]) -> sparse.csr_array:
    """alike(s, n).

    :param table: x(q, s), shape (rows, stickers).
    :param chosen: Which stickers somebody chose, shape (stickers,): only these are n.
    :return: CSR float32, values above 0 to 1, the diagonal empty, shape (stickers, stickers).
    """
    found = companies(table)

    def compared(block: sparse.csr_array, start: int) -> sparse.csr_array:
        rows = np.repeat(np.arange(start, start + block.shape[0]), np.diff(block.indptr))
        block.data[(block.indices == rows) | (block.data <= LEAST)] = 0.0
        return _best(block, TOP)

    lenders = sparse.diags_array(chosen.astype(np.float32)) @ found
    cosines = _by_blocks(found, sparse.csr_array(lenders.T), compared)
    cosines.data = np.minimum(cosines.data, np.float32(1.0)) ** 2
    return cosines


def alike_by_texts(
    alone: NDArray[np.bool_],
    chosen: NDArray[np.bool_],
    own: OwnTexts,
    vectors: NDArray[np.floating],
    progress: Callable[[int], None] | None = None,
) -> sparse.csr_array:
    """Who says nearly the same, for stickers that share no company.

    :param alone: Which these are, shape (stickers,).
    :param chosen: As `alike_by_company` takes it.
    :param own: What stickers say.
    :param vectors: Of its texts, unit length, row for row.
    :param progress: Called with how many texts have been looked at.
    :return: As `alike_by_company`; rows of other stickers are empty.
    """
    size = len(alone)
    texts_of = sparse.csr_array(
        sparse.csc_array((np.ones(len(own.stickers), np.int8), own.stickers, own.indptr), shape=(size, len(vectors)))
    )  # (stickers, texts)
    if own.nearest is None or not len(vectors):
        return sparse.csr_array((size, size), dtype=np.float32)
    said = np.diff(texts_of.indptr).astype(np.int64)
    broad = min(BROAD, max(LEAST_COMMON, int(np.count_nonzero(said)) // COMMON))
    telling = np.diff(own.indptr) <= broad
    texts_of.data[~telling[texts_of.indices]] = 0
    texts_of.eliminate_zeros()
    own = _of_chosen(own, chosen, telling)
    speaking = np.flatnonzero(alone & (np.diff(texts_of.indptr) > 0)).astype(np.int64)
    asked = np.unique(texts_of.indices[places_of(texts_of.indptr, speaking)[1]]).astype(np.int64)
    near = np.full((len(vectors), min(NEAR_TEXTS, len(vectors))), -1, dtype=np.int32)
    cosine = np.zeros(near.shape, dtype=np.float32)
    for some, rows, cosines in _near_texts(asked, own, vectors, near.shape[1]):
        near[some, : rows.shape[1]], cosine[some, : rows.shape[1]] = rows, cosines
        if progress is not None:
            progress(int(np.searchsorted(asked, some[-1])) + 1)
    parts = [
        _nearest_by_texts(speaking[start : start + _AT_ONCE], chosen, texts_of, said, own, near, cosine)
        for start in range(0, len(speaking), _AT_ONCE)
    ]
    rows, columns, values = (np.concatenate(each) for each in zip(*parts, strict=True)) if parts else ([], [], [])
    return sparse.csr_array(sparse.coo_array((values, (rows, columns)), shape=(size, size), dtype=np.float32))


def _of_chosen(own: OwnTexts, chosen: NDArray[np.bool_], telling: NDArray[np.bool_]) -> OwnTexts:
    """The same texts, owned by those alone that somebody chose; those that tell nothing by nobody."""
    kept = chosen[own.stickers] & np.repeat(telling, np.diff(own.indptr))
    return OwnTexts(own.nearest, np.append(0, np.cumsum(kept))[own.indptr], own.stickers[kept])


def _near_texts(
    asked: NDArray[np.int64], own: OwnTexts, vectors: NDArray[np.floating], most: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.integer], NDArray[np.floating]]]:
    """Some of the texts asked for; near ones that somebody owns, a row each, filled up with -1; and their cosines.

    Where few texts are owned, they are all compared: the nearest of all texts would mostly be nobody's.
    """
    owned = np.flatnonzero(np.diff(own.indptr) > 0)
    if own.nearest is not None and len(owned) > COMPARED:
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            yield some, *own.nearest.find_each(np.asarray(vectors[some], dtype=np.float32), most)
        return
    others = np.ascontiguousarray(vectors[owned].T, dtype=np.float32)  # (dimensions, owned)
    at_once = max(min(_CELLS // max(len(owned), 1), _AT_ONCE), 1)
    for start in range(0, len(asked), at_once):
        some = asked[start : start + at_once]
        cosines = np.asarray(vectors[some], dtype=np.float32) @ others
        row, column = np.divmod(np.flatnonzero(cosines > LEAST_TEXT), max(len(owned), 1))
        value = cosines[row, column]
        order = np.lexsort((column, -value, row))
        row, column, value = row[order], column[order], value[order]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        kept = place < most
        rows, found = np.full((len(some), most), -1, dtype=np.int64), np.zeros((len(some), most), dtype=np.float32)
        rows[row[kept], place[kept]], found[row[kept], place[kept]] = owned[column[kept]], value[kept]
        yield some, rows, found


def _nearest_by_texts(
    stickers: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    texts_of: sparse.csr_array,
    said: NDArray[np.int64],
    own: OwnTexts,
    near: NDArray[np.int32],
    cosine: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Of each sticker the `TOP` that say most nearly the same: sticker, other, how nearly.

    :param said: How many texts each has, also of those that tell nothing, shape (stickers,).
    """
    whose, places = places_of(texts_of.indptr, stickers)
    texts = texts_of.indices[places]
    another = (near[texts] >= 0) & (near[texts] != texts[:, None])
    pair, other = np.nonzero(another & (cosine[texts] > LEAST_TEXT))
    near_texts, values = near[texts[pair], other].astype(np.int64), cosine[texts[pair], other]
    which, owned = places_of(own.indptr, near_texts, TOP + 1)
    text, row, column = pair[which], stickers[whose[pair[which]]], own.stickers[owned].astype(np.int64)
    value = (values[which] - LEAST_TEXT) / (1 - LEAST_TEXT)
    kept = (row != column) & chosen[column]
    text, row, column, value = text[kept], row[kept], column[kept], value[kept]
    order = np.lexsort((-value, text, column, row))  # several that the other says near to one text: the nearest counts
    text, row, column, value = text[order], row[order], column[order], value[order]
    first = np.append(True, (np.diff(row) != 0) | (np.diff(column) != 0) | (np.diff(text) != 0))[: len(row)]
    row, column, value = row[first], column[first], value[first]
    both = np.append(True, (np.diff(row) != 0) | (np.diff(column) != 0))[: len(row)].nonzero()[0]
    value = np.add.reduceat(value, both) if len(both) else value
    row, column = row[both], column[both]
    value = (value / said[row]).astype(np.float32)
    order = np.lexsort((column, -value, row))
    row, column, value = row[order], column[order], value[order]
    begins = np.searchsorted(row, row)
    best = np.arange(len(row)) - begins < TOP
    return row[best], column[best], value[best]


def _by_blocks(
    left: sparse.csr_array, right: sparse.csr_array, kept: Callable[[sparse.csr_array, int], sparse.csr_array]
) -> sparse.csr_array:
    """What is kept of left @ right, some rows at a time.

    :param kept: Takes some rows of the product, which it may change, and where they begin.
    """
    parts = [
        kept(sparse.csr_array(left[start : start + _AT_ONCE] @ right), start)
        for start in range(0, left.shape[0], _AT_ONCE)
    ]
    return sparse.csr_array(sparse.vstack(parts)) if parts else sparse.csr_array((0, right.shape[1]), dtype=np.float32)


def _best(table: sparse.csr_array, most: int) -> sparse.csr_array:
    """Of every row the largest values above 0; of equals the lower column."""
    indptr, columns, values = [0], [], []
    for begin, end in zip(table.indptr[:-1].tolist(), table.indptr[1:].tolist(), strict=True):
        others, found = table.indices[begin:end], table.data[begin:end]
        least = np.partition(found, -most)[-most] if len(found) > most else 0.0
        kept = np.flatnonzero((found >= least) & (found > 0))
        if len(kept) > most:  # equals on the edge
            kept = kept[np.lexsort((others[kept], -found[kept]))[:most]]
        kept = kept[np.argsort(others[kept])]
        columns.append(others[kept])
        values.append(found[kept])
        indptr.append(indptr[-1] + len(kept))
    return sparse.csr_array(
        (
            np.concatenate(values).astype(np.float32) if values else np.empty(0, np.float32),
            np.concatenate(columns).astype(np.int64) if columns else np.empty(0, np.int64),
            np.array(indptr),
        ),
        shape=table.shape,
    )


def _inverse(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """1 / values, 0 for 0."""
    return np.asarray(np.divide(1.0, values, out=np.zeros_like(values), where=values > 0))
