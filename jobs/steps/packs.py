"""Keeps the sticker sets as Telegram has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from persrv.bootstrap import Services
from persrv.catalogue import PackImporter
from persrv.domain.runs import JobName
from persrv.domain.stickers import PackKind
from persrv.errors import PackBanned, TelegramUnavailable
from persrv.ports.jobs import JobProgress

MOST_UNREACHABLE = 3
"""Sets in a row that cannot be reached before the rest is left for the next night."""


async def refresh_packs(services: Services, importer: PackImporter, progress: JobProgress) -> Mapping[str, int]:
    """Fetch every set anew: a changed one is refreshed, one that is gone is retired.

    :raises TelegramUnavailable: Telegram cannot be reached; the sets stay as they are.
    """
    packs = [pack for pack in await services.catalogue.packs() if pack.kind is not PackKind.FOLDER]
    counts: Counter[str] = Counter(done=0)
    progress.begin(JobName.PACKS, len(packs))
    unreachable = 0
    for pack in packs:
        try:
            ended = await importer.fetch(pack.name)
        except PackBanned:  # since the night began
            counts["banned"] += 1
            progress.advance(counts)
            continue
        if ended is None:
            unreachable += 1
            counts["failed"] += 1
            if unreachable == MOST_UNREACHABLE:
                raise TelegramUnavailable(
                    f"{services.settings.telegram_api_url} cannot be reached; the sets stay as they are."
                )
        else:
            unreachable = 0
            counts["done"] += 1
            counts[ended.outcome.value] += 1
        progress.advance(counts)
    return counts
