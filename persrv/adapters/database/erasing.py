"""Erasing a person: their rows, and the note that the files still have to be rebuilt without them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.broadcasts import erase_broadcasts
from persrv.adapters.database.tables import (
    added_packs,
    bans,
    broadcast_recipients,
    broadcasts,
    counters,
    impressions,
    interactions,
    nsfw_people,
    own_packs_modes,
    packs,
    private_chats,
    style_profiles,
    users,
)
from persrv.adapters.database.tickets import enqueue_selected
from persrv.adapters.database.upsert import insert_into
from persrv.domain.history import Erased

_OWED = "erasures to rebuild for"


async def erase_rows(connection: AsyncConnection, user_id: int) -> Erased:
    """Delete what is a person's, and queue the stickers that they chose, inside the caller's transaction."""
    mine = interactions.c.user_id == user_id
    await enqueue_selected(connection, select(interactions.c.sticker_id).where(mine).distinct())
    choices = await connection.execute(delete(interactions).where(mine))
    shown = await connection.execute(delete(impressions).where(impressions.c.user_id == user_id))
    await connection.execute(delete(users).where(users.c.id == user_id))
    await connection.execute(delete(nsfw_people).where(nsfw_people.c.user_id == user_id))
    await connection.execute(delete(own_packs_modes).where(own_packs_modes.c.user_id == user_id))
    await connection.execute(delete(added_packs).where(added_packs.c.user_id == user_id))
    await connection.execute(delete(style_profiles).where(style_profiles.c.user_id == user_id))
    await connection.execute(delete(private_chats).where(private_chats.c.user_id == user_id))
    await connection.execute(delete(broadcast_recipients).where(broadcast_recipients.c.user_id == user_id))
    await erase_broadcasts(connection, broadcasts.c.made_by == user_id)
    # What an admin banned stays banned; 0 is nobody's number.
    await connection.execute(update(bans).where(bans.c.banned_by == user_id).values(banned_by=0))
    await connection.execute(
        update(packs)
        .where(or_(packs.c.requested_by == user_id, packs.c.progress_chat == user_id))
        .values(
            requested_by=case((packs.c.requested_by == user_id, None), else_=packs.c.requested_by),
            # A private chat has the number of the person in it.
            progress_chat=case((packs.c.progress_chat == user_id, None), else_=packs.c.progress_chat),
        )
    )
    erased = Erased(choices=choices.rowcount, impressions=shown.rowcount)
    if erased.choices or erased.impressions:
        await _owe(connection)
    return erased


async def erase_older(
    connection: AsyncConnection, *, impressions_before: datetime | None, choices_before: datetime | None
) -> Erased:
    """Delete what is older than these moments, and profiles of people without choices, in the caller's transaction."""
    shown = choices = 0
    if impressions_before is not None:
        old = delete(impressions).where(impressions.c.shown_at < impressions_before)
        shown = (await connection.execute(old)).rowcount
    if choices_before is not None:
        past = interactions.c.chosen_at < choices_before
        if (await connection.execute(select(interactions.c.id).where(past).limit(1))).first() is not None:
            await enqueue_selected(connection, select(interactions.c.sticker_id).where(past).distinct())
            choices = (await connection.execute(delete(interactions).where(past))).rowcount
            known = select(interactions.c.user_id)
            await connection.execute(delete(style_profiles).where(style_profiles.c.user_id.not_in(known)))
    if shown or choices:
        await _owe(connection)
    return Erased(choices=choices, impressions=shown)


async def rebuild_owed(connection: AsyncConnection) -> int | None:
    """For how many erasures the files have not been rebuilt yet, or None.

    It is kept in the database, so that an erasure which a crash cut short is completed by the next one.
    """
    statement = select(counters.c.value).where(counters.c.name == _OWED)
    owed: int | None = (await connection.execute(statement)).scalar_one_or_none()
    return owed


async def note_rebuilt(connection: AsyncConnection, owed: int) -> None:
    """The files were rebuilt; nothing is noted when there was another erasure meanwhile."""
    await connection.execute(delete(counters).where(counters.c.name == _OWED, counters.c.value == owed))


async def _owe(connection: AsyncConnection) -> None:
    first = insert_into(counters, connection.dialect.name).values(name=_OWED, value=1)
    await connection.execute(
        first.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": counters.c.value + 1})
    )
