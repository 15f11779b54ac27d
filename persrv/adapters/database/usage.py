"""How much the bot was used: sums alone, computed by the database in one pass over each table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Select, and_, case, func, select

from persrv.adapters.database.database import Database
from persrv.adapters.database.tables import impressions, interactions
from persrv.domain.usage import Use


class SqlUsageStore:
    """`persrv.ports.usage.UsageStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(self, edges: Sequence[datetime], *, page: int) -> Sequence[Use]:
        """What happened in each stretch between two edges.

        :raises ValueError: an edge is naive.
        """
        pages = (impressions.c.served + (page - 1)) // page
        shown = _by_stretch(impressions.c.shown_at, edges, func.sum(pages).label("answers"))
        chosen = _by_stretch(interactions.c.chosen_at, edges, func.sum(interactions.c.position + 1).label("places"))
        async with self._database.read() as connection:
            queries = {row.stretch: (row.times, int(row.answers)) for row in await connection.execute(shown)}
            choices = {row.stretch: (row.times, int(row.places)) for row in await connection.execute(chosen)}
        nothing = (0, 0)
        return [
            Use(*queries.get(stretch, nothing), *choices.get(stretch, nothing)) for stretch in range(len(edges) - 1)
        ]

    async def choosers(self, since: datetime, until: datetime) -> int:
        """How many different people chose something.

        :raises ValueError: a moment is naive.
        """
        people = select(func.count(interactions.c.user_id.distinct())).where(
            _within(interactions.c.chosen_at, since, until)
        )
        async with self._database.read() as connection:
            return (await connection.execute(people)).scalar_one()


def _by_stretch(moment: Column[datetime], edges: Sequence[datetime], total: ColumnElement[int]) -> Select[tuple[int]]:
    """Count the rows of each stretch, and sum something up over them; a stretch without rows is left out."""
    numbered = case(*((moment < end, stretch) for stretch, end in enumerate(edges[1:])))
    stretch = numbered.label("stretch")
    return (
        select(stretch, func.count().label("times"), total)
        .where(_within(moment, edges[0], edges[-1]))
        .group_by(stretch)
    )


def _within(moment: Column[datetime], since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(moment >= since, moment < until)
