"""Raw embeddings on disk: one row a sticker, float16, written in place and mapped into memory."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.whole_files import flush, replace_file
from persrv.errors import StorageError

UNKNOWN, EMBEDDED, BLANK = 0, 1, 2
"""The state of a row: never written; holds a vector; the sticker shows nothing."""
GROW: Final = 4_096
"""Rows by which the files grow at least."""
_ROWS, _STATES, _ABOUT = "rows.f16", "states.u8", "about.json"
_LARGEST: Final = float(np.finfo(np.float16).max)


class FolderEmbeddingArchive:
    """`persrv.ports.artefacts.EmbeddingArchive`: a folder for each encoder and version, named by their digest."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def rows(self, encoder: str, version: str, dimensions: int) -> FolderEmbeddingRows:
        """The rows of one encoder."""
        folder = self._root / _digest(encoder, version)
        about: dict[str, str | int] = {"encoder": encoder, "version": version, "dimensions": dimensions}
        try:
            if not _is(folder, about):
                # Of another shape than this encoder's, or cut off while it was made: nothing in it can be used.
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                for name in (_ROWS, _STATES):
                    (folder / name).touch()
                replace_file(folder / _ABOUT, json.dumps(about))
        except OSError as error:
            raise _unwritable(folder, error) from error
        return FolderEmbeddingRows(folder, dimensions)

    def keep_only(self, encoder: str, version: str) -> int:
        """Delete the rows of every other encoder."""
        kept = _digest(encoder, version)
        others = [path for path in self._root.glob("*") if path.is_dir() and path.name != kept]
        for path in others:
            shutil.rmtree(path, ignore_errors=True)
        return len(others)


class FolderEmbeddingRows:
    """`persrv.ports.artefacts.EmbeddingRows`.

    A row counts once its state is written, and that is after the row itself: a kill in between leaves it unknown.
    """

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder = folder
        self._dimensions = dimensions

    def known(self, size: int) -> NDArray[np.bool_]:
        """Which stickers have been embedded, shape (size,)."""
        states = self._states()
        known = np.zeros(size, dtype=np.bool_)
        common = min(size, len(states))
        known[:common] = states[:common] != UNKNOWN
        return known

    def write(self, sticker_ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Keep vectors. One that is not finite counts as one that shows nothing."""
        if vectors.shape != (len(sticker_ids), self._dimensions):
            raise ValueError(f"{vectors.shape} vectors do not fit {len(sticker_ids)} rows of {self._dimensions}")
        if not len(sticker_ids):
            return
        shown = np.isfinite(vectors).all(axis=1) & (vectors != 0).any(axis=1)
        values = np.where(shown[:, None], np.clip(np.nan_to_num(vectors), -_LARGEST, _LARGEST), 0.0).astype(np.float16)
        try:
            self._make_room(int(sticker_ids.max()) + 1)
            whole = np.memmap(self._folder / _ROWS, dtype="<f2", mode="r+", shape=(self._whole(), self._dimensions))
            whole[sticker_ids] = values
            whole.flush()
            states = np.memmap(self._folder / _STATES, dtype=np.uint8, mode="r+")
            states[sticker_ids] = np.where(shown, EMBEDDED, BLANK)
            states.flush()
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def read(self) -> NDArray[np.float16]:
        """All rows up to the last known one, read-only and mapped into memory; unknown ones are all zero."""
        states = self._states()
        embedded = np.flatnonzero(states == EMBEDDED)
        if not len(embedded):
            return np.zeros((0, self._dimensions), dtype=np.float16)
        size = int(embedded[-1]) + 1
        rows = np.memmap(self._folder / _ROWS, dtype="<f2", mode="r", shape=(size, self._dimensions))
        torn = np.flatnonzero((states[:size] != EMBEDDED) & (rows != 0).any(axis=1))
        if not len(torn):
            return rows
        whole = np.array(rows)  # a kill between row and state: leave such rows out
        whole[torn] = 0
        return whole

    def _states(self) -> NDArray[np.uint8]:
        """Of the rows that are there whole: what a damaged disk has cut off is unknown again."""
        return np.fromfile(self._folder / _STATES, dtype=np.uint8)[: self._whole()]

    def _whole(self) -> int:
        """How many rows there is room for."""
        return (self._folder / _ROWS).stat().st_size // (2 * self._dimensions)

    def _make_room(self, rows: int) -> None:
        """Let both files hold so many rows. The disk space is taken now: a full disk must not kill a mapped write."""
        if (self._folder / _STATES).stat().st_size > self._whole():
            os.truncate(self._folder / _STATES, self._whole())  # what takes the place of lost rows was never written
        for name, width in ((_ROWS, 2 * self._dimensions), (_STATES, 1)):
            path = self._folder / name
            size = path.stat().st_size
            wanted = rows * width
            if size >= wanted:
                continue
            missing = -(-max(wanted - size, GROW * width) // width) * width
            with path.open("ab") as file:
                file.write(bytes(missing))
            flush(path)


def _is(folder: Path, about: dict[str, str | int]) -> bool:
    try:
        made = bool(json.loads((folder / _ABOUT).read_text(encoding="utf-8")) == about)
    except (FileNotFoundError, ValueError):
        return False
    return made and all((folder / name).is_file() for name in (_ROWS, _STATES))


def _digest(encoder: str, version: str) -> str:
    return hashlib.sha256(f"{encoder}\n{version}".encode()).hexdigest()[:16]


def _unwritable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Embeddings cannot be kept in {folder}: {error.strerror}. Free some space or set PERSRV_DATA_DIR to a folder "
        "that can be written."
    )
