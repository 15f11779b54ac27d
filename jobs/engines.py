"""Which engines that the settings name are not here, told in the log a moment after the bot's start.

A night without them is a night that did nothing, hours later. A process of its own looks, at low priority: an engine
is there when it loads, and loaded in the bot it would stay, 100 MB and more.
"""

from __future__ import annotations

import asyncio
import logging

from jobs.processes import start_command
from jobs.schedule import SETTLE_SECONDS
from persrv.config import Settings

_log = logging.getLogger(__name__)


async def look_at_engines(settings: Settings) -> None:
    """Run `persrv doctor --background`, which shares our standard error; cancelled, it ends the process."""
    await asyncio.sleep(SETTLE_SECONDS)
    try:
        child = await start_command(settings, "doctor", "--background")
    except OSError as error:
        _log.warning("the engines cannot be looked at: %s", error.strerror)
        return
    try:
        await child.wait()
    finally:
        if child.returncode is None:
            child.kill()  # it writes nothing but the log
            await child.wait()
