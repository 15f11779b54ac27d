"""How the database does, for whoever watches over the bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the database.

    :param index: Stickers that the search index has not heard of.
    :param packs: Sets that are not all here.
    """

    index: int
    packs: int


class StorageProbe(Protocol):
    """Looks whether the database works."""

    async def check(self) -> None:
        """Read and write once.

        :raises StorageError: it cannot be read or written.
        """

    async def backlog(self) -> Backlog:
        """Count what waits.

        :raises StorageError: it cannot be read.
        """
