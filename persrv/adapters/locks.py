"""A lock between processes, which ends with the process that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from whoosh.util.filelock import FileLock

from persrv.errors import JobBusy, StorageError


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold a lock that nobody else holds. A kill lets go of it.

    :param path: Of the lock's file, which stays.
    :return: Whether it is held; False where somebody else holds it.
    :raises OSError: the file cannot be made.
    """
    lock: Any = FileLock(str(path))
    held = lock.acquire(blocking=False)
    try:
        yield held
    finally:
        if held:
            lock.release()


@contextmanager
def job_lock(path: Path) -> Iterator[None]:
    """Hold the lock that lets one job run at a time. A kill lets go of it.

    :param path: Of the lock's file, which stays.
    :raises JobBusy: another process holds it.
    :raises StorageError: the file cannot be made.
    """
    with ExitStack() as stack:
        try:
            held = stack.enter_context(locked(path))
        except OSError as error:
            raise StorageError(f"{path} cannot be made ({error.strerror}): make its folder writable.") from error
        if not held:
            raise JobBusy("Another job is running, and one runs at a time. /jobs tells how far it is.")
        yield
