"""Opening and writing the index's folder, with its lock held and its failures told as sentences."""

from __future__ import annotations

import contextlib
import errno
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex, LockError
from whoosh.util.filelock import try_for

from persrv.adapters.search.files import LOCK_NAME, IndexFiles, remove_index
from persrv.adapters.search.manifest import Manifest, read_manifest, remove_manifest, write_manifest
from persrv.adapters.search.schema import INDEX_NAME, schema
from persrv.adapters.search.snapshot import Columns, Snapshot, open_snapshot
from persrv.errors import IndexBusy, PerSRVError, SearchIndexError

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 0.05
_SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


def open_or_make(directory: Path, known: Mapping[str, Columns], *, lock_seconds: float) -> Snapshot:
    """The latest commit in a folder; an empty one where there is none that can be used.

    :param known: See `open_snapshot`.
    :raises IndexBusy: it must be made, and another process is writing.
    :raises SearchIndexError: the folder cannot be read or written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        snapshot = _try_to_open(directory, known)
        if snapshot is None:
            with locked(directory, LOCK_NAME, lock_seconds):
                # Another process may just have made it, or have been in the middle of a commit.
                snapshot = _try_to_open(directory, known) or _make(directory)
    except OSError as error:
        raise unwritable(error) from error
    return snapshot


@contextmanager
def writing(directory: Path, *, lock_seconds: float) -> Iterator[Any]:
    """A Whoosh writer that holds the lock. What is not committed by the end, or fails, leaves no trace.

    :raises IndexBusy: another process is writing.
    :raises SearchIndexError: the folder cannot be written, or the index is damaged.
    """
    files = IndexFiles(str(directory))
    try:
        yield FileIndex(files, schema=schema()).writer(timeout=lock_seconds, delay=_RETRY_SECONDS)
    except LockError as error:
        raise _busy() from error
    except PerSRVError:
        raise
    except OSError as error:
        raise unwritable(error) from error
    except Exception as error:
        raise failed(directory, error) from error
    finally:
        files.abandon()


@contextmanager
def locked(directory: Path, name: str, seconds: float) -> Iterator[None]:
    """Hold a lock of the index's folder.

    :param seconds: How long to wait for another process.
    :raises IndexBusy: another process holds it.
    """
    lock = FileStorage(str(directory)).lock(name)
    if not try_for(lock.acquire, timeout=seconds, delay=_RETRY_SECONDS):
        raise _busy()
    try:
        yield
    finally:
        lock.release()


def unreadable(error: OSError) -> SearchIndexError:
    """What to say when the folder cannot be read."""
    return SearchIndexError(
        f"The search index cannot be read: {error.strerror or error}. Check the rights of the data folder."
    )


def unwritable(error: OSError) -> SearchIndexError:
    """What to say when the folder cannot be written."""
    return SearchIndexError(
        f"The search index cannot be written: {error.strerror or error}. "
        "Check the free space and the rights of the data folder; what was indexed before stays."
    )


def failed(directory: Path, error: Exception) -> SearchIndexError:
    """What to say when reading the index failed; and note that it is to be made anew, where its files are damaged.

    :param error: Whatever Whoosh, pickle and zlib raise on damaged files, or what says nothing of them.
    """
    if is_shortage(error):
        return SearchIndexError(
            "The search index cannot be read for now: this machine is short of memory or of open files. Try again."
        )
    with contextlib.suppress(OSError):
        remove_manifest(directory)
    return SearchIndexError(
        "The search index is damaged and will be made anew. If this comes again, check the disk of the data folder."
    )


def is_shortage(error: Exception) -> bool:
    """Whether an error tells of the machine at this moment and nothing of the files."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in _SHORTAGES)


def _busy() -> IndexBusy:
    return IndexBusy("Another process is writing the search index. Try again when it is done.")


def _try_to_open(directory: Path, known: Mapping[str, Columns]) -> Snapshot | None:
    manifest = read_manifest(directory)
    if manifest is None or not manifest.fits():
        if manifest is not None:
            _log.warning("the search index was made by another version")
        return None  # not even looked into: it may be of another make
    try:
        return open_snapshot(directory, known)
    except PermissionError:
        raise
    except Exception as error:
        if is_shortage(error):
            raise
        _log.warning("the search index cannot be read", exc_info=True)
        return None


def _make(directory: Path) -> Snapshot:
    """Replace whatever is there by an empty index; a crash on the way leaves one without a manifest."""
    _log.info("making the search index anew in %s", directory)
    remove_manifest(directory)
    remove_index(directory)
    FileIndex.create(IndexFiles(str(directory)), schema(), INDEX_NAME)
    write_manifest(directory, Manifest.current())
    return open_snapshot(directory, {})
