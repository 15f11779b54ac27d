"""Tables of impacts on disk: arrays that are mapped, and beside them what they were made from.

They are generations of artefacts (`persrv.adapters.artefacts.generations`): checked against checksums when they are
opened, replaced as one piece, and left as they were by a full disk. A table belongs to Whoosh segments, which never
change but for deletions; so it says which, and can be used for as long as some of them are in the index.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.artefacts.generations import CURRENT, FolderArtefactStore
from persrv.adapters.search.files import IMPACTS
from persrv.adapters.search.schema import FIELDS
from persrv.adapters.search.snapshot import Columns
from persrv.errors import ArtefactsDamaged
from persrv.recall.bm25 import K1, B
from persrv.recall.impacts import Impacts
from persrv.recall.steps import Steps

_log = logging.getLogger(__name__)

FORMAT: Final = 2
"""Raise it when the meaning of an array changes."""
_ARRAYS: Final = tuple(item.name for item in fields(Impacts))
_OF_STEPS: Final = tuple(item.name for item in fields(Steps) if item.init and item.name != "unit")
_PREFIX: Final = "steps_"


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """A table of impacts of some segments.

    :param steps: For the weights that it was made for.
    :param segments: Their names and how many documents each has; rows follow this order.
    :param stickers: Sticker ids by row, int64, shape (documents,).
    :param salt: Of the words' keys.
    """

    impacts: Impacts
    steps: Steps
    segments: tuple[tuple[str, int], ...]
    stickers: NDArray[np.int64]
    salt: bytes

    def columns(self) -> Mapping[str, Columns]:
        """What the segments say of their documents: not to be read from Whoosh again, which takes seconds."""
        found, first = {}, 0
        for segment, documents in self.segments:
            rows = slice(first, first + documents)
            found[segment] = Columns.of(self.stickers[rows], self.impacts.lengths[:, rows])
            first += documents
        return found


class ImpactStore:
    """Where an index keeps its table."""

    def __init__(self, directory: Path) -> None:
        """:param directory: Of the index; the folder in it is made by the first `save`."""
        self._root = directory / IMPACTS
        self._artefacts = FolderArtefactStore(self._root)
        self._looked_at: bytes | None = None
        self._base: Base | None = None

    def load(self) -> Base | None:
        """The newest table; None where there is none that can be used. The same object while it is the newest."""
        try:
            newest = (self._root / CURRENT).read_bytes()
        except OSError:
            newest = None
        if newest == self._looked_at:
            return self._base  # also what cannot be used is looked at once: to check it takes a while
        self._base, self._looked_at = None, newest
        if newest is not None:
            try:
                found = self._artefacts.current()
                self._base = _base(found.arrays, found.notes)
            except (ArtefactsDamaged, KeyError, ValueError, TypeError) as error:
                _log.warning("the table of impacts cannot be used and is made anew: %s", error)
        return self._base

    def save(self, base: Base) -> None:
        """Replace the table.

        :raises StorageError: it cannot be written; the old one stays.
        """
        self._artefacts.publish(
            {name: getattr(base.impacts, name) for name in _ARRAYS}
            | {_PREFIX + name: getattr(base.steps, name) for name in _OF_STEPS}
            | {"stickers": base.stickers},
            {
                **_made_with(),
                "salt": base.salt.hex(),
                "segments": json.dumps(base.segments),
                "unit": base.steps.unit,
            },
        )

    def remove(self) -> None:
        """Delete all there is; what is mapped stays readable until it is let go."""
        shutil.rmtree(self._root, ignore_errors=True)

    def remove_older(self) -> None:
        """Delete all but the newest."""
        newest = (self._looked_at or b"").decode(errors="replace")
        for path in self._root.glob("g*"):
            if path.name != newest:
                shutil.rmtree(path, ignore_errors=True)


def _made_with() -> dict[str, str | int | float]:
    return {"format_of_impacts": FORMAT, "fields": " ".join(FIELDS), "k1": K1, "b": B}


def _base(arrays: Mapping[str, NDArray[np.generic]], notes: Mapping[str, str | int | float]) -> Base:
    """Out of what was read.

    :raises ValueError: it was made by another version, or its arrays do not fit each other.
    """
    if {name: notes[name] for name in _made_with()} != _made_with():
        raise ValueError("it was made by another version")
    # The search goes by plain arrays: the subclass that numpy maps files into costs microseconds at every slice.
    plain = {name: np.asarray(array).view(np.ndarray) for name, array in arrays.items()}
    impacts = Impacts(**{name: plain[name] for name in _ARRAYS})
    steps = Steps(float(notes["unit"]), **{name: plain[_PREFIX + name] for name in _OF_STEPS})
    segments = tuple((str(name), int(count)) for name, count in json.loads(str(notes["segments"])))
    stickers = plain["stickers"]
    documents = sum(count for _, count in segments)
    if not (
        impacts.lengths.shape == (len(FIELDS), documents)
        and len(stickers) == documents
        and len(impacts.word_starts) == documents + 1
        and len(impacts.starts) == len(impacts.keys) + 1
        and len(impacts.documents) == len(impacts.words) == len(impacts.saturations) == len(impacts.frequencies)
        and len(steps.weights) == len(FIELDS)
        and len(steps.steps) == len(impacts.documents)
        and len(steps.scales) == len(steps.most) == len(impacts.keys)
        and steps.columns.shape == (len(steps.words), documents)
        and len(steps.tops) == len(steps.words)
    ):
        raise ValueError("its arrays do not fit each other")
    return Base(impacts, steps, segments, stickers.astype(np.int64, copy=False), bytes.fromhex(str(notes["salt"])))
