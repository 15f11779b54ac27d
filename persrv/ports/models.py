"""The models behind the neural baselines of the evaluation (paper, section 4.3): BLIP-2, Opus-MT and SRS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class ImageDescriber(Protocol):
    """Says in English what a picture shows. Blocks for as long as it computes."""

    name: str
    """For a person: the kind of model."""
    version: str
    """Weights and the way of asking; another version describes afresh."""

    def describe(self, images: Sequence[NDArray[np.uint8]]) -> Sequence[str]:
        """One sentence for each picture, in their order; "" for a picture that shows nothing.

        The same pictures give the same sentences, however they are grouped into calls.

        :param images: uint8 RGBA with straight alpha, each of a shape (height, width, 4) of its own.
        :raises MediaCorrupt: one is no such array; says which.
        """

    def close(self) -> None:
        """Let go of the model. Idempotent; nothing may be described afterwards."""


class Translator(Protocol):
    """Translates from one language into another, both fixed by the model. Blocks for as long as it computes."""

    name: str
    """For a person: the kind of model."""
    version: str
    """Weights and the way of asking; another version translates afresh."""

    def translate(self, texts: Sequence[str]) -> Sequence[str]:
        """One translation for each text, in their order; "" for a text of white space alone.

        The same texts give the same translations, however they are grouped into calls.
        """

    def close(self) -> None:
        """Let go of the model. Idempotent; nothing may be translated afterwards."""


class Pictures(Protocol):
    """The catalogue's pictures by index, from 0 to `len` - 1, each read when it is asked for."""

    def __len__(self) -> int:
        """Stickers in the catalogue, with or without a picture."""

    def __getitem__(self, index: int, /) -> NDArray[np.uint8] | None:
        """The sticker's picture: uint8 RGBA with straight alpha, shape (height, width, 4).

        None where there is none, or none that can be read. Asked for more than once, so it always says the same.
        """


class TrainingProgress(Protocol):
    """Hears how training goes. Must be quick and must not raise."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take one report.

        :param stage: What is done now, in a word or two: "reading pictures", "training", "encoding pictures".
        :param done: 0 to `total`, in units of that stage.
        :param total: At least 1.
        """


class QueryStickerMatcher(Protocol):
    """Learns from choices which picture answers which query. Blocks for as long as it computes.

    Training is a function of the pairs, the pictures, the seed and the number of processor threads alone.
    """

    name: str
    """The system's name in a report."""
    version: str
    """Architecture and its sizes."""

    def fit(
        self,
        pairs: Sequence[tuple[str, int]],
        images: Pictures,
        *,
        seed: int,
        progress: TrainingProgress | None = None,
    ) -> None:
        """Learn, then encode the whole catalogue, so that any of it can be scored. A second call begins anew.

        :param pairs: Query and the chosen sticker's index; a repeat counts twice. Pairs of a sticker without a
            picture, and of a query without a token, are left out.
        :param images: The catalogue. What `scores` gives for a sticker depends on its picture alone.
        :param seed: At least 0.
        :raises DatasetInvalid: nothing to learn from is left, an index is outside of the catalogue, or a picture is
            not uint8 RGBA; says which.
        """

    def preselect(self, query: str, most: int) -> NDArray[np.int64]:
        """The candidates that are worth scoring, out of the whole catalogue, the most promising first.

        :param most: At least 0.
        :return: int64, shape (at most `most`,): indexes of stickers with a picture, each once. As `scores` looks
            closer, its order is another one. Empty for a query without a token that the model knows.
        """

    def scores(self, query: str, candidates: NDArray[np.int64]) -> NDArray[np.float64]:
        """How well each candidate answers the query: without a unit, higher is better.

        A candidate's score does not depend on the other candidates.

        :param candidates: Indexes into the catalogue, int64, shape (candidates,).
        :return: float64, shape (candidates,): finite; minus infinity for a sticker without a picture, and for all
            when the query has no token that the model knows.
        :raises ValueError: nothing has been fitted, or an index is outside of the catalogue.
        """

    def close(self) -> None:
        """Let go of the model and of what it keeps on disk. Idempotent; nothing may be scored afterwards."""
