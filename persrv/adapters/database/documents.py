"""The texts of stickers, gathered from everything that is known of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.live import is_live
from persrv.adapters.database.tables import interactions, pack_stickers, packs, semantics, stickers
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.domain.stickers import PackState

_Texts = dict[int, dict[SemanticField, str]]

_ENGINES_FIELDS: Final = (
    SemanticField.OCR,
    SemanticField.KEYWORDS,
    SemanticField.DESCRIPTION,
    SemanticField.EMOTIONS,
)


async def gather(connection: AsyncConnection, sticker_ids: Sequence[int]) -> list[StickerDocument]:
    """The documents of the live ones among these stickers, in the order of the ids.

    :param sticker_ids: At most `live.CHUNK` of them.
    """
    texts: _Texts = {}
    statement = select(stickers.c.id, stickers.c.emoji).where(stickers.c.id.in_(sticker_ids), is_live(stickers.c.id))
    for row in await connection.execute(statement):
        texts[row.id] = {SemanticField.EMOJI: row.emoji}
    live_ids = [sticker_id for sticker_id in sticker_ids if sticker_id in texts]
    if live_ids:
        await _add_queries(connection, live_ids, texts)
        await _add_packs(connection, live_ids, texts)
        await _add_semantics(connection, live_ids, texts)
    return [
        StickerDocument(
            sticker_id,
            MappingProxyType({field: text for field, text in texts[sticker_id].items() if text.strip()}),
        )
        for sticker_id in live_ids
    ]


async def _add_queries(connection: AsyncConnection, live_ids: Sequence[int], texts: _Texts) -> None:
    """One line for every person and query: a query that three people clicked weighs three times.

    The same person's repeats weigh once, so that nobody can shout a sticker up.
    """
    statement = (
        select(interactions.c.sticker_id, func.min(interactions.c.query).label("query"))
        .where(interactions.c.sticker_id.in_(live_ids), interactions.c.query_key != "")
        .group_by(interactions.c.sticker_id, interactions.c.user_id, interactions.c.query_key)
        .order_by(interactions.c.sticker_id, func.min(interactions.c.id))
    )
    lines: dict[int, list[str]] = defaultdict(list)
    for row in await connection.execute(statement):
        lines[row.sticker_id].append(" ".join(row.query.split()))
    for sticker_id, queries in lines.items():
        texts[sticker_id][SemanticField.QUERIES] = "\n".join(queries)


async def _add_packs(connection: AsyncConnection, live_ids: Sequence[int], texts: _Texts) -> None:
    statement = (
        select(pack_stickers.c.sticker_id, packs.c.title, packs.c.name)
        .join_from(pack_stickers, packs, packs.c.id == pack_stickers.c.pack_id)
        .where(pack_stickers.c.sticker_id.in_(live_ids), packs.c.state != PackState.RETIRED.value)
        .order_by(pack_stickers.c.sticker_id, packs.c.id)
    )
    lines: dict[int, list[str]] = defaultdict(list)
    for row in await connection.execute(statement):
        lines[row.sticker_id] += [text for text in (row.title, spoken_name(row.name)) if text]
    for sticker_id, names in lines.items():
        texts[sticker_id][SemanticField.PACK] = "\n".join(names)


async def _add_semantics(connection: AsyncConnection, live_ids: Sequence[int], texts: _Texts) -> None:
    statement = select(semantics.c.sticker_id, semantics.c.field, semantics.c.value).where(
        semantics.c.sticker_id.in_(live_ids),
        semantics.c.field.in_([field.value for field in _ENGINES_FIELDS]),
    )
    for row in await connection.execute(statement):
        texts[row.sticker_id][SemanticField(row.field)] = row.value


def spoken_name(name: str) -> str:
    """A set's name as words: `Happy_Cats_by_meow_bot` -> `Happy Cats`.

    Sets that a bot made end in `_by_` and the bot's name (Bot API `createNewStickerSet`), which says nothing
    of the stickers.
    """
    own, by, maker = name.rpartition("_by_")
    if by and maker.casefold().endswith("bot"):
        name = own
    return " ".join(name.replace("_", " ").split())
