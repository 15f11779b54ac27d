"""From scores of documents to the best stickers."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from persrv.domain.semantics import SemanticField
from persrv.domain.suggestions import Recalled
from persrv.ports.search import LeftOut, UtilityLookup
from persrv.recall.top import top


def best_stickers(
    ids: NDArray[np.int64],
    total: NDArray[np.float64],
    by_field: Sequence[tuple[SemanticField, NDArray[np.float64]]],
    *,
    limit: int,
    utility: UtilityLookup | None,
    left_out: LeftOut | None,
) -> tuple[Recalled, ...]:
    """The `limit` best by relevance + utility; equal scores: the lower sticker id first.

    :param ids: Of what matches, distinct, shape (n,).
    :param total: Relevance of each, shape (n,).
    :param by_field: What each field gave to it, shape (n,) each.
    """
    useful = utility(ids) if utility is not None else np.zeros(len(ids), dtype=np.float64)
    scores = total + useful
    if left_out is None:
        best = top(scores, ids, limit)
    else:
        kept = np.flatnonzero(~left_out(ids))
        best = kept[top(scores[kept], ids[kept], limit)]
    fields = [field for field, _ in by_field]
    parts = [values[best].tolist() for _, values in by_field]
    return tuple(
        Recalled(
            sticker_id,
            relevance,
            MappingProxyType({field: part for field, part in zip(fields, mine, strict=True) if part > 0}),
            extra,
        )
        for sticker_id, relevance, mine, extra in zip(
            ids[best].tolist(), total[best].tolist(), zip(*parts, strict=True), useful[best].tolist(), strict=True
        )
    )
