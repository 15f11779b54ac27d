"""SRS as a `QueryStickerMatcher`: learn from choices, encode the catalogue, score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.baselines.loading import EXTRA, chosen_device
from persrv.adapters.baselines.pictures import checked, fitted
from persrv.adapters.baselines.srs.network import SrsNetwork
from persrv.adapters.baselines.srs.shelf import Shelf
from persrv.adapters.baselines.srs.sizes import SrsSizes, SrsTraining
from persrv.adapters.baselines.srs.training import Lesson, train
from persrv.adapters.baselines.srs.vocabulary import Vocabulary
from persrv.adapters.extras import imported
from persrv.errors import DatasetInvalid, MediaCorrupt, StorageError
from persrv.ports.models import Pictures, TrainingProgress

ENCODED_AT_ONCE: Final = 64
"""Pictures."""
SCORED_AT_ONCE: Final = 256
"""Stickers for one query."""


class SrsMatcher:
    """`QueryStickerMatcher` on torch.

    On a processor the same seed gives the same network to the last bit; a GPU adds in an order of its own.

    :param sizes: Of the network.
    :param training: How it is trained.
    :param device: "cuda", "cpu" ...; None: a GPU where there is one.
    :param folder: For the encoded catalogue, 4.6 kB a sticker, deleted by `close`; None: the system's place for such.
    :raises ConfigurationError: torch is missing, or there is no such device.
    """

    name = "srs"

    def __init__(
        self,
        sizes: SrsSizes | None = None,
        training: SrsTraining | None = None,
        *,
        device: str | None = None,
        folder: Path | None = None,
    ) -> None:
        self._sizes, self._training = sizes or SrsSizes(), training or SrsTraining()
        (self._torch,) = imported("The system srs", EXTRA, ["torch"])
        self._device = chosen_device(device, self._torch)
        self._folder = folder
        self.version = f"srs-1 {self._sizes} {self._training}"
        self.losses: tuple[float, ...] = ()
        """The mean loss of each epoch of the last `fit`."""
        self._network: SrsNetwork | None = None
        self._vocabulary = Vocabulary((), self._sizes.most_words)
        self._shelf: Shelf | None = None

    def fit(
        self,
        pairs: Sequence[tuple[str, int]],
        images: Pictures,
        *,
        seed: int,
        progress: TrainingProgress | None = None,
    ) -> None:
        """See `QueryStickerMatcher.fit`.

        :raises StorageError: there is no room for the encoded catalogue.
        """
        if seed < 0:
            raise ValueError(f"a seed is at least 0, not {seed}")
        self.close()
        outside = [row for _, row in pairs if not 0 <= row < len(images)]
        if outside:
            raise DatasetInvalid(f"A pair names sticker {outside[0]}; the catalogue has 0 to {len(images) - 1}.")
        random = np.random.default_rng(seed)
        vocabulary = Vocabulary((query for query, _ in pairs), self._sizes.most_words)
        lesson = self._lesson(pairs, images, vocabulary, random, progress)
        with self._seeded(seed):
            network = SrsNetwork(self._torch, self._sizes, len(vocabulary))
            network.layers.to(self._device)
            self.losses = train(
                self._torch,
                network,
                lesson,
                self._training,
                device=self._device,
                random=random,
                progress=progress,
            )
        self._shelf = self._encoded(network, images, progress)
        self._network, self._vocabulary = network, vocabulary

    def preselect(self, query: str, most: int) -> NDArray[np.int64]:
        """See `QueryStickerMatcher.preselect`."""
        network, shelf = self._fitted()
        numbers = self._vocabulary.numbers(query)
        if not numbers or most <= 0:
            return np.empty(0, dtype=np.int64)
        with self._torch.inference_mode():
            words, real = self._query(network, numbers)
            direction = network.query_directions(words, real)[0].cpu().numpy()
        return shelf.nearest(direction, most)

    def scores(self, query: str, candidates: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `QueryStickerMatcher.scores`."""
        network, shelf = self._fitted()
        if len(candidates) and not (candidates.min() >= 0 and candidates.max() < len(shelf)):
            raise ValueError(f"a candidate is outside of the catalogue of {len(shelf)}")
        scores = np.full(len(candidates), -np.inf)
        numbers = self._vocabulary.numbers(query)
        if not numbers:
            return scores
        places = np.flatnonzero(shelf.has(candidates))
        with self._torch.inference_mode():
            words, real = self._query(network, numbers)
            for start in range(0, len(places), SCORED_AT_ONCE):
                some = places[start : start + SCORED_AT_ONCE]
                patches, wholes = (self._tensor(each) for each in shelf.take(candidates[some]))
                found = network.match(
                    patches, wholes, words.expand(len(some), -1, -1), real.expand(len(some), -1)
                )  # (some,)
                scores[some] = found.cpu().numpy()
        return scores

    def close(self) -> None:
        """See `QueryStickerMatcher.close`."""
        self._network = None
        if self._shelf is not None:
            self._shelf.close()
        self._shelf = None

    def _fitted(self) -> tuple[SrsNetwork, Shelf]:
        if self._network is None or self._shelf is None:
            raise ValueError("the matcher was asked before it was fitted, or after it was closed")
        return self._network, self._shelf

    def _lesson(
        self,
        pairs: Sequence[tuple[str, int]],
        images: Pictures,
        vocabulary: Vocabulary,
        random: np.random.Generator,
        progress: TrainingProgress | None,
    ) -> Lesson:
        pool = random.choice(len(images), size=min(self._training.pool, len(images)), replace=False)
        wanted = sorted({row for _, row in pairs} | set(pool.tolist()))
        pixels: list[NDArray[np.uint8]] = []
        places: dict[int, int] = {}
        for done, row in enumerate(wanted, 1):
            picture = self._pixels(images, row)
            if picture is not None:
                places[row] = len(pixels)
                pixels.append(picture)
            if progress is not None:
                progress("reading pictures", done, len(wanted))
        usable = [
            (numbers, places[row]) for query, row in pairs if row in places and (numbers := vocabulary.numbers(query))
        ]
        if not usable:
            raise DatasetInvalid("No query with a word has a chosen sticker with a picture: there is nothing to learn.")
        return Lesson(
            queries=[numbers for numbers, _ in usable],
            stickers=np.array([place for _, place in usable], dtype=np.int64),
            pixels=np.stack(pixels),
        )

    def _encoded(self, network: SrsNetwork, images: Pictures, progress: TrainingProgress | None) -> Shelf:
        total = len(images)
        try:
            shelf = Shelf(total, self._sizes, self._folder)
        except OSError as error:
            raise StorageError(f"SRS cannot keep the catalogue on disk ({error.strerror}): make room there.") from error
        try:
            for start in range(0, total, ENCODED_AT_ONCE):
                rows = range(start, min(start + ENCODED_AT_ONCE, total))
                seen = [(row, pixels) for row in rows if (pixels := self._pixels(images, row)) is not None]
                if seen:
                    with self._torch.inference_mode():
                        patches, wholes = network.encode_stickers(self._tensor(np.stack([each for _, each in seen])))
                        directions = network.sticker_directions(wholes)
                    shelf.add(
                        np.array([row for row, _ in seen], dtype=np.int64),
                        *(each.cpu().numpy() for each in (patches, wholes, directions)),
                    )
                if progress is not None:
                    progress("encoding pictures", rows.stop, total)
        except BaseException:
            shelf.close()
            raise
        return shelf

    def _pixels(self, images: Pictures, row: int) -> NDArray[np.uint8] | None:
        picture = images[row]
        if picture is None:
            return None
        try:
            checked(picture, f"The picture of sticker {row}")
        except MediaCorrupt as error:
            raise DatasetInvalid(str(error)) from error
        return fitted(picture, self._sizes.side) if picture.size else None

    def _query(self, network: SrsNetwork, numbers: Sequence[int]) -> tuple[Any, Any]:
        words, real = network.encode_queries(self._tensor(np.array([numbers], dtype=np.int64)))
        return words, real

    def _tensor(self, array: NDArray[Any]) -> Any:
        return self._torch.from_numpy(array).to(self._device)

    @contextmanager
    def _seeded(self, seed: int) -> Iterator[None]:
        """Torch's generators begin at the seed, and afterwards are as they were."""
        devices = [self._device] if self._device.startswith("cuda") else []
        with self._torch.random.fork_rng(devices=devices):
            self._torch.manual_seed(seed)
            yield
