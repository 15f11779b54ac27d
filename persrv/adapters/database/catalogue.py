"""Packs and stickers in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.database import Database, rows_of
from persrv.adapters.database.live import (
    banned_stickers,
    chunks,
    fetch_pack,
    is_live,
    is_not_banned,
    live_rows,
    pack_key,
    select_packs,
    select_stickers,
    to_pack,
    to_sticker,
)
from persrv.adapters.database.own_packs import note_added
from persrv.adapters.database.saving import label_keys, save
from persrv.adapters.database.tables import bans, pack_stickers, packs, stickers, uploads
from persrv.adapters.database.tickets import enqueue_selected
from persrv.adapters.database.upsert import insert_into
from persrv.domain.moderation import Banned
from persrv.domain.stickers import (
    FetchedPack,
    MediaState,
    Pack,
    PackChange,
    PackKind,
    PackState,
    Sticker,
)
from persrv.errors import PackBanned, StorageError
from persrv.text import normalise


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SqlCatalogueStore:
    """`persrv.ports.storage.CatalogueStore` over a `Database`.

    :param clock: Says when a pack was asked for.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._database = database
        self._clock = clock

    async def request_pack(self, name: str, *, requested_by: int | None, progress_chat: int | None) -> Pack:
        """Note that a set is wanted.

        The progress goes to the chat that asked last; who asks without a chat does not take it from one that
        still waits. A pack that was retired is live again, so its stickers are queued.

        :raises PackBanned: an admin has banned it.
        """
        key, name_norm = pack_key(name), normalise(name)
        async with self._database.write() as connection:
            await _refuse_banned(connection, name)
            known = await fetch_pack(connection, name)
            if known is None:
                await connection.execute(
                    insert(packs).values(
                        name=name,
                        name_key=key,
                        name_norm=name_norm,
                        title="",
                        title_key="",
                        kind=PackKind.REGULAR.value,
                        state=PackState.PENDING.value,
                        requested_by=requested_by,
                        requested_at=self._clock(),
                        progress_chat=progress_chat,
                        problem="",
                    )
                )
            else:
                waits_for = known.progress_chat if known.state is PackState.PENDING else None
                await connection.execute(
                    update(packs)
                    .where(packs.c.id == known.id)
                    .values(
                        state=PackState.PENDING.value,
                        requested_by=known.requested_by if known.requested_by is not None else requested_by,
                        requested_at=self._clock(),
                        progress_chat=progress_chat if progress_chat is not None else waits_for,
                        problem="",
                    )
                )
                if known.state is PackState.RETIRED:
                    await _enqueue_pack(connection, known.id)
            pack = await _must_fetch(connection, name)
            if requested_by is not None:
                await note_added(connection, pack.id, requested_by)
            return pack

    async def pending_packs(self) -> Sequence[Pack]:
        """Packs with work left, oldest request first."""
        statement = (
            select_packs()
            .where(packs.c.state == PackState.PENDING.value, is_not_banned(packs.c.name_key))
            .order_by(packs.c.requested_at, packs.c.id)
        )
        async with self._database.read() as connection:
            return [to_pack(row) for row in await connection.execute(statement)]

    async def save_pack(self, fetched: FetchedPack, *, at: datetime) -> PackChange:
        """Make the catalogue say what Telegram says. A changed emoji counts as changed, a new place does not.

        An active or retired pack becomes pending, so that a crash before `finish_pack` leaves it to be done.

        :raises ValueError: `at` is naive.
        :raises PackBanned: an admin has banned it.
        """
        keys = label_keys(fetched)
        async with self._database.write() as connection:
            await _refuse_banned(connection, fetched.name)
            saved = await save(connection, fetched, keys, at)
            return PackChange(
                pack=await _must_fetch(connection, fetched.name),
                added=saved.added,
                changed=saved.changed,
                removed=saved.removed,
                unchanged=saved.unchanged,
            )

    async def finish_pack(self, name: str) -> None:
        """Pending becomes active. A name that is not known, or a retired pack, is left alone."""
        async with self._database.write() as connection:
            await connection.execute(
                update(packs)
                .where(packs.c.name_key == pack_key(name), packs.c.state != PackState.RETIRED.value)
                .values(state=PackState.ACTIVE.value, problem="")
            )

    async def fail_pack(self, name: str, problem: str) -> None:
        """Keep the reason; the state stays what it is."""
        async with self._database.write() as connection:
            await connection.execute(update(packs).where(packs.c.name_key == pack_key(name)).values(problem=problem))

    async def retire_pack(self, name: str, problem: str) -> int:
        """Take a pack out of the answers; 0 for one that is not known or was retired already."""
        async with self._database.write() as connection:
            known = await fetch_pack(connection, name)
            if known is None:
                return 0
            await connection.execute(
                update(packs).where(packs.c.id == known.id).values(state=PackState.RETIRED.value, problem=problem)
            )
            if known.state is PackState.RETIRED:
                return 0
            await _enqueue_pack(connection, known.id)
            still_live = (await _must_fetch(connection, name)).sticker_count  # those that other packs have
            return known.sticker_count - still_live

    async def packs(self, *, include_retired: bool = False) -> Sequence[Pack]:
        """All packs but banned ones, by title and then name, whatever their case."""
        statement = select_packs().where(is_not_banned(packs.c.name_key))
        if not include_retired:
            statement = statement.where(packs.c.state != PackState.RETIRED.value)
        async with self._database.read() as connection:
            found = [to_pack(row) for row in await connection.execute(statement)]
        # Sorted here, because every database has its own order of letters.
        return sorted(found, key=lambda pack: (pack.title.casefold(), pack.name.casefold()))

    async def pack(self, name: str) -> Pack | None:
        """One pack by its name in any case, retired or not."""
        async with self._database.read() as connection:
            return await fetch_pack(connection, name)

    async def pack_names(self) -> frozenset[str]:
        """Normalised names and titles of all live packs."""

        def read(connection: Connection) -> frozenset[str]:
            return frozenset(key for row in rows_of(connection, _names(), number=packs.c.id) for key in row if key)

        return await self._database.ask(read)

    async def packs_titled(self, key: str) -> Sequence[Pack]:
        """Live packs whose normalised name or title is `key`; none for an empty one."""
        if not key:
            return []
        return await self._database.ask(
            lambda connection: [to_pack(row) for row in connection.execute(_titled(), {"key": key})]
        )

    async def pack_stickers(self, pack_id: int) -> Sequence[Sticker]:
        """The live stickers of a pack in its order; of a retired one, those that another pack keeps live."""
        return await self._in_pack(pack_id)

    async def stickers(self, sticker_ids: Sequence[int]) -> Mapping[int, Sticker]:
        """The live ones among these stickers, by id, in the order of the ids."""

        def read(connection: Connection) -> dict[int, Sticker]:
            found = {row[0]: to_sticker(row) for row in live_rows(connection, sticker_ids)}
            return {sticker_id: found[sticker_id] for sticker_id in sticker_ids if sticker_id in found}

        return await self._database.ask(read) if sticker_ids else {}

    async def sticker_by_identity(self, file_unique_id: str) -> Sticker | None:
        """One sticker, live or not."""
        statement = select_stickers().where(stickers.c.file_unique_id == file_unique_id)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else to_sticker(row)

    async def sticker(self, sticker_id: int) -> Sticker | None:
        """One sticker, live or not, by its row number."""
        async with self._database.read() as connection:
            row = (await connection.execute(select_stickers().where(stickers.c.id == sticker_id))).one_or_none()
        return None if row is None else to_sticker(row)

    async def is_empty(self) -> bool:
        """Whether there is no live sticker: the first is found at once, however many there are."""
        live = _of_live_packs(select(pack_stickers.c.sticker_id)).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(live)).first() is None

    async def count_stickers(self) -> int:
        """How many live stickers there are."""
        statement = _of_live_packs(select(func.count(pack_stickers.c.sticker_id.distinct())))
        async with self._database.read() as connection:
            count: int = (await connection.execute(statement)).scalar_one()
            return count

    async def packs_of_stickers(self) -> Sequence[tuple[int, int]]:
        """Of each sticker in a live pack: its id and the first such pack's."""
        statement = (
            select(pack_stickers.c.sticker_id, func.min(pack_stickers.c.pack_id).label("pack_id"))
            .join_from(pack_stickers, packs, packs.c.id == pack_stickers.c.pack_id)
            .where(packs.c.state != PackState.RETIRED.value)
            .group_by(pack_stickers.c.sticker_id)
            .order_by(pack_stickers.c.sticker_id)
        )
        async with self._database.read() as connection:
            return [(row.sticker_id, row.pack_id) for row in await connection.execute(statement)]

    async def highest_sticker_id(self) -> int:
        """The highest row number that a sticker has; 0 when there is none."""
        async with self._database.read() as connection:
            highest: int | None = (await connection.execute(select(func.max(stickers.c.id)))).scalar_one()
        return highest or 0

    async def wanted_media(self, pack_id: int) -> Sequence[Sticker]:
        """The live stickers of a pack whose file is still wanted, in its order."""
        return await self._in_pack(pack_id, stickers.c.media == MediaState.WANTED.value)

    async def note_media(self, sticker_id: int, state: MediaState, problem: str = "") -> None:
        """Note what became of a sticker's file."""
        async with self._database.write() as connection:
            await connection.execute(
                update(stickers).where(stickers.c.id == sticker_id).values(media=state.value, media_problem=problem)
            )

    async def uploaded(self, digests: Sequence[str]) -> Mapping[str, Sticker]:
        """Stickers that were uploaded from files and are known by now, live or not, by the files' digests."""
        found: dict[str, Sticker] = {}
        async with self._database.read() as connection:
            for chunk in chunks(digests):
                statement = (
                    select_stickers()
                    .add_columns(uploads.c.digest)
                    .join_from(stickers, uploads, uploads.c.sticker_identity == stickers.c.file_unique_id)
                    .where(uploads.c.digest.in_(chunk))
                )
                found |= {row.digest: to_sticker(row) for row in await connection.execute(statement)}
        return found

    async def note_upload(self, sticker_identity: str, digest: str) -> None:
        """Note where a sticker came from, also before its pack is saved."""
        async with self._database.write() as connection:
            inserted = insert_into(uploads, connection.dialect.name).values(
                digest=digest, sticker_identity=sticker_identity
            )
            await connection.execute(
                inserted.on_conflict_do_update(
                    index_elements=[uploads.c.digest],
                    set_={"sticker_identity": inserted.excluded.sticker_identity},
                )
            )

    async def _in_pack(self, pack_id: int, *conditions: ColumnElement[bool]) -> Sequence[Sticker]:
        statement = (
            select_stickers()
            .join_from(stickers, pack_stickers, pack_stickers.c.sticker_id == stickers.c.id)
            .where(pack_stickers.c.pack_id == pack_id, is_live(stickers.c.id), *conditions)
            .order_by(pack_stickers.c.position, stickers.c.id)
        )
        async with self._database.read() as connection:
            return [to_sticker(row) for row in await connection.execute(statement)]


def _of_live_packs(statement: Select[int]) -> Select[int]:
    """What a statement says of the stickers of `pack_stickers`, of live ones only."""
    return statement.join_from(pack_stickers, packs, packs.c.id == pack_stickers.c.pack_id).where(
        packs.c.state != PackState.RETIRED.value, pack_stickers.c.sticker_id.not_in(banned_stickers())
    )


@cache
def _titled() -> Select[Any]:
    """Live packs called `key`. To put the statement together takes longer than to run it."""
    return (
        select_packs()
        .where(or_(packs.c.title_key == bindparam("key"), packs.c.name_norm == bindparam("key")), *_are_live())
        .order_by(packs.c.id)
    )


@cache
def _names() -> Select[Any]:
    """What live packs are called."""
    return select(packs.c.name_norm, packs.c.title_key).where(*_are_live())


def _are_live() -> tuple[ColumnElement[bool], ...]:
    return packs.c.state != PackState.RETIRED.value, is_not_banned(packs.c.name_key)


async def _must_fetch(connection: AsyncConnection, name: str) -> Pack:
    pack = await fetch_pack(connection, name)
    if pack is None:
        raise StorageError(f"The pack {name} was written and is not there; check the database's disk.")
    return pack


async def _refuse_banned(connection: AsyncConnection, name: str) -> None:
    what = Banned.pack(name)
    asked = select(bans.c.key).where(bans.c.kind == what.kind.value, bans.c.key == what.key)
    if (await connection.execute(asked)).one_or_none() is not None:
        raise PackBanned(f"The set {name} is banned; an admin can lift that with /unban @{name}.")


async def _enqueue_pack(connection: AsyncConnection, pack_id: int) -> None:
    chosen = select(pack_stickers.c.sticker_id).where(pack_stickers.c.pack_id == pack_id)
    await enqueue_selected(connection, chosen)
