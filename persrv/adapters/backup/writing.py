"""Makes a backup while the bot runs."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import sqlite3
import stat
import tarfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from persrv import __version__
from persrv.adapters.backup.format import ABOUT, DATABASE, SUMS, About, is_member, sum_line
from persrv.adapters.backup.places import StatePlaces
from persrv.adapters.backup.unfinished import ARCHIVE, private_file, work_folder
from persrv.adapters.database import sqlite
from persrv.adapters.whole_files import flush
from persrv.errors import StorageError

_TRIES: Final = 3
"""How often the artefacts are looked at again when a night replaces them at that moment."""
_HEX: Final = re.compile(r"[0-9a-f]{2}", re.ASCII)
"""The folders of sticker files."""


class _Reader(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def write_backup(places: StatePlaces, target: Path, *, at: datetime) -> int:
    """Write the whole state into one file. The bot may go on; the database is that of one moment.

    The file takes its place when it is whole and on disk, so an earlier backup of that name is there until then.
    Only its owner may read it: it holds what people typed.

    :return: Bytes of the file.
    :raises StorageError: there is nothing to back up, or it cannot be written.
    """
    try:
        if not places.database.is_file():
            raise StorageError(f"There is nothing to back up: the database {places.database} does not exist.")
        target = _file_to_write(target)
        with work_folder(target) as work:
            copy = work / DATABASE
            revision = _copy_database(places.database, copy)
            about = About(__version__, revision, at.isoformat(timespec="seconds"))
            unfinished = work / ARCHIVE
            with private_file(unfinished) as file:
                _write(file, about, at, copy, places)
            flush(unfinished)
            unfinished.replace(target)
            flush(target.parent)
        return target.stat().st_size
    except OSError as error:
        raise StorageError(_told(error, target, places)) from error


def _file_to_write(target: Path) -> Path:
    """Where a symlink leads to: the link stays.

    :raises StorageError: what is there is no file; it would be replaced, be it a disk.
    :raises OSError: it cannot be looked at.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target.resolve()
    if not stat.S_ISREG(mode):
        raise StorageError(f"{target} is no file: name a file to write, or a folder for one named by the time.")
    return target.resolve()


def _told(error: OSError, target: Path, places: StatePlaces) -> str:
    reason = error.strerror or str(error)
    parts = (places.database, places.media, places.artefacts, places.embeddings)
    if error.filename and any(Path(os.fsdecode(error.filename)).is_relative_to(part) for part in parts):
        return (
            f"{os.fsdecode(error.filename)} cannot be read ({reason}), and without it the backup would not be whole: "
            "make it readable for this user."
        )
    if isinstance(error, FileNotFoundError) and not target.parent.is_dir():
        return f"The backup {target} cannot be written: there is no folder {target.parent}. Make it first."
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    remedy = "Free some space or name another place." if full else "Name another place."
    return f"The backup {target} cannot be written: {reason}. {remedy}"


def _copy_database(source: Path, copy: Path) -> str:
    """Copy the database as of this moment, without anything that was deleted; return its revision."""
    place = f"The database {source}"
    try:
        with contextlib.closing(
            sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, timeout=sqlite.BUSY_SECONDS)
        ) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        copy.chmod(0o600)
        with contextlib.closing(sqlite3.connect(copy)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StorageError(sqlite.explain(error, place) or f"{place} cannot be copied: {error}") from error
    if row is None:
        raise StorageError(f"{place} has no tables yet. Run `persrv db upgrade`.")
    return str(row[0])


def _write(file: BinaryIO, about: About, at: datetime, database: Path, places: StatePlaces) -> None:
    sums = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as archive:

        def add(name: str, content: BinaryIO, size: int) -> None:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = size, 0o600, int(at.timestamp())
            hashed = _Hashed(content)
            archive.addfile(member, hashed)
            sums.write(sum_line(hashed.digest, name))

        def add_bytes(name: str, data: bytes) -> None:
            add(name, io.BytesIO(data), len(data))

        add_bytes(ABOUT, about.to_json())
        with database.open("rb") as content:
            add(DATABASE, content, os.fstat(content.fileno()).st_size)
        for path in _files(places.media):
            # It may be replaced meanwhile, never changed; one that has gone belongs to no row that we copied.
            with contextlib.suppress(FileNotFoundError), path.open("rb") as content:
                add(f"media/{path.relative_to(places.media).as_posix()}", content, os.fstat(content.fileno()).st_size)
        with _generation(places.artefacts) as (current, files):
            if current:
                add_bytes("artefacts/CURRENT", current.encode())
            for name, opened in files:
                add(f"artefacts/{current}/{name}", opened, os.fstat(opened.fileno()).st_size)
        for folder in _entries(places.embeddings):
            if not is_member(f"embeddings/{folder.name}/about.json"):
                continue
            with _opened(folder, ("states.u8", "rows.f16", "about.json")) as files:
                # A row counts once its state is written, so the states are the first to be read.
                for name, opened in files:
                    add(f"embeddings/{folder.name}/{name}", opened, os.fstat(opened.fileno()).st_size)
        add_bytes(SUMS, sums.getvalue())


def _files(media: Path) -> Iterator[Path]:
    for outer in _entries(media):
        if not _HEX.fullmatch(outer.name):  # lost+found, where it is a file system of its own
            continue
        for inner in _entries(outer):
            for path in _entries(inner) if _HEX.fullmatch(inner.name) else ():
                if is_member(f"media/{path.relative_to(media).as_posix()}"):  # not one that is being written
                    yield path


def _entries(folder: Path) -> list[Path]:
    """What is in a folder, in order; nothing where there is none. `glob` would pass over what it cannot read.

    :raises OSError: it cannot be read.
    """
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


@contextlib.contextmanager
def _generation(root: Path) -> Iterator[tuple[str, list[tuple[str, BinaryIO]]]]:
    """The generation of artefacts that serves, all of its files open; "" where there is none.

    A night may publish another one and remove this one while it is opened: then the new one is taken.
    """
    for _ in range(_TRIES):
        try:
            current = (root / "CURRENT").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            break
        if not is_member(f"artefacts/{current}/manifest.json"):
            break  # damaged: the bot answers without it, and the next night makes it anew
        names = [path.name for path in _entries(root / current)]
        kept = [name for name in names if is_member(f"artefacts/{current}/{name}")]
        with _opened(root / current, kept) as files:
            if "manifest.json" in kept and len(files) == len(kept):
                yield current, files
                return
    yield "", []


@contextlib.contextmanager
def _opened(folder: Path, names: Iterable[str]) -> Iterator[list[tuple[str, BinaryIO]]]:
    """These files of a folder, open: so they stay whole when the folder is removed. None, where one is missing."""
    with contextlib.ExitStack() as stack:
        try:
            files = [(name, stack.enter_context((folder / name).open("rb"))) for name in names]
        except (FileNotFoundError, NotADirectoryError):
            files = []
        yield list(files)


class _Hashed(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: _Reader) -> None:
        super().__init__()
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        return data

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()
