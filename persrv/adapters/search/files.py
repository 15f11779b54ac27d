"""The index's files: durable commits, and nothing left open or lying about when one fails."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import weakref
from io import BytesIO
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from persrv.adapters.search.mapped import MappedFile
from persrv.adapters.search.schema import INDEX_NAME, Untyped
from persrv.adapters.whole_files import flush

LOCK_NAME = f"{INDEX_NAME}_WRITELOCK"
"""The file that Whoosh's writer locks; ours to lock where we change files without a writer."""

APART_LOCK_NAME = f"{INDEX_NAME}_APARTLOCK"
"""What whoever writes segments apart locks: two that did so at once would take each other's cores for the same."""

_TOC = re.compile(rf"_{INDEX_NAME}_(\d+)\.toc")
IMPACTS = "impacts"
"""The folder of tables that are derived from the index."""
APART = "apart"
"""The folder of segments that are being written (`apart.py`)."""
_OURS = re.compile(rf"_{INDEX_NAME}_\d+\.toc.*|{INDEX_NAME}_[0-9a-z]+\..*|{INDEX_NAME}\.tmp|{IMPACTS}|{APART}")

Stamp = tuple[str, int, int] | None
"""Which commit a folder holds: its table of contents' name, inode and time; None without one."""


class IndexFiles(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's storage in a folder, which knows what one session of it opened, made and locked.

    - A commit becomes visible when its table of contents is renamed into place. Before that everything it
      names is flushed to the disk, so that a crash leaves the old commit or the new one, whole.
    - `abandon` undoes a session that failed half-way; Whoosh itself would leave files open and the lock held.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._files: weakref.WeakSet[Untyped] = weakref.WeakSet()
        self._made: list[Path] = []
        self._locks: list[Untyped] = []
        self._children: list[IndexFiles] = []
        self._committed = False

    def create_file(self, name: str, **options: Untyped) -> Untyped:
        """Make a file, and remember it."""
        file = super().create_file(name, **options)
        self._files.add(file.file)
        self._made.append(Path(self.folder, name))
        return file

    def open_file(self, name: str, **options: Untyped) -> Untyped:
        """Open a file, and remember it. A table of contents is read at once: Whoosh forgets to close it."""
        if name.endswith(".toc"):
            return StructFile(BytesIO(Path(self.folder, name).read_bytes()), name=name, **options)
        segment = name.endswith(".seg")
        file = MappedFile.open(Path(self.folder, name)) if segment else super().open_file(name, **options)
        self._files.add(file.file)
        return file

    def adopt(self, path: Path) -> None:
        """Move a file in, as one that this session made."""
        made = Path(self.folder, path.name)
        path.replace(made)
        self._made.append(made)

    def temp_storage(self, name: str | None = None) -> IndexFiles:
        """A folder for a writer's scratch files, of the same kind as this."""
        child = IndexFiles(str(Path(self.folder, name or f"{INDEX_NAME}.tmp")))
        child.create()
        self._children.append(child)
        return child

    def lock(self, name: str) -> Untyped:
        """A lock between processes, remembered."""
        lock = super().lock(name)
        self._locks.append(lock)
        return lock

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Make a commit visible, once all of it is on the disk."""
        for path in self._made:
            if path.exists():
                flush(path)
        super().rename_file(oldname, newname, safe=safe)
        self._committed = True
        flush(Path(self.folder))

    def close_files(self) -> None:
        """Close what is still open."""
        for child in self._children:
            child.close_files()
        for file in list(self._files):
            # On a full disk the last flush fails again; the file is closed all the same, and not wanted.
            with contextlib.suppress(OSError):
                file.close()

    def abandon(self) -> None:
        """End a failed session: close and remove what it made, then let go of its lock."""
        self.close_files()
        if not self._committed:
            for path in self._made:
                path.unlink(missing_ok=True)
            for child in self._children:
                shutil.rmtree(child.folder, ignore_errors=True)
        for lock in self._locks:
            if lock.fd is not None:
                lock.release()


def stamp(directory: Path) -> Stamp:
    """Which commit a folder holds now. Differs after every commit, also of an index made anew.

    :raises OSError: the folder cannot be read.
    """
    latest = max(
        (name for name in os.listdir(directory) if _TOC.fullmatch(name)),  # noqa: PTH208 (names are enough)
        key=lambda name: int(name.split("_")[-1].removesuffix(".toc")),
        default=None,
    )
    if latest is None:
        return None
    try:
        status = os.stat(directory / latest)  # noqa: PTH116
    except FileNotFoundError:
        return (latest, 0, 0)  # replaced meanwhile: unlike any that was read
    return (latest, status.st_ino, status.st_mtime_ns)


def remove_index(directory: Path) -> None:
    """Delete the index's own files, and no other. Hold the lock.

    :raises OSError: one of them cannot be deleted.
    """
    for path in directory.iterdir():
        if _OURS.fullmatch(path.name):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def remove_leftovers(directory: Path) -> None:
    """Delete what a killed writer left and Whoosh's next commit does not tidy up.

    Half a table of contents, and segments that were written apart. They are deleted also from whoever is at work on
    them: what they say was read before. Hold the lock; not in the middle of a commit.

    :raises OSError: it cannot be deleted.
    """
    shutil.rmtree(directory / APART, ignore_errors=True)
    for path in directory.iterdir():
        if path.name.startswith("_") and _OURS.fullmatch(path.name) and not _TOC.fullmatch(path.name):
            path.unlink(missing_ok=True)
