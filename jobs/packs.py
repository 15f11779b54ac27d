"""Keeps the sticker sets as Telegram has them."""

from __future__ import annotations

import logging

from persrv.bootstrap import Services
from persrv.catalogue import PackImporter
from persrv.domain.stickers import PackKind

_log = logging.getLogger(__name__)


async def refresh_packs(services: Services, importer: PackImporter) -> int:
    """Ask for every set anew: a changed one is refreshed, one that is gone is retired. Return how many."""
    packs = [pack for pack in await services.catalogue.packs() if pack.kind is not PackKind.FOLDER]
    for pack in packs:
        await importer.request(pack.name)
    _log.info("%d sticker sets are being refreshed", len(packs))
    return len(packs)
