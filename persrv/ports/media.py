"""Sticker files and the frames in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from persrv.domain.stickers import StickerFormat


@dataclass(frozen=True, slots=True)
class Frames:
    """Pictures of one sticker.

    :param pixels: uint8 RGBA with straight (not premultiplied) alpha, shape (frames, height, width, 4).
    :param times: float32 seconds from the start at which each is shown, shape (frames,), rising from 0.
    :param duration: Seconds of one loop; 0 for a still picture.
    """

    pixels: NDArray[np.uint8]
    times: NDArray[np.float32]
    duration: float


@dataclass(frozen=True, slots=True)
class FrameLimits:
    """What a file may cost.

    :param max_bytes: Of the file, and of a `.tgs` once unpacked (times 16).
    :param max_pixels: Width times height that the file claims.
    :param max_frames: Frames that are decoded in looking for those that are kept.
    :param seconds: Wall time for one file.
    :param memory_bytes: Address space that the decoder may add.
    """

    max_bytes: int = 20_000_000
    max_pixels: int = 4_194_304
    max_frames: int = 600
    seconds: float = 10.0
    memory_bytes: int = 1_500_000_000


class FrameDecoder(Protocol):
    """Turns a sticker's file into frames, apart from this process."""

    async def decode(self, data: bytes, format: StickerFormat, *, frames: int, size: int) -> Frames:
        """At most `frames` frames, evenly spread over the loop, fitted into `size` x `size` pixels.

        :raises MediaCorrupt: the bytes are not what `format` says, or are damaged.
        :raises MediaTooLarge: over a limit of `FrameLimits`.
        """

    async def close(self) -> None:
        """End the worker. Idempotent."""


class MediaStore(Protocol):
    """Sticker files on this machine's disk, by identity."""

    async def write(self, identity: str, format: StickerFormat, data: bytes) -> None:
        """Keep a file whole or not at all."""

    async def read(self, identity: str, format: StickerFormat) -> bytes | None:
        """The file's bytes, or None."""
