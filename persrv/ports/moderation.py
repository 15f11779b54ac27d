"""What is banned and what was reported, as the use cases see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from persrv.domain.moderation import Ban, Banned, Report, ReportState


class BanStore(Protocol):
    """The ban list.

    A banned sticker is not live, nor is any sticker of a banned set, whichever other sets hold it too. A banned set
    is neither listed nor taken in again. What enters or leaves the answers by this is queued for indexing in the
    same transaction.
    """

    async def ban(self, what: Banned, *, by: int, at: datetime) -> bool:
        """Ban it; False where it was banned already, which changes nothing."""

    async def unban(self, what: Banned) -> bool:
        """Lift a ban; False where there was none."""

    async def is_banned(self, what: Banned) -> bool:
        """Whether this very thing is on the list; a sticker of a banned set is not itself."""

    async def bans(self) -> Sequence[Ban]:
        """The whole list, latest first."""


class ReportStore(Protocol):
    """Stickers that people reported: one report a sticker, however many people make it."""

    async def report(self, sticker_id: int, *, at: datetime) -> tuple[Report, bool]:
        """Note a report. Return it, and whether it is new; one that was decided stays decided."""

    async def known(self, report_id: int) -> Report | None:
        """One report, or None."""

    async def decide(self, report_id: int, state: ReportState) -> bool:
        """Close an open report; False where there is none with this number, or it was closed before."""
