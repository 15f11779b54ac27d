"""What a process of ours needs before and beside the services: the clock, the folder, the lock, endless tasks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Coroutine, Iterator
from datetime import UTC, datetime

from persrv.adapters.locks import job_lock
from persrv.config import Settings
from persrv.errors import StorageError


def utc_now() -> datetime:
    """The time, aware of its zone."""
    return datetime.now(UTC)


def one_job_at_a_time(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """Hold the lock that keeps two jobs from running at once, whichever processes they are in.

    :raises JobBusy: another job is running.
    """
    return job_lock(settings.data_dir / "jobs.lock")


def prepare_data_dir(settings: Settings) -> None:
    """Make the data folder.

    :raises StorageError: it cannot be made or written.
    """
    try:
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
async def in_background(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run endless tasks beside the body; cancel them at its end and wait for what they still have to write."""
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
