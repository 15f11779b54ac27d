"""What a system is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from persrv.domain.dataset import Embeddings, Interaction, StickerTable
from persrv.ports.models import Pictures

Ranking = Sequence[tuple[str, float]]
"""(docid, score), best first: each docid once, scores strictly falling."""


@dataclass(frozen=True, slots=True, eq=False)
class StyleVectors:
    """The stickers' places in a space in which near means alike in style.

    :param space_id: Encoder, version and preparation: nothing of another space may be compared with them.
    """

    space_id: str
    vectors: Embeddings


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """All that a system may learn from. Nothing in it comes from a validation or test row.

    :param stickers: The catalogue. Texts and pictures say what a sticker is, not who chose it.
    :param clicks: The training part.
    :param style: For personal ranking, or None where there are no vectors.
    :param pictures: The catalogue's pictures, by row.
    :param seed: Of everything random.
    """

    stickers: StickerTable
    clicks: tuple[Interaction, ...]
    style: StyleVectors | None
    pictures: Pictures
    seed: int

    def rows(self) -> NDArray[np.int64]:
        """The sticker of each click as a row of the catalogue, int64, shape (clicks,)."""
        places = {docid: self.stickers.row(docid) for docid in {click.docid for click in self.clicks}}
        missing = [docid for docid, row in places.items() if row is None]
        if missing:
            raise ValueError(f"the training part names {missing[0]!r}, which the catalogue lacks")
        return np.array([places[click.docid] for click in self.clicks], dtype=np.int64)


class System(Protocol):
    """Ranks the catalogue for a person's query."""

    name: str
    """What `--systems` takes, a key of the report and the name of the run file."""
    encoder_seconds: float
    """Spent so far inside `rank` on turning queries into vectors; stays 0 for a system without an encoder."""

    def fit(self, training: Training) -> None:
        """Learn. A second call begins anew.

        :raises PerSRVError: it cannot be run here, and why.
        """

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """The best stickers of the training's catalogue, at most `limit`, perhaps none.

        The same arguments give the same answer. Any strings will do, also of a person or a query never seen.
        """

    def close(self) -> None:
        """Let go of models, not of what is shared with others. Idempotent; nothing may be ranked afterwards."""
