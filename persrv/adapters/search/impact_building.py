"""Making the table of impacts from the index: `python -m persrv.adapters.search.impact_building FOLDER [WEIGHTS]`.

WEIGHTS are those of the fields that the table's steps are for (`persrv.recall.steps`), a JSON object; without it those
that `RelevanceWeights` has.

Segments that the table before has are taken over from it; only new ones are read out of Whoosh. A bot does this in a
process of its own (`build_apart`): it takes a core for seconds to minutes, and some memory, and both are given back.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from persrv.adapters.locks import job_lock
from persrv.adapters.search.impact_store import Base, ImpactStore
from persrv.adapters.search.schema import FIELDS
from persrv.adapters.search.snapshot import Snapshot, open_snapshot
from persrv.adapters.search.walking import walk
from persrv.children import command, environment, give_way
from persrv.domain.semantics import SemanticField
from persrv.errors import JobBusy, PerSRVError, SearchIndexError
from persrv.recall.impacts import collate, join, renumbered, runs_of
from persrv.recall.steps import steps_of
from persrv.recall.weights import RelevanceWeights

LOCK: Final = "persrv-impacts.lock"
_FAILED: Final = 3
"""The exit code of a failure whose sentence is on standard error."""


def build(directory: Path, weights: Mapping[SemanticField, float] | None = None) -> None:
    """Make the table of the latest commit and let it serve. Nothing happens where another process does that.

    :param weights: That serve; None: those that there are by default.
    :raises PerSRVError: it cannot be read or written; the old table stays.
    """
    with contextlib.suppress(JobBusy), job_lock(directory / LOCK):
        store = ImpactStore(directory)
        old = store.load()
        try:
            snapshot = open_snapshot(directory, old.columns() if old else {})
        except Exception as error:
            raise SearchIndexError(f"The search index cannot be read for its table of impacts: {error}") from error
        try:
            base = _base(snapshot, old, by_number(weights))
        finally:
            snapshot.close()
        store.save(base)


def build_apart(
    directory: Path, stopped: Callable[[], bool], weights: Mapping[SemanticField, float] | None = None
) -> None:
    """`build` in a niced process of its own, which ends when `stopped` says so.

    :raises SearchIndexError: it failed.
    """
    told_weights = []
    if weights is not None:
        told_weights.append(json.dumps({field.value: weight for field, weight in weights.items()}))
    process = subprocess.Popen(  # noqa: S603 (this very program)
        command(__spec__.name, str(directory), *told_weights, quiet=True),
        env=environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                _, told = process.communicate(timeout=0.2)
                break
            if stopped():
                return
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()
    if process.returncode:
        raise SearchIndexError(told.strip()[-500:] or f"the process ended with {process.returncode}")


def by_number(weights: Mapping[SemanticField, float] | None) -> tuple[float, ...]:
    """The weights in the order in which the index has its fields; of a field that is not named, 0.

    :param weights: None: those that there are by default.
    """
    weights = RelevanceWeights().as_mapping() if weights is None else weights
    return tuple(float(weights.get(field, 0.0)) for field in FIELDS)


def _base(snapshot: Snapshot, old: Base | None, weights: Sequence[float]) -> Base:
    """The table of a commit. Its rows are those of the old one's segments, then those of the new ones: so runs rise."""
    salt = old.salt if old else secrets.token_bytes(16)
    places = {segment: place for place, (segment, _) in enumerate(old.segments if old else ())}
    leaves = sorted(snapshot.leaves, key=lambda leaf: places.get(leaf.segment, len(places)))
    rows, first = {}, 0
    for leaf in leaves:
        count = len(leaf.columns.stickers)
        alive = snapshot.live[leaf.base : leaf.base + count]
        rows[leaf.segment] = np.where(alive, np.arange(first, first + count, dtype=np.int32), np.int32(-1))
        first += count
    parts = []
    if old:
        gone = [rows.get(segment, np.full(count, -1, dtype=np.int32)) for segment, count in old.segments]
        parts.append(renumbered(runs_of(old.impacts), np.concatenate([np.empty(0, np.int32), *gone])))
    parts += [renumbered(walk(leaf.reader, salt), rows[leaf.segment]) for leaf in leaves if leaf.segment not in places]
    columns = [leaf.columns for leaf in leaves]
    longest = max((int(column.lengths.max(initial=0)) for column in columns), default=0)
    length = np.min_scalar_type(longest)
    impacts = collate(
        join(parts),
        np.concatenate(
            [np.empty((len(FIELDS), 0), length), *(column.lengths.astype(length) for column in columns)], axis=1
        ),
        np.array(snapshot.average_lengths, dtype=np.float64),
    )
    del parts
    return Base(
        impacts,
        steps_of(impacts, weights),
        tuple((leaf.segment, len(leaf.columns.stickers)) for leaf in leaves),
        np.concatenate([np.empty(0, np.int64), *(column.stickers for column in columns)]),
        salt,
    )


def main() -> int:
    """See the module."""
    give_way()
    try:
        directory, *told = sys.argv[1:]
        weights = {SemanticField(name): float(weight) for name, weight in json.loads(told[0]).items()} if told else None
        build(Path(directory), weights)
    except PerSRVError as error:
        sys.stderr.write(f"{error}\n")
        return _FAILED
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
