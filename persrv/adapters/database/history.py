"""People, what they were shown and what they chose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, bindparam, case, func, select

from persrv.adapters.database.database import Database
from persrv.adapters.database.erasing import erase_older, erase_rows, note_rebuilt, rebuild_owed
from persrv.adapters.database.live import banned_stickers, is_live
from persrv.adapters.database.personal import read_record
from persrv.adapters.database.seen import read_seen
from persrv.adapters.database.tables import impressions as impressions_table
from persrv.adapters.database.tables import interactions, pack_stickers, packs, stickers, users
from persrv.adapters.database.tickets import enqueue
from persrv.adapters.database.trials import trial_columns, trial_of
from persrv.adapters.database.upsert import Upsert, insert_into
from persrv.domain.history import Choice, Erased, Impression, Person, PersonalRecord
from persrv.domain.stickers import PackState
from persrv.text import normalise


class SqlHistoryStore:
    """`persrv.ports.storage.HistoryStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record_impressions(self, impressions: Sequence[Impression]) -> None:
        """Write rankings in one transaction; of one that is known only `served` is raised.

        :raises ValueError: a `shown_at` is naive.
        """
        if not impressions:
            return
        rows = [
            {
                "id": shown.id,
                "user_id": shown.user_id,
                "query": shown.query,
                "sticker_ids": list(shown.sticker_ids),
                "served": shown.served,
                "shown_at": shown.shown_at,
                **trial_columns(shown.trial),
            }
            for shown in impressions
        ]
        async with self._database.write() as connection:
            inserted = insert_into(impressions_table, connection.dialect.name)
            served, told = impressions_table.c.served, inserted.excluded.served
            raised = case((told > served, told), else_=served)
            await connection.execute(
                inserted.on_conflict_do_update(index_elements=[impressions_table.c.id], set_={"served": raised}),
                rows,
            )

    async def impression(self, impression_id: str) -> Impression | None:
        """One ranking by its id."""
        statement = select(impressions_table).where(impressions_table.c.id == impression_id)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return Impression(
            id=row.id,
            user_id=row.user_id,
            query=row.query,
            sticker_ids=tuple(row.sticker_ids),
            served=row.served,
            shown_at=row.shown_at,
            trial=trial_of(row),
        )

    async def record_choice(self, choice: Choice) -> bool:
        """Write a choice exactly once, on disk when this returns.

        :raises ValueError: `chosen_at` is naive.
        """
        query_key = normalise(choice.query)  # before the transaction: the first time loads dictionaries
        return await self._database.change(lambda connection: _record(connection, choice, query_key))

    async def recent(self, user_id: int, limit: int) -> Sequence[int]:
        """The person's last chosen live stickers, each once, latest first."""
        return await self._ids(_recent(), limit, user_id=user_id)

    async def most_used(self, user_id: int, limit: int) -> Sequence[int]:
        """The person's most often chosen live stickers; ties: latest first, then the lower id."""
        return await self._ids(_most_used(), limit, user_id=user_id)

    async def popular(self, limit: int) -> Sequence[int]:
        """Live stickers by how many people chose them, then how often, then the lower id."""
        return await self._ids(_popular(), limit)

    async def newest(self, limit: int) -> Sequence[int]:
        """Live stickers of the packs fetched last, in their packs' order, each once; ties: the newer pack."""
        if limit <= 0:
            return []

        def read(connection: Connection) -> list[int]:
            found: dict[int, None] = {}
            with connection.execution_options(yield_per=limit).execute(_newest()) as rows:
                for row in rows:  # streamed, because packs that share stickers repeat them
                    found[row.sticker_id] = None
                    if len(found) == limit:
                        break
            return list(found)

        return await self._database.ask(read)

    async def seen(self) -> NDArray[np.int64]:
        """Stickers that somebody was shown or chose."""
        async with self._database.read() as connection:
            return await read_seen(connection)

    async def note_person(self, person: Person) -> None:
        """Note that we have seen this person; a language that is known is kept when none is told."""
        await self._database.change(lambda connection: _note(connection, person))

    async def person(self, user_id: int) -> Person | None:
        """What we noted of a person, or None."""
        statement = select(users.c.language).where(users.c.id == user_id)
        async with self._database.read() as connection:
            language = (await connection.execute(statement)).scalar_one_or_none()
        return None if language is None else Person(user_id, language)

    async def forget(self, user_id: int) -> Erased:
        """Erase everything personal, also from the places in the files that no query reaches.

        Safe to repeat: what a crash or a full disk kept from being completed is completed then.
        """
        async with self._database.write() as connection:
            erased = await erase_rows(connection, user_id)
            owed = await rebuild_owed(connection)
        await self._rebuild(owed)
        return erased

    async def record_of(self, user_id: int) -> PersonalRecord:
        """Everything that names this person, as it is at one moment."""
        async with self._database.read() as connection:
            return await read_record(connection, user_id)

    async def expire(self, *, impressions: datetime | None, choices: datetime | None) -> Erased:
        """Erase what is older, also from the places in the files that no query reaches. Safe to repeat.

        :raises ValueError: a moment is naive.
        """
        async with self._database.write() as connection:
            erased = await erase_older(connection, impressions_before=impressions, choices_before=choices)
            owed = await rebuild_owed(connection)
        await self._rebuild(owed)
        return erased

    async def _rebuild(self, owed: int | None) -> None:
        if owed is not None and await self._database.erase_traces():
            async with self._database.write() as connection:
                await note_rebuilt(connection, owed)

    async def _ids(self, statement: Select[int], limit: int, **values: int) -> Sequence[int]:
        asked = {"most": max(limit, 0), **values}
        return await self._database.ask(lambda connection: list(connection.execute(statement, asked).scalars().all()))


# What answers ask and choices write is put together once: that takes longer than to run it.


@cache
def _recent() -> Select[int]:
    chosen_at, row_id = interactions.c.chosen_at, interactions.c.id
    nth = func.row_number().over(partition_by=interactions.c.sticker_id, order_by=(chosen_at.desc(), row_id.desc()))
    choices = (
        select(interactions.c.sticker_id, chosen_at, row_id, nth.label("nth"))
        .where(interactions.c.user_id == bindparam("user_id"))
        .subquery()
    )
    return (
        select(choices.c.sticker_id)
        .where(choices.c.nth == 1, is_live(choices.c.sticker_id))
        .order_by(choices.c.chosen_at.desc(), choices.c.id.desc())
        .limit(bindparam("most"))
    )


@cache
def _most_used() -> Select[int]:
    sticker_id = interactions.c.sticker_id
    return (
        select(sticker_id)
        .where(interactions.c.user_id == bindparam("user_id"), is_live(sticker_id))
        .group_by(sticker_id)
        .order_by(func.count().desc(), func.max(interactions.c.chosen_at).desc(), sticker_id)
        .limit(bindparam("most"))
    )


@cache
def _popular() -> Select[int]:
    sticker_id = interactions.c.sticker_id
    people = func.count(interactions.c.user_id.distinct())
    return (
        select(sticker_id)
        .group_by(sticker_id)
        .having(is_live(sticker_id))  # asked once a sticker, not once a choice
        .order_by(people.desc(), func.count().desc(), sticker_id)
        .limit(bindparam("most"))
    )


@cache
def _newest() -> Select[int]:
    return (
        select(pack_stickers.c.sticker_id)
        .join_from(packs, pack_stickers, pack_stickers.c.pack_id == packs.c.id)
        .where(
            packs.c.state != PackState.RETIRED.value,
            packs.c.fetched_at.is_not(None),
            pack_stickers.c.sticker_id.not_in(banned_stickers()),
        )
        .order_by(packs.c.fetched_at.desc(), packs.c.id.desc(), pack_stickers.c.position)
    )


def _record(connection: Connection, choice: Choice, query_key: str) -> bool:
    dialect = connection.dialect.name
    if connection.execute(_known(), {"sticker_id": choice.sticker_id}).one_or_none() is None:
        return False
    told = {
        "key": choice.key,
        "user_id": choice.user_id,
        "sticker_id": choice.sticker_id,
        "query": choice.query,
        "query_key": query_key,
        "impression_id": choice.impression_id,
        "position": choice.position,
        "chosen_at": choice.chosen_at,
    }
    if connection.execute(_choosing(dialect), told).rowcount != 1:
        return False
    _note(connection, Person(choice.user_id, choice.language))
    enqueue(connection, [choice.sticker_id])
    return True


@cache
def _known() -> Select[int]:
    return select(stickers.c.id).where(stickers.c.id == bindparam("sticker_id"))


@cache
def _choosing(dialect: str) -> Upsert:
    return insert_into(interactions, dialect).on_conflict_do_nothing(index_elements=[interactions.c.key])


def _note(connection: Connection, person: Person) -> None:
    told = {"id": person.id, "language": person.language}
    connection.execute(_noting(connection.dialect.name, told_language=bool(person.language)), told)


@cache
def _noting(dialect: str, *, told_language: bool) -> Upsert:
    inserted, known = insert_into(users, dialect), [users.c.id]
    if not told_language:
        return inserted.on_conflict_do_nothing(index_elements=known)
    return inserted.on_conflict_do_update(index_elements=known, set_={"language": inserted.excluded.language})
