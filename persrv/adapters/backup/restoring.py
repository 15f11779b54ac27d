"""Brings a backup back: looked through whole, made ready beside the state, then swapped in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

from persrv.adapters.backup.format import (
    ABOUT,
    ABOUT_BYTES,
    DATABASE,
    SUMS,
    About,
    damaged,
    is_member,
    newer,
    not_ours,
    read_about,
    sum_line,
)
from persrv.adapters.backup.places import StatePlaces
from persrv.adapters.backup.swapping import homes_of, ready_beside, remove, swap
from persrv.adapters.backup.unfinished import private_file
from persrv.errors import StorageError

_CHUNK: Final = 1 << 20
_PLAIN: Final = {tarfile.REGTYPE, tarfile.AREGTYPE}


def restore_backup(places: StatePlaces, source: Path, *, force: bool) -> About:
    """Make the state what it was when the backup was made. The bot must not run.

    Nothing of the state is touched before the whole file has been read, checked and written beside it.

    :param force: Replace the state that is there.
    :raises BackupInvalid: the file is damaged, not ours, or of a newer version.
    :raises StorageError: there is a state already, the bot runs on it, or it cannot be written.
    """
    homes = homes_of(places)
    if not force and any(map(_holds_something, homes.values())):
        raise StorageError(
            f"{places.database.parent} holds a state already. Restore into an empty folder (PERSRV_DATA_DIR), or "
            "replace it with --force."
        )
    # Each part is made ready in its own folder, so that to swap it in is to rename it.
    ready = {part: ready_beside(home) for part, home in homes.items()}
    try:
        try:
            for part, path in ready.items():
                remove(path)  # of a restore that was cut off
                path.parent.mkdir(parents=True, exist_ok=True)
                if part != DATABASE:
                    path.mkdir(mode=0o700)
            with source.open("rb") as file:
                about = _unpack(file, source.name, ready)
            _check_database(ready[DATABASE], about, source.name)
            _refuse_while_in_use(places.database)
            swap(places)
        finally:
            for path in ready.values():
                remove(path)
    except OSError as error:
        raise StorageError(
            f"{source} cannot be restored: {error.strerror or error}. The state is as it was before."
        ) from error
    return about


def _unpack(file: IO[bytes], name: str, ready: Mapping[str, Path]) -> About:
    """Write what the archive holds into `ready`, by its parts; check every member on the way.

    A member's name is only compared, and those that fit cannot leave their folder. Only plain files are taken.
    """
    from persrv.adapters.database.migrating import knows_revision  # it loads Alembic, which no other command waits for

    about: About | None = None
    sums = hashlib.sha256()
    seen: set[str] = set()
    try:
        with tarfile.open(fileobj=file, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.type in _PLAIN and not member.issparse() else None
                if content is None:
                    raise damaged(name) if about else not_ours(name)
                if about is None:
                    if member.name != ABOUT or member.size > ABOUT_BYTES:
                        raise not_ours(name)
                    data = content.read()
                    about = read_about(data, name)
                    if not knows_revision(about.revision):
                        raise newer(name, about.version)
                    sums.update(sum_line(hashlib.sha256(data).hexdigest(), ABOUT))
                    continue
                if member.name == SUMS:
                    if _digest(content) != sums.hexdigest() or DATABASE not in seen:
                        raise damaged(name)
                    return about
                if not is_member(member.name) or member.name in seen:
                    raise damaged(name)
                seen.add(member.name)
                part, _, rest = member.name.partition("/")
                sums.update(sum_line(_write(content, ready[part] / rest if rest else ready[part]), member.name))
    except tarfile.TarError:
        raise (damaged(name) if about else not_ours(name)) from None
    raise damaged(name) if about else not_ours(name)


def _write(content: IO[bytes], path: Path) -> str:
    """Write one file so that it stays, for this user alone; return its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with private_file(path) as file:
        for chunk in _chunks(content):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(_CHUNK):
        yield chunk


def _check_database(path: Path, about: About, name: str) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as found:
            sound = found.execute("PRAGMA quick_check").fetchall() == [("ok",)]
            revisions = found.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error:
        raise damaged(name) from None
    if not sound or revisions != [(about.revision,)]:
        raise damaged(name)


def _refuse_while_in_use(database: Path) -> None:
    """A bot that runs holds its database open, and SQLite lets nobody change the journal's mode meanwhile.

    :raises StorageError: somebody has the database open.
    """
    if not database.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StorageError(f"The bot runs on {database}: stop it, then restore. Nothing was changed.") from None
        # It is damaged, which is what backups are for.


def _holds_something(path: Path) -> bool:
    return path.is_file() or (path.is_dir() and any(path.iterdir()))
