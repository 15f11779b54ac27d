"""Making the catalogue say what Telegram says of one set, in a handful of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.live import chunks, pack_key
from persrv.adapters.database.tables import pack_stickers, packs, stickers
from persrv.adapters.database.tickets import enqueue
from persrv.adapters.database.upsert import insert_into
from persrv.domain.stickers import FetchedPack, FetchedSticker, MediaState, PackState
from persrv.text import normalise

_TOLD = ("file_id", "format", "emoji", "width", "height", "size")
"""What Telegram tells of a sticker beside its identity, and may tell otherwise tomorrow."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How many stickers of the set were added, changed (their emoji), removed and left as they were."""

    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class LabelKeys:
    """A set's name and title as people may type them."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class _PackRow:
    id: int
    relabelled: bool  # its texts are others now, or they count again: every sticker's document changes


def label_keys(fetched: FetchedPack) -> LabelKeys:
    """Normalise the set's name and title: before the transaction, for the first time loads dictionaries."""
    return LabelKeys(normalise(fetched.name), normalise(fetched.title))


async def save(connection: AsyncConnection, fetched: FetchedPack, keys: LabelKeys, at: datetime) -> Saved:
    """Save a set inside the caller's transaction, and queue what the index should hear of."""
    told: dict[str, FetchedSticker] = {}
    for sticker in fetched.stickers:
        told.setdefault(sticker.file_unique_id, sticker)  # a set that names a sticker twice has it once
    pack = await _save_row(connection, fetched, keys, at)
    known = await _known(connection, told)
    await _save_stickers(connection, told, known)
    fresh = [identity for identity in told if identity not in known]
    ids = {identity: row.id for identity, row in (known | await _known(connection, fresh)).items()}
    before = await _membership(connection, pack.id)
    after = {ids[identity]: position for position, identity in enumerate(told)}
    await _save_membership(connection, pack.id, before, after)
    reworded = {row.id for identity, row in known.items() if row.emoji != told[identity].emoji}
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    queued = added | removed | reworded | (after.keys() if pack.relabelled else set())
    await connection.run_sync(enqueue, queued)
    changed = reworded - added
    return Saved(len(added), len(changed), len(removed), len(after) - len(added) - len(changed))


async def _save_row(connection: AsyncConnection, fetched: FetchedPack, keys: LabelKeys, at: datetime) -> _PackRow:
    values = {
        "name": fetched.name,
        "name_norm": keys.name,
        "title": fetched.title,
        "title_key": keys.title,
        "kind": fetched.kind.value,
        "state": PackState.PENDING.value,
        "fetched_at": at,
    }
    key = pack_key(fetched.name)
    statement = select(packs.c.id, packs.c.name, packs.c.title, packs.c.state).where(packs.c.name_key == key)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        made = await connection.execute(insert(packs).values(**values, name_key=key, requested_at=at, problem=""))
        return _PackRow(_first(made.inserted_primary_key), relabelled=False)
    await connection.execute(update(packs).where(packs.c.id == row.id).values(**values))
    renamed = (row.name, row.title) != (fetched.name, fetched.title)
    return _PackRow(row.id, relabelled=renamed or row.state == PackState.RETIRED.value)


def _first(key: Row[Any] | None) -> int:
    number: int = key[0] if key is not None else 0
    return number


async def _known(connection: AsyncConnection, identities: Iterable[str]) -> dict[str, Row[Any]]:
    columns = (stickers.c.id, stickers.c.file_unique_id, *(stickers.c[name] for name in _TOLD))
    found: dict[str, Row[Any]] = {}
    for chunk in chunks(identities):
        rows = await connection.execute(select(*columns).where(stickers.c.file_unique_id.in_(chunk)))
        found |= {row.file_unique_id: row for row in rows}
    return found


async def _save_stickers(
    connection: AsyncConnection, told: Mapping[str, FetchedSticker], known: Mapping[str, Row[Any]]
) -> None:
    rows = []
    for identity, sticker in told.items():
        now = {name: getattr(sticker, name) for name in _TOLD} | {"format": sticker.format.value}
        row = known.get(identity)
        if row is None or any(getattr(row, name) != value for name, value in now.items()):
            rows.append(now | {"file_unique_id": identity})
    if not rows:
        return
    inserted = insert_into(stickers, connection.dialect.name).values(media=MediaState.WANTED.value, media_problem="")
    statement = inserted.on_conflict_do_update(
        index_elements=[stickers.c.file_unique_id],
        set_={name: inserted.excluded[name] for name in _TOLD},
    )
    await connection.execute(statement, rows)


async def _membership(connection: AsyncConnection, pack_id: int) -> dict[int, int]:
    statement = select(pack_stickers.c.sticker_id, pack_stickers.c.position).where(pack_stickers.c.pack_id == pack_id)
    return {row.sticker_id: row.position for row in await connection.execute(statement)}


async def _save_membership(
    connection: AsyncConnection, pack_id: int, before: Mapping[int, int], after: Mapping[int, int]
) -> None:
    for chunk in chunks(before.keys() - after.keys()):
        gone = pack_stickers.c.sticker_id.in_(chunk)
        await connection.execute(delete(pack_stickers).where(pack_stickers.c.pack_id == pack_id, gone))
    rows = [
        {"pack_id": pack_id, "sticker_id": sticker_id, "position": position}
        for sticker_id, position in after.items()
        if before.get(sticker_id) != position
    ]
    if not rows:
        return
    inserted = insert_into(pack_stickers, connection.dialect.name)
    statement = inserted.on_conflict_do_update(
        index_elements=[pack_stickers.c.pack_id, pack_stickers.c.sticker_id],
        set_={"position": inserted.excluded.position},
    )
    await connection.execute(statement, rows)
