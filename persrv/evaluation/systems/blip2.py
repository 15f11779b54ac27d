"""`blip2`: English captions of the pictures, translated into Chinese, then BM25 (paper, section 4.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.packed import PackedTexts, TextPacker
from persrv.domain.semantics import SemanticField
from persrv.errors import DatasetInvalid
from persrv.evaluation.systems.bm25 import NO_FIELD
from persrv.evaluation.systems.order import strictly_falling
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.system import Ranking, Training
from persrv.ports.models import ImageDescriber, Translator
from persrv.ports.progress import Progress, silent

BATCH: Final = 8
"""Pictures that are described at once."""


class Blip2:
    """Searches what a model says of the pictures; knows nothing of what anybody typed.

    :param open_models: Opens describer and translator; called by `fit`, which closes them at its end.
    :param index: One of its own.
    """

    name = "blip2"

    def __init__(
        self,
        open_models: Callable[[], tuple[ImageDescriber, Translator]],
        index: RecallIndex,
        progress: Progress = silent,
    ) -> None:
        self.encoder_seconds = 0.0
        self._open_models = open_models
        self._index = index
        self._progress = progress
        self._weights = replace(NO_FIELD, description=1.0).as_mapping()
        self._docids: tuple[str, ...] = ()

    def fit(self, training: Training) -> None:
        """See `System.fit`.

        :raises DatasetInvalid: no sticker has a picture that can be read.
        """
        describer, translator = self._open_models()
        try:
            captions = self._captions(training, describer, translator)
        finally:
            describer.close()
            translator.close()
        if not captions.known.any():
            raise DatasetInvalid("No sticker has a picture that can be read, so there is nothing to describe.")
        self._docids = training.stickers.docids
        self._index.fit_texts(training, {SemanticField.DESCRIPTION: captions})

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        found = self._index.search(query, weights=self._weights, limit=limit)
        docids = (self._docids[row] for row in found.ids.tolist())
        return strictly_falling(zip(docids, found.relevance.tolist(), strict=True))

    def close(self) -> None:
        """Let go of its index."""
        self._index.close()

    def _captions(self, training: Training, describer: ImageDescriber, translator: Translator) -> PackedTexts:
        texts: dict[int, str] = {}
        pending: list[tuple[int, NDArray[np.uint8]]] = []
        total = len(training.pictures)
        for row in range(total):
            picture = training.pictures[row]
            if picture is not None:
                pending.append((row, picture))
            if len(pending) == BATCH or (row == total - 1 and pending):
                said = translator.translate(describer.describe([each for _, each in pending]))
                texts.update(zip((each for each, _ in pending), said, strict=True))
                pending.clear()
                self._progress("blip2: describing pictures", row + 1, total)
        packer = TextPacker()
        for row in range(total):
            packer.add(texts.get(row))
        return packer.packed()
