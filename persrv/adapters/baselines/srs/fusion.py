"""The fusion network: from how a sticker meets each turn of a dialogue to one score."""

from __future__ import annotations

import math
from typing import Any

from persrv.adapters.baselines.srs.interaction import PARTS
from persrv.adapters.baselines.srs.sizes import SrsSizes
from persrv.adapters.baselines.srs.utterance_encoder import self_attention


class Fusion:
    """Short-term and long-term dependencies between turns, and what they say together.

        g = GRU(r)                                    turn after turn
        t = Transformer(W r)                          every turn with every turn
        a = softmax(t M g^T) g                        for each turn of t, what g says of it
        f = ReLU(W' [a * t ; a - t])                  compared point by point (Wang and Jiang, 2017)
        score = w . GRU(f) + b

    Written for any number of turns. A query is one turn, so that here attention has nothing to choose from.

    :param torch: The module.
    :param sizes: Of the network.
    """

    def __init__(self, torch: Any, sizes: SrsSizes) -> None:
        nn, d = torch.nn, sizes.dimensions
        self._torch = torch
        self.layers: Any = nn.ModuleDict(
            {
                "short": nn.GRU(PARTS * d, d, batch_first=True),
                "narrow": nn.Linear(PARTS * d, d),
                "long": self_attention(nn, sizes),
                "bilinear": nn.Linear(d, d, bias=False),
                "compare": nn.Linear(2 * d, d),
                "turns": nn.GRU(d, d, batch_first=True),
                "score": nn.Linear(d, 1),
            }
        )

    def __call__(self, met: Any) -> Any:
        """Score dialogues.

        :param met: r of each turn, float32, shape (P, turns, 5 d).
        :return: float32, shape (P,).
        """
        layers = self.layers
        short, _ = layers["short"](met)  # (P, turns, d)
        long = layers["long"](layers["narrow"](met))  # (P, turns, d)
        attention = long @ layers["bilinear"](short).transpose(1, 2) / math.sqrt(short.shape[-1])  # (P, turns, turns)
        seen = attention.softmax(dim=-1) @ short
        compared = layers["compare"](self._torch.cat([seen * long, seen - long], dim=-1)).relu()
        _, last = layers["turns"](compared)  # (1, P, d)
        return layers["score"](last[0]).squeeze(-1)
