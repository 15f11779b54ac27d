"""Which stickers anybody has been shown or has chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from persrv.adapters.database.tables import impressions, interactions, stickers

ROWS = 50
"""Rows that are read at a time: their lists are parsed in the event loop, which is not to wait for them."""


async def read_seen(connection: AsyncConnection) -> NDArray[np.int64]:
    """Those in the served part of an impression, and those chosen; rising, each once."""
    highest = (await connection.execute(select(func.max(stickers.c.id)))).scalar_one() or 0
    seen = np.zeros(highest + 1, dtype=np.bool_)
    chosen = select(interactions.c.sticker_id).distinct().execution_options(yield_per=ROWS)
    async with connection.stream(chosen) as rows:
        async for row in rows:
            seen[row.sticker_id] = True
    shown = select(impressions.c.sticker_ids, impressions.c.served).execution_options(yield_per=ROWS)
    async with connection.stream(shown) as rows:
        async for row in rows:
            seen[[sticker_id for sticker_id in row.sticker_ids[: row.served] if sticker_id <= highest]] = True
    return np.flatnonzero(seen).astype(np.int64)
