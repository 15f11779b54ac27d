"""Who added which pack, and what people want of their own packs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.database import Database
from persrv.adapters.database.live import banned_stickers
from persrv.adapters.database.tables import added_packs, interactions, own_packs_modes, pack_stickers, packs
from persrv.adapters.database.upsert import insert_into
from persrv.domain.own_packs import OwnPacks
from persrv.domain.stickers import PackState


class SqlOwnPackStore:
    """`persrv.ports.own_packs.OwnPackStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def modes(self) -> Mapping[int, OwnPacks]:
        """What people want; those who want nothing of it have no row."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(own_packs_modes).order_by(own_packs_modes.c.user_id))
            return {row.user_id: OwnPacks(row.mode) for row in rows}

    async def keep_mode(self, user_id: int, mode: OwnPacks) -> None:
        """Keep what a person wants. Safe to repeat."""
        async with self._database.write() as connection:
            if mode is OwnPacks.OFF:
                await connection.execute(delete(own_packs_modes).where(own_packs_modes.c.user_id == user_id))
                return
            inserted = insert_into(own_packs_modes, connection.dialect.name).values(user_id=user_id, mode=mode.value)
            await connection.execute(
                inserted.on_conflict_do_update(
                    index_elements=[own_packs_modes.c.user_id], set_={"mode": inserted.excluded.mode}
                )
            )

    async def stickers_of(self, user_id: int) -> Sequence[int]:
        """The live stickers of a person's own packs. Of a chosen sticker that several sets have, all are own."""
        chosen_from = (
            select(pack_stickers.c.pack_id)
            .join_from(interactions, pack_stickers, pack_stickers.c.sticker_id == interactions.c.sticker_id)
            .where(interactions.c.user_id == user_id)
        )
        own = union(select(added_packs.c.pack_id).where(added_packs.c.user_id == user_id), chosen_from)
        statement = (
            select(pack_stickers.c.sticker_id)
            .join_from(packs, pack_stickers, pack_stickers.c.pack_id == packs.c.id)
            .where(
                packs.c.id.in_(own),
                packs.c.state != PackState.RETIRED.value,
                pack_stickers.c.sticker_id.not_in(banned_stickers()),
            )
            .order_by(packs.c.id.desc(), pack_stickers.c.position)
        )
        async with self._database.read() as connection:
            return list(dict.fromkeys((await connection.execute(statement)).scalars()))


async def note_added(connection: AsyncConnection, pack_id: int, user_id: int) -> None:
    """A person added a pack, be it known already; inside the caller's transaction."""
    inserted = insert_into(added_packs, connection.dialect.name).values(user_id=user_id, pack_id=pack_id)
    await connection.execute(
        inserted.on_conflict_do_nothing(index_elements=[added_packs.c.user_id, added_packs.c.pack_id])
    )
