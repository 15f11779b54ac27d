"""What is computed of a dataset's stickers: their files, and a memory of what engines made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from persrv.domain.work import Maker
from persrv.ports.media import Frames


class StickerFiles(Protocol):
    """The files of a catalogue, by row."""

    def __len__(self) -> int:
        """Stickers in the catalogue, with or without a file."""

    def key(self, row: int) -> str | None:
        """Digest of the file's bytes: equal files have equal keys. None where there is no file to read."""

    def frames(self, row: int, *, frames: int, size: int) -> Frames:
        """At most `frames` frames, evenly spread, with a longer side of `size` pixels.

        :raises MediaError: there is no file, or it cannot be decoded; a sentence with its path.
        """


class ComputedStore(Protocol):
    """Remembers what an engine made of a file, across runs and datasets. A kill loses the last batch at most."""

    def find(self, maker: Maker, keys: Iterable[str]) -> Mapping[str, bytes]:
        """What is known of files, by key."""

    def keep(self, maker: Maker, made: Mapping[str, bytes]) -> None:
        """Remember. What was known of a key is replaced."""

    def close(self) -> None:
        """Let go of the store. Idempotent."""
