"""Computes the utility of every sticker (paper, section 3.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import numpy as np

from persrv.bootstrap import Services, utility_weights
from persrv.domain.runs import JobName
from persrv.ports.jobs import JobProgress
from persrv.suggest.serving import UNCLICKED, UTILITY
from persrv.utility.clicks import Clicks, query_codes
from persrv.utility.utility import compute_utility


async def weigh_stickers(services: Services, progress: JobProgress) -> Mapping[str, int]:
    """Count the whole log and publish what it says of each sticker."""
    users: list[int] = []
    queries: list[str] = []
    stickers: list[int] = []
    counts = {"done": 0}
    progress.begin(JobName.UTILITY, await services.choices.latest() or None)
    async for part in services.choices.all_choices():
        for choice in part:
            users.append(choice.user_id)
            queries.append(choice.query)
            stickers.append(choice.sticker_id)
        counts["done"] = len(stickers)
        progress.advance(counts)
    rows = max(await services.catalogue.highest_sticker_id() + 1, 1)

    def compute() -> None:
        clicks = Clicks(np.array(users, dtype=np.int64), query_codes(queries), np.array(stickers, dtype=np.int64))
        found = compute_utility(clicks, rows, utility_weights(services.settings))
        services.artefacts.publish({UTILITY: found.values}, {UNCLICKED: found.unclicked})

    await asyncio.to_thread(compute)
    return {"choices": len(stickers), "stickers": len(set(stickers))}
