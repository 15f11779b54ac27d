"""What a process of ours needs before and beside the services: the clock, the folder, the lock, endless tasks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Final

from persrv.adapters.backup import StatePlaces, is_begun, mend, was_cut_off
from persrv.adapters.locks import job_lock
from persrv.config import Settings
from persrv.errors import JobBusy, StorageError

_log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS: Final = 1.0
"""Before work in the background begins again that ended with an error; each time twice as long,"""
LONGEST_PAUSE_SECONDS: Final = 300.0
"""up to so long."""


def utc_now() -> datetime:
    """The time, aware of its zone."""
    return datetime.now(UTC)


def one_job_at_a_time(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """Hold the lock that keeps two jobs from running at once, whichever processes they are in.

    :raises JobBusy: another job is running.
    """
    return job_lock(settings.data_dir / "jobs.lock")


def prepare_data_dir(settings: Settings) -> None:
    """Make the data folder, for this user alone: it holds what people typed. One that is there stays as it is.

    What a killed restore left there is mended first: a bot that started on it would begin with an empty state.

    :raises StorageError: it cannot be made or written, or a restore is under way.
    """
    try:
        for missing in reversed(
            [path for path in (settings.data_dir, *settings.data_dir.parents) if not path.exists()]
        ):
            missing.mkdir(mode=0o700, exist_ok=True)
        _mend_restore(settings)
        for folder in (settings.data_dir, settings.index_dir, settings.media_dir, settings.cache_dir):
            folder.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise StorageError(
            f"The data folder {settings.data_dir} cannot be written ({error.strerror}): make it writable for this "
            "user or set PERSRV_DATA_DIR to another folder."
        ) from error


def _mend_restore(settings: Settings) -> None:
    try:
        places = StatePlaces.of(settings)
    except StorageError:  # a server, which nothing is restored into
        return
    if not is_begun(places):
        return
    try:
        with one_job_at_a_time(settings):
            if mend(places):
                _log.warning("a restore that was cut off was undone: the state is that of before; restore again")
    except JobBusy:
        if was_cut_off(places):
            raise StorageError(f"A restore into {settings.data_dir} is under way: wait until it is done.") from None
        # It has not touched the state, and will not while somebody has that open.


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Load in the body what stays, dictionaries and an encoder: no garbage is looked for among it while it comes."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextlib.asynccontextmanager
async def in_background(
    *work: Callable[[], Coroutine[None, None, None]], failed: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """Run work beside the body; cancel it at its end and wait for what it still has to write.

    What ends by itself is done. What ends with an error that it did not expect is logged and begins again after a
    pause: nobody would notice else, for weeks, that there are no more new stickers.

    :param failed: Called at each such error.
    """
    tasks = [asyncio.create_task(_again_and_again(begin, failed)) for begin in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _again_and_again(begin: Callable[[], Coroutine[None, None, None]], failed: Callable[[], None]) -> None:
    pause = FIRST_PAUSE_SECONDS
    while True:
        began = time.monotonic()
        try:
            await begin()
        except Exception:
            if time.monotonic() - began > LONGEST_PAUSE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            _log.exception("work in the background ended with an error; it begins again in %.0f s", pause)
            failed()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        else:
            return
