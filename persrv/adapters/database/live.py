"""Which stickers are live, and how rows become the domain's values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.database import rows_of
from persrv.adapters.database.sqlite import among
from persrv.adapters.database.tables import bans, pack_stickers, packs, stickers
from persrv.domain.moderation import BanKind
from persrv.domain.stickers import MediaState, Pack, PackKind, PackState, Sticker, StickerFormat

CHUNK: Final = 500
"""Ids in one statement: below every database's limit on parameters (999 in an old SQLite)."""


_T = TypeVar("_T")

_FORMATS: Final = {each.value: each for each in StickerFormat}
_MEDIA: Final = {each.value: each for each in MediaState}


def chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    """The distinct values in their order, `CHUNK` at a time."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), CHUNK):
        yield distinct[start : start + CHUNK]


def is_live(sticker_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether at least one active or pending pack has the sticker, and no ban keeps it out."""
    membership, pack = pack_stickers.alias(), packs.alias()
    in_live_pack = exists(
        select(1)
        .select_from(membership.join(pack, pack.c.id == membership.c.pack_id))
        .where(membership.c.sticker_id == sticker_id, pack.c.state != PackState.RETIRED.value)
    )
    return and_(in_live_pack, sticker_id.not_in(banned_stickers()))


@cache  # to put a statement together takes longer than to ask it
def banned_stickers() -> CompoundSelect[Any]:
    """The ids of all stickers that are banned, themselves or with a set that has them.

    It depends on nothing around it, so that a database computes it once a statement.
    """
    ban, sticker, pack_ban, pack, membership = (
        bans.alias(),
        stickers.alias(),
        bans.alias(),
        packs.alias(),
        pack_stickers.alias(),
    )
    return union_all(
        select(sticker.c.id)
        .join_from(ban, sticker, sticker.c.file_unique_id == ban.c.key)
        .where(ban.c.kind == BanKind.STICKER.value),
        select(membership.c.sticker_id)
        .join_from(pack_ban, pack, pack.c.name_key == pack_ban.c.key)
        .join(membership, membership.c.pack_id == pack.c.id)
        .where(pack_ban.c.kind == BanKind.PACK.value),
    )


def is_not_banned(name_key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a set is not on the ban list."""
    ban = bans.alias()
    return name_key.not_in(select(ban.c.key).where(ban.c.kind == BanKind.PACK.value))


def _first_pack(sticker_id: ColumnElement[int]) -> ScalarSelect[str]:
    """The name of the first pack that has the sticker: live ones before retired ones, then by id."""
    membership, pack = pack_stickers.alias(), packs.alias()
    retired = pack.c.state == PackState.RETIRED.value
    return (
        select(pack.c.name)
        .select_from(membership.join(pack, pack.c.id == membership.c.pack_id))
        .where(membership.c.sticker_id == sticker_id)
        .order_by(retired, pack.c.id)
        .limit(1)
        .scalar_subquery()
    )


@cache
def select_stickers() -> Select[Any]:
    """A SELECT from `stickers` whose rows `to_sticker` takes."""
    columns = (
        stickers.c.id,
        stickers.c.file_unique_id,
        stickers.c.file_id,
        stickers.c.format,
        stickers.c.emoji,
        stickers.c.media,
        stickers.c.media_problem,
    )
    return select(*columns, func.coalesce(_first_pack(stickers.c.id), "").label("pack"))


def to_sticker(row: Sequence[Any]) -> Sticker:
    """A row of `select_stickers`, which may have more columns at its end, as a value.

    Every answer makes fifty of them: unpacking a row takes a third of asking it for each name.
    """
    id_, unique_id, file_id, format_, emoji, media, problem, pack, *_ = tuple(row)
    return Sticker(id_, unique_id, file_id, _FORMATS[format_], emoji, pack, _MEDIA[media], problem)


def live_rows(connection: Connection, sticker_ids: Sequence[int]) -> Iterator[Sequence[Any]]:
    """Rows for `to_sticker` of the live ones among these stickers, in any order."""
    if connection.dialect.name == "sqlite":
        yield from rows_of(connection, _live_in_sqlite(), {"ids": json.dumps(list(sticker_ids))})
        return
    for chunk in chunks(sticker_ids):
        yield from connection.execute(_live(), {"ids": chunk})


@cache
def _live() -> Select[Any]:
    """Live stickers among `ids`; put together once, which takes longer than to ask it."""
    return select_stickers().where(stickers.c.id.in_(bindparam("ids", expanding=True)), is_live(stickers.c.id))


@cache
def _live_in_sqlite() -> Select[Any]:
    """The same; `ids` in JSON."""
    return select_stickers().where(among(stickers.c.id, "ids"), is_live(stickers.c.id))


@cache
def select_packs() -> Select[Any]:
    """A SELECT from `packs` whose rows `to_pack` takes, with the counts of live stickers and wanted files."""
    member, sticker = pack_stickers.alias(), stickers.alias()
    # All stickers of a pack that is not retired are live unless banned; only a retired pack has to ask more.
    counted = and_(
        member.c.pack_id == packs.c.id,
        member.c.sticker_id.not_in(banned_stickers()),
        or_(packs.c.state != PackState.RETIRED.value, is_live(member.c.sticker_id)),
    )
    count = select(func.count()).select_from(member).where(counted)
    wanted = (
        select(func.count())
        .select_from(member.join(sticker, sticker.c.id == member.c.sticker_id))
        .where(counted, sticker.c.media == MediaState.WANTED.value)
    )
    return select(
        packs,
        count.correlate(packs).scalar_subquery().label("sticker_count"),
        wanted.correlate(packs).scalar_subquery().label("wanted_count"),
    )


def to_pack(row: Row[Any]) -> Pack:
    """A row of `select_packs` as a value."""
    return Pack(
        id=row.id,
        name=row.name,
        title=row.title,
        kind=PackKind(row.kind),
        state=PackState(row.state),
        requested_by=row.requested_by,
        progress_chat=row.progress_chat,
        fetched_at=row.fetched_at,
        sticker_count=row.sticker_count,
        wanted_count=row.wanted_count,
        problem=row.problem,
    )


def pack_key(name: str) -> str:
    """What makes two names of sets the same: Telegram ignores their case."""
    return name.casefold()


async def fetch_pack(connection: AsyncConnection, name: str) -> Pack | None:
    """One pack by its name in any case."""
    row = (await connection.execute(select_packs().where(packs.c.name_key == pack_key(name)))).one_or_none()
    return None if row is None else to_pack(row)
