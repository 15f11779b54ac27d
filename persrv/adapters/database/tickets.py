"""Queueing stickers for the search index, inside the transaction that changes them; and the numbers for that.

All stickers that one transaction queues get the same ticket: a number that grows with every such transaction.
Taking it locks its row, so tickets are in the order of the commits in every database.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.tables import counters, index_queue
from persrv.adapters.database.upsert import Upsert, insert_into

_COUNTER = "index ticket"


async def enqueue(connection: AsyncConnection, sticker_ids: Collection[int]) -> None:
    """Queue these stickers, also ones that are no longer live; one that waits gets the new ticket."""
    if not sticker_ids:
        return
    ticket = await next_ticket(connection, _COUNTER)
    rows = [{"sticker_id": sticker_id, "ticket": ticket} for sticker_id in sorted(set(sticker_ids))]
    await connection.execute(_replacing_ticket(insert_into(index_queue, connection.dialect.name)), rows)


async def enqueue_selected(connection: AsyncConnection, chosen: Select[int]) -> None:
    """Queue the stickers whose ids a SELECT gives, each once.

    :param chosen: One column of distinct ids, with a WHERE (SQLite cannot parse the statement without one).
    """
    ticket = await next_ticket(connection, _COUNTER)
    inserted = insert_into(index_queue, connection.dialect.name).from_select(
        ["sticker_id", "ticket"], chosen.add_columns(literal(ticket))
    )
    await connection.execute(_replacing_ticket(inserted))


def _replacing_ticket(inserted: Any) -> Upsert:  # from_select forgets its class
    replaced: Upsert = inserted.on_conflict_do_update(
        index_elements=[index_queue.c.sticker_id], set_={"ticket": inserted.excluded.ticket}
    )
    return replaced


async def next_ticket(connection: AsyncConnection, counter: str) -> int:
    """The next number of a counter, which grows in the order of the commits."""
    first = insert_into(counters, connection.dialect.name).values(name=counter, value=1)
    await connection.execute(
        first.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": counters.c.value + 1})
    )
    statement = select(counters.c.value).where(counters.c.name == counter)
    ticket: int = (await connection.execute(statement)).scalar_one()
    return ticket
