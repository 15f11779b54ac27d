"""All rows that are a person's, for /mydata."""

from __future__ import annotations

from array import array

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.tables import (
    added_packs,
    bans,
    broadcast_recipients,
    broadcasts,
    impressions,
    interactions,
    nsfw_people,
    own_packs_modes,
    packs,
    private_chats,
    stickers,
    style_profiles,
    users,
)
from persrv.adapters.database.trials import trial_of
from persrv.domain.broadcasts import Delivery
from persrv.domain.history import KeptChoice, KeptImpression, PersonalRecord
from persrv.domain.moderation import Banned
from persrv.domain.own_packs import OwnPacks


async def read_record(connection: AsyncConnection, user_id: int) -> PersonalRecord:
    """Everything in the database that names this person, each part oldest first."""
    language = (await connection.execute(select(users.c.language).where(users.c.id == user_id))).scalar_one_or_none()
    choices = await connection.execute(
        select(interactions, stickers.c.file_unique_id)
        .join_from(interactions, stickers, stickers.c.id == interactions.c.sticker_id)
        .where(interactions.c.user_id == user_id)
        .order_by(interactions.c.chosen_at, interactions.c.id)
    )
    shown = await connection.execute(
        select(impressions).where(impressions.c.user_id == user_id).order_by(impressions.c.shown_at, impressions.c.id)
    )
    sets = (
        select(packs.c.name)
        .join_from(packs, added_packs, added_packs.c.pack_id == packs.c.id)
        .where(added_packs.c.user_id == user_id)
        .order_by(packs.c.id)
    )
    profiles = select(style_profiles.c.data).where(style_profiles.c.user_id == user_id)
    switched_on = select(nsfw_people.c.user_id).where(nsfw_people.c.user_id == user_id)
    wanted = select(own_packs_modes.c.mode).where(own_packs_modes.c.user_id == user_id)
    what = Banned.person(user_id)
    banned = select(bans.c.banned_at).where(bans.c.kind == what.kind.value, bans.c.key == what.key)
    chat = select(private_chats.c.blocked).where(private_chats.c.user_id == user_id)
    blocked = (await connection.execute(chat)).scalar_one_or_none()
    got = select(broadcast_recipients.c.delivery).where(broadcast_recipients.c.user_id == user_id)
    made = select(broadcasts.c.made_at).where(broadcasts.c.made_by == user_id).order_by(broadcasts.c.id)
    return PersonalRecord(
        user_id=user_id,
        language=language,
        choices=tuple(
            KeptChoice(row.file_unique_id, row.query, row.position, row.chosen_at, row.impression_id) for row in choices
        ),
        impressions=tuple(
            # Eight bytes a number: there may be ten million.
            KeptImpression(row.id, row.query, array("q", row.sticker_ids), row.served, row.shown_at, trial_of(row))
            for row in shown
        ),
        sets=tuple((await connection.execute(sets)).scalars()),
        profiles=tuple((await connection.execute(profiles.order_by(style_profiles.c.space_id))).scalars()),
        nsfw=(await connection.execute(switched_on)).scalar_one_or_none() is not None,
        own_packs=OwnPacks((await connection.execute(wanted)).scalar_one_or_none() or OwnPacks.OFF),
        banned_at=(await connection.execute(banned)).scalar_one_or_none(),
        private_chat=None if blocked is None else not blocked,
        broadcasts_to=tuple(
            Delivery(value)
            for value in (await connection.execute(got.order_by(broadcast_recipients.c.broadcast_id))).scalars()
        ),
        broadcasts_by=tuple((await connection.execute(made)).scalars()),
    )
