"""`clip-cn`: the cosine between a query and a picture in one space (paper, section 4.5)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.errors import DatasetInvalid
from persrv.evaluation.systems.order import best
from persrv.evaluation.systems.system import Ranking, Training
from persrv.ports.embedding import ImageTextEncoder
from persrv.ports.progress import Progress, silent
from persrv.preference.directions import has_style, unit_vectors

BATCH: Final = 32
"""Pictures that are encoded at once."""
AT_ONCE: Final = 65_536
"""Vectors that are brought to unit length or compared at once: bounds the memory."""


class ClipCn:
    """Ranks all stickers that have a picture or an embedding of the dataset's.

    :param open_encoder: Opens the model; called by `fit`.
    """

    name = "clip-cn"

    def __init__(self, open_encoder: Callable[[], ImageTextEncoder], progress: Progress = silent) -> None:
        self.encoder_seconds = 0.0
        self._open_encoder = open_encoder
        self._progress = progress
        self._encoder: ImageTextEncoder | None = None
        self._docids: tuple[str, ...] = ()
        self._rows = np.empty(0, dtype=np.int64)
        self._vectors = np.empty((0, 0), dtype=np.float32)

    def fit(self, training: Training) -> None:
        """See `System.fit`: the dataset's own embeddings where it has some, else the model's of every picture.

        :raises DatasetInvalid: the dataset's embeddings are not of the model's dimensions, or there is nothing to rank.
        """
        encoder = self._encoder or self._open_encoder()
        self._encoder = encoder
        self._docids = training.stickers.docids
        given = training.stickers.embeddings
        if given is not None:
            if given.dimensions != encoder.dimensions:
                raise DatasetInvalid(
                    f"The dataset's embeddings have {given.dimensions} numbers and those of {encoder.name} "
                    f"{encoder.dimensions}: they are of different models and cannot be compared."
                )
            rows = np.flatnonzero(given.places >= 0).astype(np.int64)
            vectors = given.of(rows)
        else:
            rows, vectors = self._embed(training, encoder)
        for start in range(0, len(vectors), AT_ONCE):
            vectors[start : start + AT_ONCE] = unit_vectors(vectors[start : start + AT_ONCE])
        usable = has_style(vectors)
        if not usable.any():
            raise DatasetInvalid("The dataset has neither embeddings nor pictures that can be read.")
        self._rows, self._vectors = (rows, vectors) if usable.all() else (rows[usable], vectors[usable])

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        if self._encoder is None:
            raise ValueError("a system was asked before it was fitted")
        began = time.perf_counter()
        asked = self._encoder.embed_texts([query])[0]
        self.encoder_seconds += time.perf_counter() - began
        return best((self._vectors @ asked).astype(np.float64), self._rows, self._docids, limit)

    def close(self) -> None:
        """Let go of the model."""
        if self._encoder is not None:
            self._encoder.close()

    def _embed(self, training: Training, encoder: ImageTextEncoder) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        rows: list[int] = []
        parts: list[NDArray[np.float32]] = [np.empty((0, encoder.dimensions), dtype=np.float32)]
        pending: list[tuple[int, NDArray[np.uint8]]] = []
        total = len(training.pictures)
        for row in range(total):
            picture = training.pictures[row]
            if picture is not None:
                pending.append((row, picture))
            if len(pending) == BATCH or (row == total - 1 and pending):
                parts.append(encoder.embed([each for _, each in pending]))
                rows.extend(each for each, _ in pending)
                pending.clear()
                self._progress("clip-cn: encoding pictures", row + 1, total)
        return np.array(rows, dtype=np.int64), np.concatenate(parts)
