"""How much the bot was used: sums alone, computed by the database in one pass over each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Select, and_, case, func, select

from persrv.adapters.database.database import Database
from persrv.adapters.database.tables import impressions, interactions
from persrv.adapters.database.trials import compared_of
from persrv.domain.trials import Compared, Credits, Explored, Team
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

    async def interleaved(self) -> Mapping[Compared, int]:
        """How many answers two rankings were interleaved in."""
        compared = impressions.c.compared
        counted = select(compared, func.count().label("answers")).where(compared.is_not(None)).group_by(compared)
        async with self._database.read() as connection:
            return {compared_of(row.compared): row.answers for row in await connection.execute(counted)}

    async def credits(self) -> Sequence[Credits]:
        """Whose picks were chosen in those answers, for each query of each person."""
        team = func.substr(impressions.c.teams, interactions.c.position + 1, 1)
        serving, rival = (func.sum(case((team == one.value, 1), else_=0)) for one in (Team.SERVING, Team.RIVAL))
        first_serving, first_rival = (
            func.min(case((team == one.value, interactions.c.id))) for one in (Team.SERVING, Team.RIVAL)
        )
        chosen = (
            select(
                impressions.c.compared,
                serving.label("serving"),
                rival.label("rival"),
                (func.count() - serving - rival).label("neither"),
                first_serving.label("first_serving"),
                first_rival.label("first_rival"),
            )
            .join_from(interactions, impressions, impressions.c.id == interactions.c.impression_id)
            .where(impressions.c.compared.is_not(None))
            .group_by(impressions.c.compared, interactions.c.user_id, interactions.c.query_key)
        )
        async with self._database.read() as connection:
            return [
                Credits(
                    compared_of(row.compared),
                    int(row.serving),
                    int(row.rival),
                    int(row.neither),
                    _earlier(row.first_serving, row.first_rival),
                )
                for row in await connection.execute(chosen)
            ]

    async def explored(self) -> Explored:
        """What came of places that were given to stickers nobody had seen."""
        explored = impressions.c.explored
        shown = select(func.count()).where(explored < impressions.c.served)
        chosen = (
            select(func.count())
            .select_from(interactions)
            .join(impressions, impressions.c.id == interactions.c.impression_id)
            .where(explored == interactions.c.position)
        )
        async with self._database.read() as connection:
            return Explored(
                (await connection.execute(shown)).scalar_one(), (await connection.execute(chosen)).scalar_one()
            )


def _earlier(serving: int | None, rival: int | None) -> Team | None:
    """Whose row number is the lower one: rows are numbered as they come."""
    if serving is None or rival is None:
        return Team.SERVING if serving is not None else Team.RIVAL if rival is not None else None
    return Team.SERVING if serving < rival else Team.RIVAL


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
