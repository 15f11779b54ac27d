"""The deep interaction network: each patch of a sticker looks at each word of a query, and the other way round."""

from __future__ import annotations

import math
from typing import Any, Final

PARTS: Final = 5
"""Vectors of d that describe how a sticker and a query meet."""


def interact(torch: Any, patches: Any, wholes: Any, words: Any, real: Any) -> Any:
    """How P stickers meet P queries, one each.

    With patches O_i, the whole o, and words h_j:

        A_ij = O_i . h_j / sqrt(d)                    co-attention
        alpha_j = max_i softmax_j(A_ij)               how much any patch cares for word j
        beta_i  = max_j softmax_i(A_ij)               how much any word cares for patch i
        u = sum_j alpha_j h_j                         the query, as this sticker sees it
        v = sum_i beta_i O_i                          the sticker, as this query sees it
        r = [u + o ; u * o ; u ; o ; v]

    :param torch: The module.
    :param patches: float32, shape (P, n, d).
    :param wholes: float32, shape (P, d).
    :param words: float32, shape (P, L, d).
    :param real: Which words are no padding, bool, shape (P, L); one at least in each row.
    :return: r, float32, shape (P, 5 d).
    """
    attention = patches @ words.transpose(1, 2) / math.sqrt(words.shape[-1])  # (P, n, L)
    padding = ~real.unsqueeze(1)  # (P, 1, L)
    over_words = attention.masked_fill(padding, -math.inf).softmax(dim=2).amax(dim=1)  # (P, L)
    over_patches = attention.softmax(dim=1).masked_fill(padding, 0.0).amax(dim=2)  # (P, n)
    query = (over_words.unsqueeze(-1) * words).sum(dim=1)  # (P, d)
    sticker = (over_patches.unsqueeze(-1) * patches).sum(dim=1)  # (P, d)
    return torch.cat([query + wholes, query * wholes, query, wholes, sticker], dim=-1)
