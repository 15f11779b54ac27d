"""How much the bot was used, as the database tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

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
