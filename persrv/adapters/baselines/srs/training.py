"""Training: the chosen sticker has to win over others, by a margin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.baselines.srs.network import SrsNetwork
from persrv.adapters.baselines.srs.sizes import SrsTraining
from persrv.adapters.baselines.srs.vocabulary import PADDING, UNKNOWN, padded
from persrv.ports.models import TrainingProgress


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What is learnt from.

    :param queries: Word numbers of each pair's query, one word at least.
    :param stickers: Of each pair, as a place in `pixels`: int64, shape (pairs,).
    :param pixels: The chosen stickers and those that negatives are drawn from: uint8 RGB, shape (M, side, side, 3).
    """

    queries: Sequence[tuple[int, ...]]
    stickers: NDArray[np.int64]
    pixels: NDArray[np.uint8]


def train(
    torch: Any,
    network: SrsNetwork,
    lesson: Lesson,
    how: SrsTraining,
    *,
    device: str,
    random: np.random.Generator,
    progress: TrainingProgress | None = None,
) -> tuple[float, ...]:
    """Train the network, and leave it ready to be asked.

    Dropout draws from torch's own generator, which the caller has seeded.

    :param torch: The module.
    :param device: Where the network is.
    :param random: Of the order of pairs, the negatives and the forgotten words.
    :return: The mean loss of each epoch.
    """
    course = _Course(torch, network, lesson, how, device, random)
    layers = network.layers.train()
    adam = torch.optim.Adam(layers.parameters(), lr=how.rate)
    count = len(lesson.stickers)
    losses = []
    for epoch in range(how.epochs):
        order = random.permutation(count)
        total = 0.0
        for start in range(0, count, how.batch):
            rows = order[start : start + how.batch]
            loss = course.loss(rows)
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(layers.parameters(), how.longest_gradient)
            adam.step()
            total += loss.item() * len(rows)
            if progress is not None:
                progress("training", epoch * count + start + len(rows), how.epochs * count)
        losses.append(total / count)
    layers.eval()
    return tuple(losses)


class _Course:
    """The loss of a batch."""

    def __init__(
        self,
        torch: Any,
        network: SrsNetwork,
        lesson: Lesson,
        how: SrsTraining,
        device: str,
        random: np.random.Generator,
    ) -> None:
        self._torch, self._network, self._lesson, self._how = torch, network, lesson, how
        self._device, self._random = device, random
        known = {query: number for number, query in enumerate(dict.fromkeys(lesson.queries))}
        self._query = np.array([known[query] for query in lesson.queries], dtype=np.int64)
        self._chosen = np.unique(self._keys(self._query, lesson.stickers))

    def loss(self, rows: NDArray[np.int64]) -> Any:
        """The hinge loss of the matching plus the cross-entropy of the preselection.

            hinge  = mean over negatives n of max(0, margin - score(q, s) + score(q, n))
            select = -log of exp(cos(q, s) / t) / sum over stickers x of the batch of exp(cos(q, x) / t)

        Negatives of a query are all stickers of the batch that nobody chose for it.

        :param rows: Of the pairs, int64, shape (B,).
        :return: A scalar with a gradient.
        """
        torch, network, how = self._torch, self._network, self._how
        stickers, true, wrong = self._candidates(rows)
        patches, wholes = network.encode_stickers(self._tensor(self._lesson.pixels[stickers]))  # (C, n, d), (C, d)
        words, real = network.encode_queries(self._tensor(self._words(rows)))  # (B, L, d), (B, L)
        queries, columns = wrong.shape
        scores = network.match(  # every query with every sticker
            patches.repeat(queries, 1, 1),
            wholes.repeat(queries, 1),
            words.repeat_interleave(columns, 0),
            real.repeat_interleave(columns, 0),
        ).view(queries, columns)
        ahead = scores.gather(1, true.unsqueeze(1)) - scores
        hinge = ((how.margin - ahead).relu() * wrong).sum() / wrong.sum().clamp(min=1)
        near = network.query_directions(words, real) @ network.sticker_directions(wholes).T / how.temperature
        ignored = (~wrong).scatter(1, true.unsqueeze(1), False)
        return hinge + torch.nn.functional.cross_entropy(near.masked_fill(ignored, -math.inf), true)

    def _candidates(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], Any, Any]:
        """The batch's stickers, each once; which is each query's own; and which are nobody's for a query."""
        drawn = self._random.integers(len(self._lesson.pixels), size=self._how.negatives)
        stickers, places = np.unique(np.concatenate([self._lesson.stickers[rows], drawn]), return_inverse=True)
        wrong = ~np.isin(self._keys(self._query[rows][:, None], stickers), self._chosen)  # (B, C)
        return stickers, self._tensor(places[: len(rows)].astype(np.int64)), self._tensor(wrong)

    def _words(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        numbers = padded([self._lesson.queries[row] for row in rows])
        forgotten = (self._random.random(numbers.shape) < self._how.forget) & (numbers != PADDING)
        return np.where(forgotten, UNKNOWN, numbers).astype(np.int64)

    def _keys(self, queries: NDArray[np.int64], stickers: NDArray[np.int64]) -> NDArray[np.int64]:
        """A number for each query with each sticker, another for each two."""
        return queries * len(self._lesson.pixels) + stickers

    def _tensor(self, array: NDArray[Any]) -> Any:
        return self._torch.from_numpy(array).to(self._device)
