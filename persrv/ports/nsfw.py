"""How likely it is that a sticker is not for everybody: who scores it, and where scores and switches are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from persrv.domain.nsfw import NsfwScore, ScoreChange
from persrv.ports.media import Frames


class NsfwEngine(Protocol):
    """Scores stickers, one at a time. Blocks for as long as it looks, so it belongs into a worker process."""

    name: str
    """The value of `PERSRV_NSFW_ENGINE`."""
    version: str
    """Package, model and the way of looking, stored beside each score: another version scores afresh."""

    def score(self, frames: Frames) -> float:
        """How indecent the sticker is, 0 to 1: that of the worst frame.

        :raises NsfwFailed: the engine broke on this sticker; the next one may be scored.
        """

    def close(self) -> None:
        """Let go of the model. Idempotent."""


class NsfwStore(Protocol):
    """Scores of stickers, which `SemanticsStore.save` writes, and the people who want to see them all."""

    async def scores(self, sticker_ids: Sequence[int]) -> Mapping[int, NsfwScore]:
        """What is known of these stickers, by id; one that nobody has scored is absent."""

    async def at_least(self, limit: float) -> tuple[Sequence[int], int]:
        """Stickers with this score or a higher one, live or not, rising; and the last ticket, 0 for none."""

    async def changes(self, after: int) -> Sequence[ScoreChange]:
        """Scores written since this ticket, oldest first."""

    async def people(self) -> Sequence[int]:
        """Telegram user ids of those who have switched NSFW on, rising."""

    async def switch(self, user_id: int, *, on: bool) -> None:
        """Keep what a person wants, until they say otherwise or are erased."""
