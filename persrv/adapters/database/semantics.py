"""What the offline stages found out about stickers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.database import Database
from persrv.adapters.database.live import chunks, is_live, select_stickers, to_sticker
from persrv.adapters.database.nsfw import put_scores
from persrv.adapters.database.tables import interactions, semantics, sticker_work, stickers
from persrv.adapters.database.tickets import enqueue
from persrv.adapters.database.upsert import insert_into
from persrv.domain.semantics import SemanticField
from persrv.domain.stickers import MediaState, Sticker
from persrv.domain.work import MOST_TRIES, Coverage, Failure, Made, Maker, Provenance, Task

_ORDER: Final = {field: place for place, field in enumerate(SemanticField)}


class SqlSemanticsStore:
    """`persrv.ports.semantics.SemanticsStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wanted(self, task: Task, maker: Maker, *, after: int, limit: int) -> Sequence[Sticker]:
        """What this maker has still to look at, by id."""
        statement = (
            select_stickers()
            .where(stickers.c.id > after, *_to_do(task, maker))
            .order_by(stickers.c.id)
            .limit(max(limit, 0))
        )
        async with self._database.read() as connection:
            return [to_sticker(row) for row in await connection.execute(statement)]

    async def count_wanted(self, task: Task, maker: Maker) -> int:
        """How many `wanted` would give in all."""
        statement = select(func.count()).select_from(stickers).where(*_to_do(task, maker))
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def save(self, task: Task, made: Sequence[Made], *, maker: Maker, at: datetime) -> int:
        """Keep what was found, in one transaction with the note that the work is done."""
        latest = {one.sticker_id: one for one in made}
        changed: set[int] = set()
        async with self._database.write() as connection:
            before = await _texts(connection, latest)
            for one in latest.values():
                for field, raw in one.texts.items():
                    text = raw.strip()
                    if text != before.get((one.sticker_id, field), ""):
                        changed.add(one.sticker_id)
                    await _put(connection, one, field, text, maker, at)
                await _note(connection, one.sticker_id, task, maker, done=True, reason="", at=at)
            scores = {one.sticker_id: one.score for one in latest.values() if one.score is not None}
            await put_scores(connection, scores, maker)
            await connection.run_sync(enqueue, changed)
        return len(changed)

    async def note_failures(self, task: Task, reasons: Mapping[int, str], *, maker: Maker, at: datetime) -> None:
        """Note why the work could not be done; texts stay as they are."""
        async with self._database.write() as connection:
            for sticker_id, reason in reasons.items():
                await _note(connection, sticker_id, task, maker, done=False, reason=reason, at=at)

    async def failures(self, task: Task) -> Sequence[Failure]:
        """Everything that could not be done and has not been done since, by sticker."""
        return await self._failures(sticker_work.c.task == task.value)

    async def failures_of(self, sticker_id: int) -> Sequence[Failure]:
        """What could not be done with one sticker and has not been done since, by stage."""
        return await self._failures(sticker_work.c.sticker_id == sticker_id)

    async def forget_failures(self, task: Task) -> int:
        """Let every sticker be tried again."""
        statement = delete(sticker_work).where(sticker_work.c.task == task.value, sticker_work.c.done.is_(False))
        async with self._database.write() as connection:
            return (await connection.execute(statement)).rowcount

    async def _failures(self, which: ColumnElement[bool]) -> Sequence[Failure]:
        statement = (
            select(sticker_work)
            .where(which, sticker_work.c.done.is_(False), sticker_work.c.reason != "")
            .order_by(sticker_work.c.sticker_id)
        )
        async with self._database.read() as connection:
            found = [
                Failure(row.sticker_id, Task(row.task), Maker(row.engine, row.version), row.reason, row.tries, row.at)
                for row in await connection.execute(statement)
            ]
        return sorted(found, key=lambda one: (one.sticker_id, tuple(Task).index(one.task)))

    async def known(self, sticker_id: int) -> Sequence[Provenance]:
        """The texts of one sticker, in the order of `SemanticField`."""
        statement = select(semantics).where(semantics.c.sticker_id == sticker_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        found = [
            Provenance(SemanticField(row.field), row.value, Maker(row.engine, row.version), row.confidence, row.made_at)
            for row in rows
        ]
        return sorted(found, key=lambda one: _ORDER[one.field])

    async def top_queries(self, sticker_id: int, limit: int) -> Sequence[tuple[str, int]]:
        """What people typed before they chose this sticker; most people first, then the earliest."""
        people = func.count(interactions.c.user_id.distinct())
        statement = (
            select(func.min(interactions.c.query).label("query"), people.label("people"))
            .where(interactions.c.sticker_id == sticker_id, interactions.c.query_key != "")
            .group_by(interactions.c.query_key)
            .order_by(people.desc(), func.min(interactions.c.id))
            .limit(max(limit, 0))
        )
        async with self._database.read() as connection:
            return [(" ".join(row.query.split()), row.people) for row in await connection.execute(statement)]

    async def coverage(self, task: Task) -> Coverage:
        """How far the stage is, whoever did the work."""
        work = and_(sticker_work.c.sticker_id == stickers.c.id, sticker_work.c.task == task.value)
        done = exists(select(1).where(work, sticker_work.c.done.is_(True)))
        failed = exists(select(1).where(work, sticker_work.c.done.is_(False), sticker_work.c.reason != ""))
        statement = (
            select(
                func.count(),
                func.coalesce(func.sum(_one(done)), 0),
                func.coalesce(func.sum(_one(failed)), 0),
            )
            .select_from(stickers)
            .where(*_here())
        )
        async with self._database.read() as connection:
            total, finished, broken = (await connection.execute(statement)).one()
        return Coverage(total, int(finished), int(broken))


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _here() -> tuple[ColumnElement[bool], ...]:
    """Live stickers whose file is on the disk."""
    return (stickers.c.media == MediaState.STORED.value, is_live(stickers.c.id))


def _to_do(task: Task, maker: Maker) -> tuple[ColumnElement[bool], ...]:
    settled = exists(
        select(1).where(
            sticker_work.c.sticker_id == stickers.c.id,
            sticker_work.c.task == task.value,
            sticker_work.c.engine == maker.engine,
            sticker_work.c.version == maker.version,
            or_(sticker_work.c.done.is_(True), sticker_work.c.tries >= MOST_TRIES),
        )
    )
    return (*_here(), ~settled)


async def _texts(connection: AsyncConnection, made: Mapping[int, Made]) -> dict[tuple[int, SemanticField], str]:
    found: dict[tuple[int, SemanticField], str] = {}
    for chunk in chunks(made):
        statement = select(semantics.c.sticker_id, semantics.c.field, semantics.c.value).where(
            semantics.c.sticker_id.in_(chunk)
        )
        for row in await connection.execute(statement):
            found[row.sticker_id, SemanticField(row.field)] = row.value
    return found


async def _put(
    connection: AsyncConnection, one: Made, field: SemanticField, text: str, maker: Maker, at: datetime
) -> None:
    if not text:
        mine = and_(semantics.c.sticker_id == one.sticker_id, semantics.c.field == field.value)
        await connection.execute(delete(semantics).where(mine))
        return
    inserted = insert_into(semantics, connection.dialect.name).values(
        sticker_id=one.sticker_id,
        field=field.value,
        value=text,
        engine=maker.engine,
        version=maker.version,
        confidence=one.confidence,
        made_at=at,
    )
    replaced = {name: inserted.excluded[name] for name in ("value", "engine", "version", "confidence", "made_at")}
    keys = [semantics.c.sticker_id, semantics.c.field]
    await connection.execute(inserted.on_conflict_do_update(index_elements=keys, set_=replaced))


async def _note(
    connection: AsyncConnection, sticker_id: int, task: Task, maker: Maker, *, done: bool, reason: str, at: datetime
) -> None:
    """Note one try. Tries are counted as long as the maker stays the same."""
    inserted = insert_into(sticker_work, connection.dialect.name).values(
        sticker_id=sticker_id,
        task=task.value,
        engine=maker.engine,
        version=maker.version,
        done=done,
        tries=0 if done else 1,
        reason=reason,
        at=at,
    )
    same = and_(sticker_work.c.engine == maker.engine, sticker_work.c.version == maker.version)
    tries = 0 if done else case((same, sticker_work.c.tries + 1), else_=1)
    replaced = {name: inserted.excluded[name] for name in ("engine", "version", "done", "reason", "at")}
    keys = [sticker_work.c.sticker_id, sticker_work.c.task]
    await connection.execute(inserted.on_conflict_do_update(index_elements=keys, set_={**replaced, "tries": tries}))
