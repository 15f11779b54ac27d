"""How much the bot was used, as the database tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from persrv.domain.trials import Compared, Credits, Explored
from persrv.domain.usage import Use


class UsageStore(Protocol):
    """Counts what was shown and chosen. No name, number or query leaves it."""

    async def between(self, edges: Sequence[datetime], *, page: int) -> Sequence[Use]:
        """What happened from each moment (inclusive) to the next (exclusive).

        :param edges: Rising; one more than there are stretches.
        :param page: Stickers in one answer.
        """

    async def choosers(self, since: datetime, until: datetime) -> int:
        """How many different people chose something from a moment (inclusive) to another (exclusive)."""

    async def interleaved(self) -> Mapping[Compared, int]:
        """How many answers two rankings were interleaved in, by which two, as far as impressions are kept."""

    async def credits(self) -> Sequence[Credits]:
        """Whose picks were chosen in those answers: one for each query of each person, in no telling order.

        A choice counts for the place that it was served at, on whatever page.
        """

    async def explored(self) -> Explored:
        """What came of places that were given to stickers nobody had seen, as far as impressions are kept."""
