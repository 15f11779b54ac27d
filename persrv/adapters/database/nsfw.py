"""NSFW scores, and who wants to see stickers that have a high one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.database import Database
from persrv.adapters.database.live import chunks
from persrv.adapters.database.tables import nsfw_people, nsfw_scores
from persrv.adapters.database.tickets import next_ticket
from persrv.adapters.database.upsert import insert_into
from persrv.domain.nsfw import NsfwScore, ScoreChange
from persrv.domain.work import Maker

_COUNTER = "nsfw ticket"


class SqlNsfwStore:
    """`persrv.ports.nsfw.NsfwStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scores(self, sticker_ids: Sequence[int]) -> Mapping[int, NsfwScore]:
        """What is known of these stickers."""
        found: dict[int, NsfwScore] = {}
        async with self._database.read() as connection:
            for chunk in chunks(sticker_ids):
                statement = select(nsfw_scores).where(nsfw_scores.c.sticker_id.in_(chunk))
                for row in await connection.execute(statement):
                    found[row.sticker_id] = NsfwScore(row.score, Maker(row.engine, row.version))
        return found

    async def at_least(self, limit: float) -> tuple[Sequence[int], int]:
        """Stickers at or above a score, and the last ticket, read so that no change is lost between them."""
        statement = (
            select(nsfw_scores.c.sticker_id).where(nsfw_scores.c.score >= limit).order_by(nsfw_scores.c.sticker_id)
        )
        async with self._database.read() as connection:
            # The ticket first: where each statement sees a moment of its own, a change is told twice and never lost.
            last: int | None = (await connection.execute(select(func.max(nsfw_scores.c.ticket)))).scalar_one()
            return list((await connection.execute(statement)).scalars()), last or 0

    async def changes(self, after: int) -> Sequence[ScoreChange]:
        """Scores written since a ticket; those of one transaction by sticker."""
        statement = (
            select(nsfw_scores.c.sticker_id, nsfw_scores.c.score, nsfw_scores.c.ticket)
            .where(nsfw_scores.c.ticket > after)
            .order_by(nsfw_scores.c.ticket, nsfw_scores.c.sticker_id)
        )
        async with self._database.read() as connection:
            return [ScoreChange(row.sticker_id, row.score, row.ticket) for row in await connection.execute(statement)]

    async def people(self) -> Sequence[int]:
        """Those who have switched it on."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(nsfw_people.c.user_id).order_by(nsfw_people.c.user_id))
            return list(rows.scalars())

    async def switch(self, user_id: int, *, on: bool) -> None:
        """Keep what a person wants. Safe to repeat."""
        async with self._database.write() as connection:
            if on:
                inserted = insert_into(nsfw_people, connection.dialect.name).values(user_id=user_id)
                await connection.execute(inserted.on_conflict_do_nothing(index_elements=[nsfw_people.c.user_id]))
            else:
                await connection.execute(delete(nsfw_people).where(nsfw_people.c.user_id == user_id))


async def put_scores(connection: AsyncConnection, scores: Mapping[int, float], maker: Maker) -> None:
    """Write scores by sticker inside the caller's transaction; what another maker had said is replaced."""
    if not scores:
        return
    ticket = await connection.run_sync(next_ticket, _COUNTER)
    rows = [
        {"sticker_id": sticker, "score": score, "engine": maker.engine, "version": maker.version, "ticket": ticket}
        for sticker, score in sorted(scores.items())
    ]
    inserted = insert_into(nsfw_scores, connection.dialect.name)
    replaced = {name: inserted.excluded[name] for name in ("score", "engine", "version", "ticket")}
    await connection.execute(
        inserted.on_conflict_do_update(index_elements=[nsfw_scores.c.sticker_id], set_=replaced), rows
    )
