"""What an index was made with, beside the index: an index made otherwise is not opened but made anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from whoosh import versionstring

from persrv.adapters.whole_files import replace_file
from persrv.domain.semantics import SemanticField

MANIFEST_NAME = "persrv-index.json"
FORMAT = 1
"""Raise it when `schema` or the meaning of a column changes."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made with.

    :param analysis: A digest of `persrv.text`, its tables and the libraries under it.
    :param complete: False from the making of an empty index until its user says that all stickers are queued.
    """

    format: int
    engine: str
    fields: tuple[str, ...]
    analysis: str
    complete: bool = False

    @classmethod
    def current(cls) -> Manifest:
        """What an index made now is made with."""
        return cls(FORMAT, versionstring(), tuple(field.value for field in SemanticField), _analysis())

    def fits(self) -> bool:
        """Whether an index made with this can be used now."""
        return replace(self, complete=False) == Manifest.current()


@cache
def _analysis() -> str:
    # The sources themselves, so that nobody has to remember to raise a number. To make an index anew for a
    # comment takes seconds; one whose tokens differ from the queries' finds less, and nobody notices.
    digest = hashlib.sha256()
    for name in ("jieba", "opencc", "snowballstemmer"):
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(_files(files("persrv.text")), key=lambda path: path.name):
        digest.update(path.name.encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


def _files(folder: Traversable) -> Iterator[Traversable]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _files(path)
        elif path.name.endswith((".py", ".tsv")):
            yield path


def read_manifest(directory: Path) -> Manifest | None:
    """The folder's manifest, or None where there is none that can be understood.

    :raises OSError: it is there and cannot be read.
    """
    try:
        values = json.loads((directory / MANIFEST_NAME).read_bytes())
        return Manifest(
            format=int(values["format"]),
            engine=str(values["engine"]),
            fields=tuple(str(field) for field in values["fields"]),
            analysis=str(values["analysis"]),
            complete=values["complete"] is True,
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Replace the folder's manifest, whole or not at all.

    :raises OSError: it cannot be written.
    """
    replace_file(directory / MANIFEST_NAME, json.dumps(asdict(manifest)))


def remove_manifest(directory: Path) -> None:
    """Have the index made anew at the next opening.

    :raises OSError: the manifest cannot be deleted.
    """
    (directory / MANIFEST_NAME).unlink(missing_ok=True)
