"""The pictures of a dataset folder, decoded when they are asked for."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.dataset.images import FORMATS
from persrv.adapters.media.decoding import decode
from persrv.domain.dataset import StickerTable
from persrv.errors import MediaCorrupt, MediaError
from persrv.ports.media import FrameLimits, Frames

SIDE = 512
"""Pixels of the longer side of what models see."""


class FolderStickerFiles:
    """`persrv.ports.computed.StickerFiles` over images/; also `persrv.ports.models.Pictures`."""

    def __init__(self, stickers: StickerTable) -> None:
        self._stickers = stickers

    def __len__(self) -> int:
        return len(self._stickers)

    def __getitem__(self, row: int) -> NDArray[np.uint8] | None:
        """The first frame, or None where there is none that can be read."""
        if self._stickers.image(row) is None:
            return None
        try:
            pixels: NDArray[np.uint8] = self.frames(row, frames=1, size=SIDE).pixels[0]
        except MediaError:
            return None
        return pixels

    def row(self, docid: str) -> int | None:
        """A sticker's row, or None where the catalogue lacks it."""
        return self._stickers.row(docid)

    def key(self, row: int) -> str | None:
        """See `StickerFiles.key`."""
        path = self._stickers.image(row)
        try:
            return None if path is None else hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            return None

    def frames(self, row: int, *, frames: int, size: int) -> Frames:
        """See `StickerFiles.frames`."""
        path = self._stickers.image(row)
        if path is None:
            raise MediaCorrupt(f"{self._stickers.docids[row]} has no picture.")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise MediaCorrupt(f"{path} cannot be read ({error.strerror}).") from error
        try:
            return decode(data, FORMATS[path.suffix.lower()], frames=frames, size=size, limits=FrameLimits())
        except MediaError as error:
            raise type(error)(f"{path}: {error}") from error
