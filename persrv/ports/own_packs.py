"""A person's own packs, and what they want of them, as the use cases see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from persrv.domain.own_packs import OwnPacks


class OwnPackStore(Protocol):
    """Which packs are whose. What a person adds and chooses is written by `CatalogueStore` and `HistoryStore`."""

    async def modes(self) -> Mapping[int, OwnPacks]:
        """What people want, by Telegram user id; those who want nothing of it are absent."""

    async def keep_mode(self, user_id: int, mode: OwnPacks) -> None:
        """Keep what a person wants, until they say otherwise or are erased."""

    async def stickers_of(self, user_id: int) -> Sequence[int]:
        """The live stickers of a person's own packs, each once: the pack that came last first, each in its order."""
