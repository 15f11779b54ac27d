"""The search index, as recall sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import RecalledStickers
from persrv.domain.semantics import SemanticField, StickerDocument

UtilityLookup = Callable[[NDArray[np.int64]], NDArray[np.float64]]
"""Sticker ids, shape (n,) -> weighted utility, at least 0, shape (n,). Must be safe from any thread."""
LeftOut = Callable[[NDArray[np.int64]], NDArray[np.bool_]]
"""Sticker ids, shape (n,) -> whether each is not to be found, shape (n,). Must be safe from any thread."""


class StickerIndex(Protocol):
    """An inverted index over the semantic fields. All methods are synchronous and safe from any thread."""

    def search(
        self,
        tokens: Sequence[str],
        *,
        weights: Mapping[SemanticField, float],
        limit: int,
        utility: UtilityLookup | None = None,
        left_out: LeftOut | None = None,
    ) -> RecalledStickers:
        """The `limit` best stickers by relevance + utility (paper, section 3.6).

        Relevance is the weighted sum over fields of BM25. A sticker that matches no token is absent, however
        great its utility. Equal scores: the lower sticker id first.

        :param utility: Gives the weighted utility of stickers; None adds nothing.
        :param left_out: Tells whom to pass over: their places go to the next best. None passes over nobody.
        """

    def update(self, documents: Sequence[StickerDocument], deleted: Collection[int]) -> None:
        """Replace, add and delete in one commit, seen by every search that starts afterwards.

        :raises IndexBusy: another process is writing.
        """

    @property
    def version(self) -> int:
        """Another number after each change that a search may see: what was found before may be found no more."""

    @property
    def needs_rebuild(self) -> bool:
        """True while stickers may be missing: the index is new, was damaged, or was made by another version."""

    def note_rebuild_queued(self) -> None:
        """Every sticker is on its way: `needs_rebuild` is answered."""

    def compact(self) -> None:
        """Rewrite the index so that no word of a deleted or replaced document is left on disk."""

    def count(self) -> int:
        """How many stickers are in the index."""

    def close(self) -> None:
        """Let go of all files. Idempotent."""
