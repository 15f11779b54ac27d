"""From what a person chose to their style profile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from persrv.preference.profile import MAX_STYLES, StyleProfile, fit_profile


def profile_of_choices(
    vectors: NDArray[np.floating],
    sticker_ids: Sequence[int],
    counts: Sequence[int],
    *,
    space_id: str,
    k: int = MAX_STYLES,
) -> StyleProfile | None:
    """Fit a person's styles (paper, section 3.5) to the stickers that they chose, retired ones too.

    :param vectors: Embeddings of the whole catalogue, row = sticker id, shape (stickers, dimensions).
    :param sticker_ids: What they chose, each once; one without a row or a style is left out.
    :param counts: How often each, as many.
    :return: None where there is nothing to learn from.
    """
    ids, times = np.array(sticker_ids, dtype=np.int64), np.array(counts, dtype=np.int64)
    known = (ids >= 0) & (ids < len(vectors))
    if not space_id or not known.any():
        return None
    return fit_profile(np.asarray(vectors[ids[known]], dtype=np.float32), times[known], space_id=space_id, k=k)
