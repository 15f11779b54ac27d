"""The ban list and the reports, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.database import Database
from persrv.adapters.database.tables import bans, pack_stickers, packs, reports, stickers
from persrv.adapters.database.tickets import enqueue_selected
from persrv.adapters.database.upsert import insert_into
from persrv.domain.moderation import Ban, BanKind, Banned, Report, ReportState


class SqlBanStore:
    """`persrv.ports.moderation.BanStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ban(self, what: Banned, *, by: int, at: datetime) -> bool:
        """Ban it; the first ban of a thing is the one that is kept.

        :raises ValueError: `at` is naive.
        """
        async with self._database.write() as connection:
            inserted = insert_into(bans, connection.dialect.name).values(
                kind=what.kind.value, key=what.key, banned_by=by, banned_at=at
            )
            made = await connection.execute(inserted.on_conflict_do_nothing(index_elements=[bans.c.kind, bans.c.key]))
            if made.rowcount != 1:
                return False
            await _enqueue(connection, what)
            return True

    async def unban(self, what: Banned) -> bool:
        """Lift a ban."""
        async with self._database.write() as connection:
            lifted = await connection.execute(
                delete(bans).where(bans.c.kind == what.kind.value, bans.c.key == what.key)
            )
            if lifted.rowcount != 1:
                return False
            await _enqueue(connection, what)
            return True

    async def is_banned(self, what: Banned) -> bool:
        """Whether this very thing is on the list."""
        statement = select(bans.c.key).where(bans.c.kind == what.kind.value, bans.c.key == what.key)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).one_or_none() is not None

    async def bans(self) -> Sequence[Ban]:
        """The whole list, latest first; those of one moment by kind and key."""
        statement = select(bans).order_by(bans.c.banned_at.desc(), bans.c.kind, bans.c.key)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [Ban(Banned(BanKind(row.kind), row.key), row.banned_by, row.banned_at) for row in rows]


class SqlReportStore:
    """`persrv.ports.moderation.ReportStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, sticker_id: int, *, at: datetime) -> tuple[Report, bool]:
        """Note a report of a sticker that we know.

        :raises ValueError: `at` is naive.
        :raises StorageError: there is no such sticker.
        """
        async with self._database.write() as connection:
            inserted = insert_into(reports, connection.dialect.name).values(
                sticker_id=sticker_id, state=ReportState.OPEN.value, reported_at=at
            )
            made = await connection.execute(inserted.on_conflict_do_nothing(index_elements=[reports.c.sticker_id]))
            found = await connection.execute(select(reports).where(reports.c.sticker_id == sticker_id))
            return _report(found.one()), made.rowcount == 1

    async def known(self, report_id: int) -> Report | None:
        """One report, or None."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(reports).where(reports.c.id == report_id))).one_or_none()
        return None if row is None else _report(row)

    async def decide(self, report_id: int, state: ReportState) -> bool:
        """Close an open report, once."""
        closed = (
            update(reports)
            .where(reports.c.id == report_id, reports.c.state == ReportState.OPEN.value)
            .values(state=state.value)
        )
        async with self._database.write() as connection:
            return (await connection.execute(closed)).rowcount == 1


async def _enqueue(connection: AsyncConnection, what: Banned) -> None:
    """Queue the stickers that a ban or its end may concern."""
    if what.kind is BanKind.STICKER:
        await enqueue_selected(connection, select(stickers.c.id).where(stickers.c.file_unique_id == what.key))
    elif what.kind is BanKind.PACK:
        chosen = select(pack_stickers.c.sticker_id).join_from(
            pack_stickers, packs, packs.c.id == pack_stickers.c.pack_id
        )
        await enqueue_selected(connection, chosen.where(packs.c.name_key == what.key))


def _report(row: Row[tuple[int, int, str, datetime]]) -> Report:
    return Report(row.id, row.sticker_id, ReportState(row.state), row.reported_at)
