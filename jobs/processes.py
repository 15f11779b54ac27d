"""`persrv` commands in processes of their own beside the bot: started with its settings, with one thread, and ended."""

from __future__ import annotations

import asyncio
import os
from typing import Final

from persrv.children import command, environment
from persrv.config import Settings, environment_of

STOP_SECONDS: Final = 2.0
"""How long a process has to end after it was asked to; of a job, a kill loses at most one batch."""
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The bot needs a processor for itself."""


async def start_command(
    settings: Settings, *arguments: str, said: int | None = None, columns: int | None = None
) -> asyncio.subprocess.Process:
    """Start `persrv` with these arguments and settings, whatever its `.env` says.

    :param said: Where standard output and error go (`asyncio.subprocess.PIPE`); None: where ours go.
    :param columns: How wide its lines may be; None: as ours.
    :raises OSError: it cannot be started.
    """
    width = {} if columns is None else {"COLUMNS": str(columns)}
    return await asyncio.create_subprocess_exec(
        *command("persrv", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        env=environment({**os.environ, **_ONE_THREAD, **width, **environment_of(settings)}),
        start_new_session=True,  # Ctrl-C in a terminal is for the bot, which then stops this
    )


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, kill it where it does not in time, and wait for its end."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
