"""The self-attention utterance encoder: a query as a row of words that know each other."""

from __future__ import annotations

from typing import Any

from persrv.adapters.baselines.srs.sizes import SrsSizes
from persrv.adapters.baselines.srs.vocabulary import PADDING


class UtteranceEncoder:
    """h = Transformer(e(w) + p), after Vaswani et al. (2017).

    Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V with several heads, then two linear layers with a ReLU between, each
    with a residual and layer normalisation. Places are learnt.

    :param torch: The module.
    :param sizes: Of the network.
    :param words: Of the vocabulary.
    """

    def __init__(self, torch: Any, sizes: SrsSizes, words: int) -> None:
        nn, d = torch.nn, sizes.dimensions
        self._torch = torch
        self.layers: Any = nn.ModuleDict(
            {
                "word": nn.Embedding(words, d, padding_idx=PADDING),
                "place": nn.Embedding(sizes.most_words, d),
                "attention": self_attention(nn, sizes),
            }
        )
        nn.init.normal_(self.layers["place"].weight, std=0.02)

    def __call__(self, numbers: Any) -> tuple[Any, Any]:
        """Encode queries.

        :param numbers: Word numbers, int64, shape (B, L), padded at the ends.
        :return: Words, float32 of shape (B, L, d), nought where padded; and which are real, bool, (B, L).
        """
        real = numbers != PADDING
        places = self._torch.arange(numbers.shape[1], device=numbers.device)
        words = self.layers["word"](numbers) + self.layers["place"](places)
        words = self.layers["attention"](words, src_key_padding_mask=~real)
        return words * real.unsqueeze(-1), real


def self_attention(nn: Any, sizes: SrsSizes) -> Any:
    """An encoder of self-attention layers over rows of shape (rows, length, d)."""
    layer = nn.TransformerEncoderLayer(
        sizes.dimensions, sizes.heads, dim_feedforward=2 * sizes.dimensions, dropout=0.1, batch_first=True
    )
    # The nested tensors of the quick path give other digits for a padded row than for the row alone.
    return nn.TransformerEncoder(layer, sizes.layers, enable_nested_tensor=False)
