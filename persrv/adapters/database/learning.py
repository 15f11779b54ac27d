"""The log of choices as the offline stages read it, and the profiles that come of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import Connection, Select, bindparam, delete, func, select

from persrv.adapters.database.database import Database
from persrv.adapters.database.live import chunks
from persrv.adapters.database.tables import interactions, style_profiles
from persrv.adapters.database.upsert import Upsert, insert_into
from persrv.ports.learning import LoggedChoice, PersonsChoices, StoredProfile, TimedChoice

PART: Final = 5_000
"""Rows in one part: little memory, and few enough round trips."""


class SqlChoiceLog:
    """`persrv.ports.learning.ChoiceLog` over a `Database`.

    Every part is a read of its own, so that no long read keeps the write-ahead log from being folded back.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all_choices(self) -> AsyncIterator[Sequence[LoggedChoice]]:
        """The whole log in parts, oldest first."""
        last = 0
        while True:
            statement = (
                select(interactions.c.id, interactions.c.user_id, interactions.c.sticker_id, interactions.c.query_key)
                .where(interactions.c.id > last)
                .order_by(interactions.c.id)
                .limit(PART)
            )
            async with self._database.read() as connection:
                rows = (await connection.execute(statement)).all()
            if not rows:
                return
            last = rows[-1].id
            yield [LoggedChoice(row.user_id, row.sticker_id, row.query_key) for row in rows]

    async def by_person(self) -> AsyncIterator[Sequence[PersonsChoices]]:
        """The whole log by person, in parts, by user id; a person is never cut in two."""
        last: int | None = None
        while True:
            some = select(interactions.c.user_id).distinct().order_by(interactions.c.user_id).limit(PART // 50)
            if last is not None:
                some = some.where(interactions.c.user_id > last)
            async with self._database.read() as connection:
                people = list((await connection.execute(some)).scalars())
                if not people:
                    return
                rows = await connection.execute(
                    select(interactions.c.user_id, interactions.c.sticker_id, func.count().label("times"))
                    .where(interactions.c.user_id >= people[0], interactions.c.user_id <= people[-1])
                    .group_by(interactions.c.user_id, interactions.c.sticker_id)
                    .order_by(interactions.c.user_id, interactions.c.sticker_id)
                )
                chosen: dict[int, tuple[list[int], list[int]]] = {}
                for user_id, sticker_id, times in rows:
                    ids, counts = chosen.setdefault(user_id, ([], []))
                    ids.append(sticker_id)
                    counts.append(times)
            last = people[-1]
            yield [PersonsChoices(user_id, tuple(ids), tuple(counts)) for user_id, (ids, counts) in chosen.items()]

    async def choices_of(self, user_id: int) -> PersonsChoices:
        """What one person chose; nothing for a stranger."""
        rows = await self._database.ask(
            lambda connection: connection.execute(_choices_of(), {"user_id": user_id}).all()
        )
        return PersonsChoices(user_id, tuple(row.sticker_id for row in rows), tuple(row.times for row in rows))

    async def latest_of(self, user_id: int, limit: int) -> Sequence[TimedChoice]:
        """A person's last choices, the latest first."""
        asked = {"user_id": user_id, "most": limit}
        return await self._database.ask(
            lambda connection: [
                TimedChoice(row.sticker_id, row.query_key, row.chosen_at)
                for row in connection.execute(_latest_of(), asked)
            ]
        )

    async def queries_of(self, user_id: int) -> Sequence[tuple[int, str, int]]:
        """What one person typed before each sticker they chose, and how often; the query as it was typed first."""
        statement = (
            select(
                interactions.c.sticker_id, func.min(interactions.c.query).label("query"), func.count().label("times")
            )
            .where(interactions.c.user_id == user_id, interactions.c.query_key != "")
            .group_by(interactions.c.sticker_id, interactions.c.query_key)
            .order_by(interactions.c.sticker_id, func.min(interactions.c.id))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [(row.sticker_id, " ".join(row.query.split()), row.times) for row in rows]

    async def latest(self) -> int:
        """The last choice's number; 0 when there is none."""
        async with self._database.read() as connection:
            last: int | None = (await connection.execute(select(func.max(interactions.c.id)))).scalar_one()
        return last or 0

    async def people_since(self, number: int) -> Sequence[int]:
        """Who has chosen something after the choice with this number, by user id."""
        statement = (
            select(interactions.c.user_id).where(interactions.c.id > number).distinct().order_by(interactions.c.user_id)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(statement)).scalars())


class SqlProfileStore:
    """`persrv.ports.learning.ProfileStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, user_id: int, space_id: str) -> bytes | None:
        """A person's profile in a space, or None."""
        asked = {"user_id": user_id, "space_id": space_id}
        return await self._database.ask(lambda connection: connection.execute(_profile(), asked).scalar_one_or_none())

    async def save(self, profiles: Sequence[StoredProfile]) -> None:
        """Keep profiles of people who still have choices: a fit may end after its person asked to be forgotten."""

        def keep(connection: Connection) -> None:
            for chunk in chunks(profiles):
                asked = select(interactions.c.user_id).where(interactions.c.user_id.in_([one.user_id for one in chunk]))
                known = set(connection.execute(asked.distinct()).scalars())
                rows = [
                    {"user_id": one.user_id, "space_id": one.space_id, "data": one.data}
                    for one in chunk
                    if one.user_id in known
                ]
                if rows:
                    connection.execute(_keeping(connection.dialect.name), rows)

        await self._database.change(keep)

    async def remove(self, user_ids: Collection[int], space_id: str) -> None:
        """Drop the profiles of these people in a space."""
        async with self._database.write() as connection:
            for chunk in chunks(user_ids):
                await connection.execute(
                    delete(style_profiles).where(
                        style_profiles.c.space_id == space_id, style_profiles.c.user_id.in_(chunk)
                    )
                )

    async def keep_only(self, space_id: str) -> int:
        """Drop the profiles of every other space."""
        async with self._database.write() as connection:
            return (
                await connection.execute(delete(style_profiles).where(style_profiles.c.space_id != space_id))
            ).rowcount


# What answers and choices ask is put together once: that takes longer than to run it.


@cache
def _choices_of() -> Select[int, int]:
    return (
        select(interactions.c.sticker_id, func.count().label("times"))
        .where(interactions.c.user_id == bindparam("user_id"))
        .group_by(interactions.c.sticker_id)
        .order_by(interactions.c.sticker_id)
    )


@cache
def _profile() -> Select[bytes]:
    return select(style_profiles.c.data).where(
        style_profiles.c.user_id == bindparam("user_id"), style_profiles.c.space_id == bindparam("space_id")
    )


@cache
def _keeping(dialect: str) -> Upsert:
    inserted = insert_into(style_profiles, dialect)
    return inserted.on_conflict_do_update(
        index_elements=[style_profiles.c.user_id, style_profiles.c.space_id], set_={"data": inserted.excluded.data}
    )


@cache
def _latest_of() -> Select[tuple[int, str, datetime]]:
    return (
        select(interactions.c.sticker_id, interactions.c.query_key, interactions.c.chosen_at)
        .where(interactions.c.user_id == bindparam("user_id"))
        .order_by(interactions.c.id.desc())
        .limit(bindparam("most"))
    )
