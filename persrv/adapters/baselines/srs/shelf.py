"""The catalogue as the network has encoded it: small things in memory, patches on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.baselines.srs.sizes import SrsSizes

_MISSING: Final = -1
_LARGEST: Final = float(np.finfo(np.float16).max)


class Shelf:
    """Encoded stickers, by their index in the catalogue. A sticker without a picture has no place.

    Patches are kept in half precision: 4.6 kB a sticker with the usual sizes, 2.5 GB for the paper's 543,098.

    :param stickers: In the catalogue.
    :param sizes: Of the network.
    :param folder: Where a folder of its own is made, which `close` deletes; None: the system's place for such.
    :raises OSError: there is no room, or no right to write.
    """

    def __init__(self, stickers: int, sizes: SrsSizes, folder: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="srs-", dir=folder)
        self._places = np.full(stickers, _MISSING, dtype=np.int64)
        self._count = 0
        self._wholes = np.zeros((stickers, sizes.dimensions), dtype=np.float32)
        self._directions = np.zeros((stickers, sizes.dimensions), dtype=np.float32)
        # A file without bytes cannot be mapped, so that an empty catalogue has room for one sticker.
        self._patches: NDArray[np.float16] | None = np.memmap(
            Path(self._folder.name) / "patches.f16",
            dtype=np.float16,
            mode="w+",
            shape=(max(stickers, 1), sizes.patches, sizes.dimensions),
        )

    def __len__(self) -> int:
        return len(self._places)

    def add(
        self,
        stickers: NDArray[np.int64],
        patches: NDArray[np.float32],
        wholes: NDArray[np.float32],
        directions: NDArray[np.float32],
    ) -> None:
        """Put some there, each once.

        :param stickers: Indexes into the catalogue, int64, shape (some,).
        :param patches: float32, shape (some, n, d).
        :param wholes: float32, shape (some, d).
        :param directions: Unit vectors, float32, shape (some, d).
        """
        places = slice(self._count, self._count + len(stickers))
        self._places[stickers] = np.arange(places.start, places.stop)
        self._open()[places] = np.clip(patches, -_LARGEST, _LARGEST).astype(np.float16)
        self._wholes[places] = wholes
        self._directions[places] = directions
        self._count = places.stop

    def has(self, stickers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of these stickers were added, shape as given."""
        there: NDArray[np.bool_] = self._places[stickers] != _MISSING
        return there

    def take(self, stickers: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Patches, float32 of shape (some, n, d), and wholes, (some, d), of stickers that are all there."""
        places = self._places[stickers]
        return self._open()[places].astype(np.float32), self._wholes[places]

    def nearest(self, direction: NDArray[np.float32], most: int) -> NDArray[np.int64]:
        """The stickers whose direction is nearest to this one, nearest first; equal ones by index.

        :param direction: float32, shape (d,).
        :return: int64, shape (at most `most`,).
        """
        stickers = np.flatnonzero(self._places != _MISSING)
        near = (self._directions[: self._count] @ direction)[self._places[stickers]]
        if most < len(near):
            # All that are as near as the last one wanted, so that which of them are taken is no chance.
            least = np.partition(near, len(near) - most)[len(near) - most] if most else np.inf
            kept = near >= least
            stickers, near = stickers[kept], near[kept]
        return stickers[np.argsort(-near, kind="stable")][:most].astype(np.int64)

    def close(self) -> None:
        """Delete the file. Idempotent; nothing may be taken afterwards."""
        self._patches = None
        self._folder.cleanup()

    def _open(self) -> NDArray[np.float16]:
        if self._patches is None:
            raise ValueError("The shelf is closed.")
        return self._patches
