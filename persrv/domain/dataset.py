"""A dataset to evaluate on: stickers, and who chose which of them for which query (docs/evaluation.md)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from persrv.domain.packed import PackedTexts
from persrv.domain.semantics import SemanticField


@dataclass(frozen=True, slots=True, order=True)
class Interaction:
    """One choice.

    :param uid: Who.
    :param query: What they typed, without white space at the ends; never empty.
    :param docid: The sticker that they chose.
    :param ts: When, in Unix seconds UTC, or None where the log does not say.
    """

    uid: str
    query: str
    docid: str
    ts: float | None = None

    @property
    def triple(self) -> tuple[str, str, str]:
        """What makes two rows the same choice."""
        return self.uid, self.query, self.docid


class SplitKind(StrEnum):
    """Where the three parts come from."""

    GIVEN = "given"
    """train.csv, valid.csv and test.csv, used as they are."""
    RANDOM = "random"
    """80/10/10 of the distinct (uid, query, docid), drawn by seed; a choice that repeats stays in one part."""
    TIME = "time"
    """The first 80 % of the rows in time, the next 10 %, the last 10 %; rows of one second stay together."""


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Image embeddings that came with the dataset.

    :param vectors: float32, shape (embedded stickers, dimensions); may lie in a file.
    :param places: Each sticker's row in `vectors`, or -1; int64, shape (stickers,).
    """

    vectors: NDArray[np.float32]
    places: NDArray[np.int64]

    @property
    def dimensions(self) -> int:
        """Of a vector."""
        return int(self.vectors.shape[1])

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of some stickers, all zero where there is none; float32, shape (rows, dimensions)."""
        places = self.places[rows]
        found = np.zeros((len(rows), self.dimensions), dtype=np.float32)
        found[places >= 0] = self.vectors[places[places >= 0]]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class ImageFiles:
    """Which stickers have a picture; nothing is opened.

    :param folder: Where the pictures are.
    :param suffixes: The endings that occur, with their dots.
    :param kinds: Each sticker's ending as a place in `suffixes`, or -1; int16, shape (stickers,).
    """

    folder: Path
    suffixes: tuple[str, ...]
    kinds: NDArray[np.int16]

    def path(self, row: int, docid: str) -> Path | None:
        """The sticker's file, or None."""
        kind = int(self.kinds[row])
        return None if kind < 0 else self.folder / f"{docid}{self.suffixes[kind]}"

    def count(self) -> int:
        """How many stickers have a picture."""
        return int((self.kinds >= 0).sum())


@dataclass(frozen=True, slots=True, eq=False)
class StickerTable:
    """The stickers that a system may know and rank, by row number.

    They are those of stickers.jsonl, of images/ and of the training part. A sticker that only valid or test names
    is not here: nothing is known of it but what may not be known yet.

    :param docids: Sorted and distinct; row i is `docids[i]`.
    :param texts: What is written on or known of each sticker; every field but `QUERIES`.
    """

    docids: tuple[str, ...]
    texts: Mapping[SemanticField, PackedTexts]
    embeddings: Embeddings | None
    images: ImageFiles

    def __len__(self) -> int:
        return len(self.docids)

    def row(self, docid: str) -> int | None:
        """A sticker's row, or None where it is not here."""
        place = bisect_left(self.docids, docid)
        return place if place < len(self.docids) and self.docids[place] == docid else None

    def fields(self) -> frozenset[SemanticField]:
        """The fields in which some sticker has words."""
        return frozenset(field for field, column in self.texts.items() if (column.ends > column.starts).any())

    def image(self, row: int) -> Path | None:
        """A sticker's picture, or None."""
        return self.images.path(row, self.docids[row])


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Everything that a dataset folder says.

    :param source: The folder or file, for a person.
    :param seed: What the split was drawn with, where it was drawn.
    :param unknown: Docids that only valid or test names, sorted: they count as stickers, and nobody can find them.
    :param notes: What a reader of the figures should know of the data, in sentences.
    """

    source: str
    stickers: StickerTable
    train: tuple[Interaction, ...]
    valid: tuple[Interaction, ...]
    test: tuple[Interaction, ...]
    split: SplitKind
    seed: int
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
