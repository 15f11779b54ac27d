"""`persrv.ports.computed.ComputedStore` in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from persrv.domain.work import Maker
from persrv.errors import StorageError

_AT_ONCE: Final = 500


class SqliteComputedStore:
    """A cache: deleting the file costs time alone.

    :raises StorageError: the file cannot be opened or is something else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"{path.parent} cannot be written ({error.strerror}): make it writable for this user or set "
                "PERSRV_DATA_DIR to another folder."
            ) from error
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False)
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS computed (engine TEXT, version TEXT, key TEXT, made BLOB NOT NULL, "
                "PRIMARY KEY (engine, version, key)) WITHOUT ROWID"
            )
        except sqlite3.Error as error:
            raise StorageError(
                f"{path} cannot be used ({error}). It is only a cache: delete it, and run again."
            ) from error

    def find(self, maker: Maker, keys: Iterable[str]) -> Mapping[str, bytes]:
        """See `ComputedStore.find`."""
        found: dict[str, bytes] = {}
        wanted = iter(keys)
        while some := list(islice(wanted, _AT_ONCE)):
            marks = ", ".join("?" * len(some))
            found.update(
                self._connection.execute(
                    f"SELECT key, made FROM computed WHERE engine = ? AND version = ? AND key IN ({marks})",  # noqa: S608 - question marks alone
                    (maker.engine, maker.version, *some),
                )
            )
        return found

    def keep(self, maker: Maker, made: Mapping[str, bytes]) -> None:
        """See `ComputedStore.keep`.

        :raises StorageError: the disk is full or read-only.
        """
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO computed VALUES (?, ?, ?, ?)",
                    [(maker.engine, maker.version, key, value) for key, value in made.items()],
                )
        except sqlite3.Error as error:
            raise StorageError(f"{self._path} cannot be written ({error}): make room on its disk.") from error

    def close(self) -> None:
        """See `ComputedStore.close`."""
        self._connection.close()
