"""Private chats and broadcasts, in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, cast, delete, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.database import Database
from persrv.adapters.database.tables import bans, broadcast_recipients, broadcasts, private_chats
from persrv.adapters.database.upsert import insert_into
from persrv.domain.broadcasts import Broadcast, BroadcastState, Delivery, Tally
from persrv.domain.moderation import BanKind


class SqlBroadcastStore:
    """`persrv.ports.broadcasts.BroadcastStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note_chat(self, user_id: int) -> None:
        """This person can be written to. Written only where that is news."""
        statement = select(private_chats.c.blocked).where(private_chats.c.user_id == user_id)
        async with self._database.read() as connection:
            blocked = (await connection.execute(statement)).scalar_one_or_none()
        if blocked is False:
            return
        async with self._database.write() as connection:
            inserted = insert_into(private_chats, connection.dialect.name).values(user_id=user_id, blocked=False)
            await connection.execute(
                inserted.on_conflict_do_update(index_elements=[private_chats.c.user_id], set_={"blocked": False})
            )

    async def count_audience(self, made_by: int) -> int:
        """How many people a broadcast of this admin would be for."""
        statement = select(func.count()).select_from(private_chats).where(_audience(made_by))
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def draft(self, made_by: int, message_id: int, *, at: datetime) -> Broadcast:
        """Prepare a broadcast in the place of an earlier draft.

        :raises ValueError: `at` is naive.
        """
        draft = BroadcastState.DRAFT
        made = insert(broadcasts).values(
            made_by=made_by, message_id=message_id, told_in=0, state=draft.value, made_at=at
        )
        async with self._database.write() as connection:
            await connection.execute(
                delete(broadcasts).where(broadcasts.c.made_by == made_by, broadcasts.c.state == draft.value)
            )
            key = (await connection.execute(made)).inserted_primary_key
        return Broadcast(int(key[0]) if key else 0, made_by, message_id, 0, draft)

    async def known(self, broadcast_id: int) -> Broadcast | None:
        """A broadcast that is not over, or None."""
        async with self._database.read() as connection:
            return await _known(connection, broadcast_id)

    async def start(self, broadcast_id: int, *, told_in: int) -> bool:
        """Let a draft be sent: whom it is for is settled now."""
        async with self._database.write() as connection:
            found = await _known(connection, broadcast_id)
            if found is None or found.state is not BroadcastState.DRAFT:
                return False
            await connection.execute(
                update(broadcasts)
                .where(broadcasts.c.id == broadcast_id)
                .values(state=BroadcastState.SENDING.value, told_in=told_in)
            )
            everybody = select(literal(broadcast_id), private_chats.c.user_id, literal(Delivery.WAITING.value)).where(
                _audience(found.made_by)
            )
            columns = ["broadcast_id", "user_id", "delivery"]
            await connection.execute(insert(broadcast_recipients).from_select(columns, everybody))
            return True

    async def stop(self, broadcast_id: int) -> BroadcastState | None:
        """Drop a draft, or stop what is being sent."""
        async with self._database.write() as connection:
            found = await _known(connection, broadcast_id)
            if found is None:
                return None
            mine = broadcasts.c.id == broadcast_id
            if found.state is BroadcastState.DRAFT:
                await connection.execute(delete(broadcasts).where(mine))
            else:
                await connection.execute(update(broadcasts).where(mine).values(state=BroadcastState.STOPPED.value))
            return found.state

    async def under_way(self) -> Broadcast | None:
        """The oldest one that is no draft."""
        statement = (
            select(broadcasts)
            .where(broadcasts.c.state != BroadcastState.DRAFT.value)
            .order_by(broadcasts.c.id)
            .limit(1)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _broadcast(row)

    async def next_person(self, broadcast_id: int) -> int | None:
        """Somebody who waits, by user id, noted as being tried."""
        waiting = (
            select(broadcast_recipients.c.user_id)
            .join_from(broadcast_recipients, broadcasts, broadcasts.c.id == broadcast_recipients.c.broadcast_id)
            .where(
                broadcast_recipients.c.broadcast_id == broadcast_id,
                broadcast_recipients.c.delivery == Delivery.WAITING.value,
                broadcasts.c.state == BroadcastState.SENDING.value,
            )
            .order_by(broadcast_recipients.c.user_id)
            .limit(1)
        )
        async with self._database.write() as connection:
            person: int | None = (await connection.execute(waiting)).scalar_one_or_none()
            if person is not None:
                await _note(connection, broadcast_id, person, Delivery.TRYING)
            return person

    async def note(self, broadcast_id: int, user_id: int, delivery: Delivery) -> None:
        """Note what became of it."""
        async with self._database.write() as connection:
            await _note(connection, broadcast_id, user_id, delivery)
            if delivery is Delivery.BLOCKED:
                await connection.execute(
                    update(private_chats).where(private_chats.c.user_id == user_id).values(blocked=True)
                )

    async def break_off(self) -> int:
        """Note that it is unsure what became of those who were being tried."""
        unsure = (
            update(broadcast_recipients)
            .where(broadcast_recipients.c.delivery == Delivery.TRYING.value)
            .values(delivery=Delivery.UNSURE.value)
        )
        async with self._database.write() as connection:
            return (await connection.execute(unsure)).rowcount

    async def tally(self, broadcast_id: int) -> Tally:
        """How far it is."""
        delivery = broadcast_recipients.c.delivery
        statement = (
            select(delivery, func.count().label("people"))
            .where(broadcast_recipients.c.broadcast_id == broadcast_id)
            .group_by(delivery)
        )
        async with self._database.read() as connection:
            found = {Delivery(row.delivery): row.people for row in await connection.execute(statement)}
        return Tally(
            waiting=found.get(Delivery.WAITING, 0) + found.get(Delivery.TRYING, 0),
            sent=found.get(Delivery.SENT, 0),
            blocked=found.get(Delivery.BLOCKED, 0),
            failed=found.get(Delivery.FAILED, 0),
            unsure=found.get(Delivery.UNSURE, 0),
        )

    async def put_away(self, broadcast_id: int) -> None:
        """Forget a broadcast, and who got it."""
        async with self._database.write() as connection:
            await erase_broadcasts(connection, broadcasts.c.id == broadcast_id)


async def erase_broadcasts(connection: AsyncConnection, which: ColumnElement[bool]) -> None:
    """Delete broadcasts and whom they were for, inside the caller's transaction."""
    chosen = select(broadcasts.c.id).where(which)
    await connection.execute(delete(broadcast_recipients).where(broadcast_recipients.c.broadcast_id.in_(chosen)))
    await connection.execute(delete(broadcasts).where(which))


def _audience(made_by: int) -> ColumnElement[bool]:
    banned = select(bans.c.key).where(bans.c.kind == BanKind.PERSON.value)
    return and_(
        private_chats.c.blocked.is_(False),
        private_chats.c.user_id != made_by,
        cast(private_chats.c.user_id, String).not_in(banned),
    )


async def _known(connection: AsyncConnection, broadcast_id: int) -> Broadcast | None:
    row = (await connection.execute(select(broadcasts).where(broadcasts.c.id == broadcast_id))).one_or_none()
    return None if row is None else _broadcast(row)


async def _note(connection: AsyncConnection, broadcast_id: int, user_id: int, delivery: Delivery) -> None:
    await connection.execute(
        update(broadcast_recipients)
        .where(broadcast_recipients.c.broadcast_id == broadcast_id, broadcast_recipients.c.user_id == user_id)
        .values(delivery=delivery.value)
    )


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(row.id, row.made_by, row.message_id, row.told_in, BroadcastState(row.state))
