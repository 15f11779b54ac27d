"""What the search index has not yet heard of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, func, select

from persrv.adapters.database.database import Database
from persrv.adapters.database.documents import gather
from persrv.adapters.database.live import chunks, is_live
from persrv.adapters.database.tables import index_queue, stickers
from persrv.adapters.database.tickets import enqueue_selected
from persrv.domain.semantics import StickerDocument


class SqlIndexQueue:
    """`persrv.ports.storage.IndexQueue` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, limit: int, *, above: int = 0) -> Mapping[int, int]:
        """Sticker id -> ticket, oldest first; those of one change by id."""
        statement = (
            select(index_queue.c.sticker_id, index_queue.c.ticket)
            .where(index_queue.c.ticket > above)
            .order_by(index_queue.c.ticket, index_queue.c.sticker_id)
            .limit(max(limit, 0))
        )
        async with self._database.read() as connection:
            return {row.sticker_id: row.ticket for row in await connection.execute(statement)}

    async def documents(self, sticker_ids: Sequence[int]) -> Sequence[StickerDocument]:
        """The texts of the live ones among these stickers, each once, in the order of the ids."""
        documents: list[StickerDocument] = []
        async with self._database.read() as connection:
            for chunk in chunks(sticker_ids):
                documents += await gather(connection, chunk)
        return documents

    async def done(self, tickets: Mapping[int, int]) -> Sequence[int]:
        """Take these off the queue, unless their ticket has changed; those that it does not hold with this ticket."""
        if not tickets:
            return ()
        told = [{"told_id": sticker_id, "told_ticket": ticket} for sticker_id, ticket in tickets.items()]
        statement = delete(index_queue).where(
            index_queue.c.sticker_id == bindparam("told_id"), index_queue.c.ticket == bindparam("told_ticket")
        )
        held: set[tuple[int, int]] = set()
        async with self._database.write() as connection:
            for chunk in chunks(list(tickets)):
                queued = select(index_queue.c.sticker_id, index_queue.c.ticket).where(
                    index_queue.c.sticker_id.in_(chunk)
                )
                held.update((row.sticker_id, row.ticket) for row in await connection.execute(queued))
            await connection.execute(statement, told)
        return sorted(tickets.keys() - {sticker_id for sticker_id, _ in tickets.items() & held})

    async def queue_all(self) -> int:
        """Queue every live sticker. Return how many."""
        async with self._database.write() as connection:
            count: int = (
                await connection.execute(select(func.count()).select_from(stickers).where(is_live(stickers.c.id)))
            ).scalar_one()
            if count:
                await enqueue_selected(connection, select(stickers.c.id).where(is_live(stickers.c.id)))
            return count
