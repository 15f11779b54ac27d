"""The use case behind /stats: how much the bot is used, in numbers and as a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from persrv.domain.trials import Compared, Comparison, Credits
from persrv.domain.usage import DayOfUse, Stock, Usage, Use, sum_up
from persrv.domain.work import Task
from persrv.ports.pictures import UsagePainter
from persrv.ports.semantics import SemanticsStore
from persrv.ports.storage import CatalogueStore
from persrv.ports.usage import UsageStore
from persrv.ranking.interleaving import compare
from persrv.suggest.service import PAGE_SIZE

PERIODS: Final = (7, 30)
"""Days, today among them."""


class UsageTeller:
    """Puts together what /stats tells, and has it drawn."""

    def __init__(
        self,
        *,
        usage: UsageStore,
        catalogue: CatalogueStore,
        semantics: SemanticsStore,
        painter: UsagePainter,
        executor: Executor,
        zone: ZoneInfo,
        kept_days: int,
    ) -> None:
        """Set it up.

        :param zone: Whose days they are.
        :param kept_days: After how many days the night erases what was asked; 0: never.
        """
        self._usage = usage
        self._catalogue = catalogue
        self._semantics = semantics
        self._painter = painter
        self._executor = executor
        self._zone = zone
        self._kept_days = kept_days

    async def tell(self, now: datetime) -> Usage:
        """The last days up to now."""
        dates = _days_up_to(now.astimezone(self._zone).date(), PERIODS[-1])
        edges = [self._midnight(day) for day in (*dates, dates[-1] + timedelta(days=1))]
        uses = await self._usage.between(edges, page=PAGE_SIZE)
        days = tuple(
            DayOfUse(day, self._known(use, begin, now)) for day, use, begin in zip(dates, uses, edges, strict=False)
        )
        people = [await self._usage.choosers(edges[-1 - length], edges[-1]) for length in PERIODS]
        periods = tuple(sum_up(days[-length:], count) for length, count in zip(PERIODS, people, strict=True))
        explored = await self._usage.explored()
        return Usage(
            days, periods, await self._stock(), await self._comparisons(), explored if explored.shown else None
        )

    async def paint(self, days: Sequence[DayOfUse]) -> bytes:
        """The days as a PNG file; drawn apart from the event loop, one picture at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._painter.paint, days)

    async def _comparisons(self) -> tuple[Comparison, ...]:
        answers = await self._usage.interleaved()
        if not answers:
            return ()
        chosen: dict[Compared, list[Credits]] = {compared: [] for compared in answers}
        for credit in await self._usage.credits():
            chosen.setdefault(credit.compared, []).append(credit)

        def compare_all() -> tuple[Comparison, ...]:
            found = [compare(compared, answers.get(compared, 0), credits) for compared, credits in chosen.items()]
            return tuple(sorted(found, key=lambda one: (-one.answers, one.compared.serving, one.compared.rival)))

        return await asyncio.get_running_loop().run_in_executor(self._executor, compare_all)

    def _known(self, use: Use, begin: datetime, now: datetime) -> Use:
        """A day of which the night has begun to erase queries keeps its choices alone: shares would be wrong."""
        if self._kept_days and begin < now - timedelta(days=self._kept_days):
            return Use(choices=use.choices, places=use.places)
        return use

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)

    async def _stock(self) -> Stock:
        read = await self._semantics.coverage(Task.OCR)
        described = await self._semantics.coverage(Task.CAPTION)
        return Stock(
            packs=len(await self._catalogue.packs()),
            stickers=await self._catalogue.count_stickers(),
            read=read.done,
            described=described.done,
        )


def _days_up_to(today: date, length: int) -> list[date]:
    return [today - timedelta(days=back) for back in range(length - 1, -1, -1)]
