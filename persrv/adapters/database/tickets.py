"""Queueing stickers for the search index, inside the transaction that changes them; and the numbers for that.

All stickers that one transaction queues get the same ticket: a number that grows with every such transaction.
Taking it locks its row, so tickets are in the order of the commits in every database.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.tables import counters, index_queue
from persrv.adapters.database.upsert import Upsert, insert_into

_COUNTER = "index ticket"


def enqueue(connection: Connection, sticker_ids: Collection[int]) -> None:
    """Queue these stickers, also ones that are no longer live; one that waits gets the new ticket."""
    if not sticker_ids:
        return
    ticket = next_ticket(connection, _COUNTER)
    rows = [{"sticker_id": sticker_id, "ticket": ticket} for sticker_id in sorted(set(sticker_ids))]
    connection.execute(_queueing(connection.dialect.name), rows)


async def enqueue_selected(connection: AsyncConnection, chosen: Select[int]) -> None:
    """Queue the stickers whose ids a SELECT gives, each once.

    :param chosen: One column of distinct ids, with a WHERE (SQLite cannot parse the statement without one).
    """
    ticket = await connection.run_sync(next_ticket, _COUNTER)
    inserted = insert_into(index_queue, connection.dialect.name).from_select(
        ["sticker_id", "ticket"], chosen.add_columns(literal(ticket))
    )
    await connection.execute(_replacing_ticket(inserted))


def next_ticket(connection: Connection, counter: str) -> int:
    """The next number of a counter, which grows in the order of the commits."""
    connection.execute(_counting(connection.dialect.name), {"counter": counter})
    ticket: int = connection.execute(_counted(), {"counter": counter}).scalar_one()
    return ticket


# Put together once: that takes longer than to run them.


@cache
def _queueing(dialect: str) -> Upsert:
    return _replacing_ticket(insert_into(index_queue, dialect))


def _replacing_ticket(inserted: Any) -> Upsert:  # from_select forgets its class
    replaced: Upsert = inserted.on_conflict_do_update(
        index_elements=[index_queue.c.sticker_id], set_={"ticket": inserted.excluded.ticket}
    )
    return replaced


@cache
def _counting(dialect: str) -> Upsert:
    first = insert_into(counters, dialect).values(name=bindparam("counter"), value=1)
    return first.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": counters.c.value + 1})


@cache
def _counted() -> Select[int]:
    return select(counters.c.value).where(counters.c.name == bindparam("counter"))
