"""What the offline stages compute for the bot: arrays on disk, swapped as one piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Note = str | int | float


@dataclass(frozen=True, slots=True, eq=False)
class Artefacts:
    """One generation, whole. Nothing in it ever changes.

    :param generation: Its name; "" where nothing was computed yet.
    :param arrays: Read-only arrays by name, memory-mapped.
    :param notes: What else belongs to it, by name.
    """

    generation: str = ""
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    notes: Mapping[str, Note] = field(default_factory=lambda: MappingProxyType({}))


class ArtefactStore(Protocol):
    """Generations of artefacts; the newest serves. All methods block."""

    def current(self) -> Artefacts:
        """The newest generation; the same object while it is the newest.

        :raises ArtefactsDamaged: it cannot be read, or its files are not what was written.
        """

    def publish(self, arrays: Mapping[str, NDArray[Any]], notes: Mapping[str, Note]) -> Artefacts:
        """Make the next generation beside the current one, then let it take its place at once.

        Arrays and notes that are not named are carried over. Whatever goes wrong, the current one stays.

        :raises StorageError: it cannot be written.
        """

    def keep_only_current(self) -> None:
        """Delete what was published before: it may hold what was learnt from somebody who has been erased since."""


class EmbeddingRows(Protocol):
    """The raw vectors of one encoder, one row a sticker, on disk: float16, row number = sticker id. Blocks."""

    def known(self, size: int) -> NDArray[np.bool_]:
        """Which stickers have been embedded, also those that show nothing, shape (size,)."""

    def write(self, sticker_ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Keep vectors; on return they survive a crash of the process.

        :raises StorageError: they cannot be written; rows that were there stay.
        """

    def read(self) -> NDArray[np.float16]:
        """All rows, shape (highest sticker id + 1, dimensions); all zero where a sticker is blank or unknown."""


class EmbeddingArchive(Protocol):
    """The rows of every encoder apart from each other, so that two spaces can never mix."""

    def rows(self, encoder: str, version: str, dimensions: int) -> EmbeddingRows:
        """The rows of one encoder; new and empty where it has none.

        :raises StorageError: the folder cannot be read or written.
        """

    def keep_only(self, encoder: str, version: str) -> int:
        """Delete the rows of every other encoder. Return how many encoders that were."""
