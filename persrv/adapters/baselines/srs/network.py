"""The whole network."""

from __future__ import annotations

from typing import Any

from persrv.adapters.baselines.srs.fusion import Fusion
from persrv.adapters.baselines.srs.interaction import interact
from persrv.adapters.baselines.srs.sizes import SrsSizes
from persrv.adapters.baselines.srs.sticker_encoder import StickerEncoder
from persrv.adapters.baselines.srs.utterance_encoder import UtteranceEncoder


class SrsNetwork:
    """Sticker encoder, utterance encoder, deep interaction and fusion; and the preselection beside them.

    :param torch: The module.
    :param sizes: Of the network.
    :param words: Of the vocabulary.
    """

    def __init__(self, torch: Any, sizes: SrsSizes, words: int) -> None:
        nn = torch.nn
        self._torch = torch
        self.encode_stickers = StickerEncoder(torch, sizes)
        self.encode_queries = UtteranceEncoder(torch, sizes, words)
        self._fuse = Fusion(torch, sizes)
        self.layers: Any = nn.ModuleDict(
            {
                "sticker": self.encode_stickers.layers,
                "utterance": self.encode_queries.layers,
                "fusion": self._fuse.layers,
                "select_query": nn.Linear(sizes.dimensions, sizes.dimensions),
                "select_sticker": nn.Linear(sizes.dimensions, sizes.dimensions),
            }
        )

    def match(self, patches: Any, wholes: Any, words: Any, real: Any) -> Any:
        """Score P stickers with P queries, one each; shapes as for `interact`. Return float32, shape (P,)."""
        met = interact(self._torch, patches, wholes, words, real)
        return self._fuse(met.unsqueeze(1))  # one turn

    def query_directions(self, words: Any, real: Any) -> Any:
        """Where queries point for the preselection: float32 of shape (B, d), each of length 1."""
        mean = words.sum(dim=1) / real.sum(dim=1, keepdim=True)
        return self._unit(self.layers["select_query"](mean))

    def sticker_directions(self, wholes: Any) -> Any:
        """Where stickers are for the preselection: float32 of shape (N, d), each of length 1."""
        return self._unit(self.layers["select_sticker"](wholes))

    def _unit(self, vectors: Any) -> Any:
        return self._torch.nn.functional.normalize(vectors, dim=-1)
