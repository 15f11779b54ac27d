"""The sample packs for whoever waits at the terminal: drawn with a progress bar, and stopped by Ctrl+C."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.sandbox.packs import SamplePack, build_sample_packs


class _Stopped(Exception):
    """Nobody waits for the drawing any more."""


async def draw_sample_packs(cache: Path, console: Console | None = None) -> tuple[SamplePack, ...]:
    """Return the sample packs; while they are drawn, which is the first time only, a bar shows how far it is.

    :param cache: Where the drawn files are kept.
    :param console: Where the bar goes; None: standard output.
    :raises PerSRVError: as `build_sample_packs` does.
    """
    stopped = threading.Event()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )

    def progress(done: int, total: int) -> None:
        if stopped.is_set():
            raise _Stopped
        if not bar.task_ids:
            bar.add_task("Drawing the sample packs (only the first time)", total=total)
            bar.start()
        bar.update(bar.task_ids[0], completed=done)

    try:
        return await asyncio.to_thread(build_sample_packs, cache, progress=progress)
    finally:
        # The thread cannot be cancelled: its next step ends it.
        stopped.set()
        bar.stop()
