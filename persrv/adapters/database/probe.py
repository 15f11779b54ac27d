"""Looks whether the database can be read and written."""

from __future__ import annotations

from sqlalchemy import func, select

from persrv.adapters.database.database import Database
from persrv.adapters.database.tables import counters, index_queue, packs
from persrv.adapters.database.upsert import insert_into
from persrv.domain.stickers import PackState
from persrv.ports.watching import Backlog

_COUNTER = "health checks"


class SqlStorageProbe:
    """`persrv.ports.watching.StorageProbe` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self) -> None:
        """Count this check in the database: only a real write finds a full disk."""
        async with self._database.write() as connection:
            first = insert_into(counters, connection.dialect.name).values(name=_COUNTER, value=1)
            await connection.execute(
                first.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": counters.c.value + 1})
            )
        await self.backlog()

    async def backlog(self) -> Backlog:
        """Count what waits."""
        waiting = select(func.count()).select_from(index_queue)
        pending = select(func.count()).select_from(packs).where(packs.c.state == PackState.PENDING.value)
        async with self._database.read() as connection:
            return Backlog(
                index=(await connection.execute(waiting)).scalar_one(),
                packs=(await connection.execute(pending)).scalar_one(),
            )
