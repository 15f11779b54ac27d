"""Generations of artefacts in a folder.

    CURRENT                 the name of the generation that serves
    {generation}/NAME.npy   an array each, in numpy's own format
    {generation}/manifest.json

A generation is made beside the others under a name of its own and never changed; replacing CURRENT makes it serve.
So a process that reads sees one generation, whole, and a kill or a full disk at any point leaves the last one serving.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.whole_files import flush, replace_file
from persrv.errors import ArtefactsDamaged, StorageError
from persrv.ports.artefacts import Artefacts, Note

FORMAT: Final = 1
"""Of the manifest."""
CURRENT: Final = "CURRENT"
MANIFEST: Final = "manifest.json"
_GENERATION: Final = re.compile(r"g\d{8}")
_NAME: Final = re.compile(r"[a-z][a-z_]{0,40}")
_CHUNK: Final = 1 << 22


class FolderArtefactStore:
    """`persrv.ports.artefacts.ArtefactStore` in a folder. One process at a time may publish; any number may read."""

    def __init__(self, root: Path) -> None:
        """:param root: Made on the first `publish`."""
        self._root = root
        self._latest = Artefacts()

    def current(self) -> Artefacts:
        """The newest generation, checked against its manifest when it is first read.

        :raises ArtefactsDamaged: it cannot be read, or its files are not what was written.
        """
        name = self._serving()
        if name != self._latest.generation:
            try:
                self._latest = self._load(name) if name else Artefacts()
            except ArtefactsDamaged:
                if self._serving() == name:
                    raise
                return self.current()  # replaced and removed while it was opened
        return self._latest

    def publish(self, arrays: Mapping[str, NDArray[Any]], notes: Mapping[str, Note]) -> Artefacts:
        """Make the next generation and let it serve.

        Arrays that are carried over are linked, not copied. The one before is kept until the next publication, for
        readers that are just opening it.

        :raises StorageError: it cannot be written; the current one stays.
        """
        try:
            before = self.current()
        except ArtefactsDamaged:
            before = Artefacts()  # nothing of it can be trusted: the new one holds only what is given
        name = self._next_name()
        folder = self._root / name
        try:
            folder.mkdir(parents=True)
            files = {key: _write(folder, key, array) for key, array in arrays.items()}
            for key in before.arrays.keys() - arrays.keys():
                files[key] = _carry(self._root / before.generation, folder, key)
            manifest = {"format": FORMAT, "files": files, "notes": {**before.notes, **notes}}
            (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
            flush(folder / MANIFEST)
            flush(folder)
            made = self._load(name)
            replace_file(self._root / CURRENT, name)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise StorageError(
                    f"What the job computed cannot be kept in {self._root}: {error.strerror}. Free some space or set "
                    "PERSRV_DATA_DIR to a folder that can be written; what was there before keeps serving."
                ) from error
            raise
        self._latest = made
        self._remove_all_but({name, before.generation})
        return made

    def keep_only_current(self) -> None:
        """See `ArtefactStore.keep_only_current`."""
        with contextlib.suppress(ArtefactsDamaged):  # it is unknown which one serves: that is found out elsewhere
            self._remove_all_but({self._serving()})

    def _serving(self) -> str:
        try:
            name = (self._root / CURRENT).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise _damaged(self._root / CURRENT) from error
        if not _GENERATION.fullmatch(name):
            raise _damaged(self._root / CURRENT)
        return name

    def _load(self, name: str) -> Artefacts:
        folder = self._root / name
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if manifest["format"] != FORMAT:
                raise _damaged(folder)
            arrays = {}
            for key, checksum in manifest["files"].items():
                path = folder / f"{key}.npy"
                if not _NAME.fullmatch(key) or _checksum(path) != checksum:
                    raise _damaged(path)
                arrays[key] = np.load(path, mmap_mode="r", allow_pickle=False)
            notes = dict(manifest["notes"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(folder) from error
        return Artefacts(name, MappingProxyType(arrays), MappingProxyType(notes))

    def _next_name(self) -> str:
        """One higher than any there is, so that a name never means two generations."""
        numbers = [int(path.name[1:]) for path in self._root.glob("g*") if _GENERATION.fullmatch(path.name)]
        return f"g{max(numbers, default=0) + 1:08d}"

    def _remove_all_but(self, kept: set[str]) -> None:
        for path in self._root.glob("g*"):
            if path.name not in kept and _GENERATION.fullmatch(path.name):
                shutil.rmtree(path, ignore_errors=True)  # a reader that still has it open keeps its pages


def _write(folder: Path, key: str, array: NDArray[Any]) -> int:
    if not _NAME.fullmatch(key):
        raise ValueError(f"{key!r} is no name for an artefact")
    path = folder / f"{key}.npy"
    np.save(path, np.ascontiguousarray(array), allow_pickle=False)
    flush(path)
    return _checksum(path)


def _carry(old: Path, new: Path, key: str) -> int:
    source, target = old / f"{key}.npy", new / f"{key}.npy"
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)
        flush(target)
    return _checksum(target)


def _checksum(path: Path) -> int:
    """CRC-32 of a file's content and length, so that a truncated file of zeros is seen too."""
    value, size = 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            value = zlib.crc32(chunk, value)
            size += len(chunk)
    return zlib.crc32(str(size).encode(), value)


def _damaged(path: Path) -> ArtefactsDamaged:
    return ArtefactsDamaged(
        f"{path} is damaged or from another version; `persrv job nightly` computes it anew. Until then the bot answers "
        "without it."
    )
