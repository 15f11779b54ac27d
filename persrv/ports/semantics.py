"""Where the offline stages keep what they find out about stickers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from persrv.domain.stickers import Sticker
from persrv.domain.work import Coverage, Failure, Made, Maker, Provenance, Task


class SemanticsStore(Protocol):
    """The work of each stage on each sticker. Every method is one short transaction."""

    async def wanted(self, task: Task, maker: Maker, *, after: int, limit: int) -> Sequence[Sticker]:
        """Live stickers whose file is here and that this maker has still to look at, by id, from after `after`.

        One that it has failed on `MOST_TRIES` times is left alone.
        """

    async def count_wanted(self, task: Task, maker: Maker) -> int:
        """How many `wanted` would give in all."""

    async def save(self, task: Task, made: Sequence[Made], *, maker: Maker, at: datetime) -> int:
        """Keep what was found and note that the work is done, at once; a changed text queues its sticker for indexing.

        What an earlier maker had said in these fields is replaced, also by nothing where there is nothing now.

        :return: How many stickers have another text than before.
        """

    async def note_failures(self, task: Task, reasons: Mapping[int, str], *, maker: Maker, at: datetime) -> None:
        """Note by sticker why the work could not be done. What is known of the sticker already stays."""

    async def failures(self, task: Task) -> Sequence[Failure]:
        """Everything that could not be done and has not been done since, by sticker."""

    async def failures_of(self, sticker_id: int) -> Sequence[Failure]:
        """What could not be done with one sticker and has not been done since, by stage in the order of `Task`."""

    async def forget_failures(self, task: Task) -> int:
        """Let every sticker be tried again. Return how many."""

    async def known(self, sticker_id: int) -> Sequence[Provenance]:
        """The texts of one sticker, in the order of `SemanticField`."""

    async def top_queries(self, sticker_id: int, limit: int) -> Sequence[tuple[str, int]]:
        """What people typed before they chose this sticker, and how many of them did; most people first."""

    async def coverage(self, task: Task) -> Coverage:
        """How far the stage is, whoever did the work."""
