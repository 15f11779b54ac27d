"""A dataset folder (docs/evaluation.md), read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from persrv.adapters.dataset.images import list_images
from persrv.adapters.dataset.interactions import Log, read_log
from persrv.adapters.dataset.splits import Parts, split_by_seed, split_by_time
from persrv.adapters.dataset.sticker_queries import is_sticker_queries, read_sticker_queries
from persrv.adapters.dataset.stickers import NAMES, Described, read_stickers
from persrv.domain.dataset import Dataset, Embeddings, ImageFiles, Interaction, SplitKind, StickerTable
from persrv.domain.packed import TextPacker
from persrv.errors import DatasetInvalid
from persrv.ports.progress import Progress, silent

PARTS: Final = ("train", "valid", "test")
WHAT_IS_RIGHT: Final = (
    "A dataset folder has interactions.csv, or train.csv, valid.csv and test.csv, each with the header "
    "uid,query,docid; and perhaps stickers.jsonl and images/."
)


def read_dataset(source: Path, *, seed: int, by_time: bool = False, progress: Progress = silent) -> Dataset:
    """Read a dataset folder, or a CSV file of StickerQueries. Pictures are listed, not opened.

    :param seed: Of the split, where the parts are not given.
    :param by_time: Split the log by its column ts instead.
    :raises DatasetInvalid: something is wrong; names the file, the line and the reason, and what would be right.
    """
    if source.is_file() and is_sticker_queries(source):
        parts = split_by_seed(read_sticker_queries(source), seed)
        note = (
            "StickerQueries has no users: every label counts as a choice of one person, so personal ranking and "
            "user popularity say nothing here."
        )
        return _assembled(source, parts, SplitKind.RANDOM, seed, None, {}, [note])
    _check_folder(source)
    parts, kind, notes = _read_parts(source, seed, by_time)
    described = source / "stickers.jsonl"
    stickers = read_stickers(described, progress) if described.is_file() else None
    return _assembled(source, parts, kind, seed, stickers, list_images(source / "images", progress), notes)


def count_choices(source: Path) -> int:
    """Read the log of a dataset alone, see that there is enough of it to split, and count its rows.

    :raises DatasetInvalid: as `read_dataset`, but for what is wrong with stickers.jsonl.
    """
    if source.is_file() and is_sticker_queries(source):
        return sum(map(len, split_by_seed(read_sticker_queries(source), 0)))
    _check_folder(source)
    parts, _, _ = _read_parts(source, seed=0, by_time=False)
    return sum(map(len, parts))


def _check_folder(source: Path) -> None:
    if not source.is_dir():
        raise DatasetInvalid(f"{source} is {'a file' if source.exists() else 'not there'}. {WHAT_IS_RIGHT}")


_ReadParts = tuple[Parts, SplitKind, list[str]]
"""The parts, how they came about, and what a reader should know of them."""


def _read_parts(folder: Path, seed: int, by_time: bool) -> _ReadParts:
    paths = [folder / f"{part}.csv" for part in PARTS]
    whole = folder / "interactions.csv"
    if by_time and not whole.is_file():
        raise DatasetInvalid(f"{folder} has no interactions.csv, so there is nothing to split by time. {WHAT_IS_RIGHT}")
    if not by_time and any(path.is_file() for path in paths):
        return _given_parts(paths, whole)
    if not whole.is_file():
        raise DatasetInvalid(f"{folder} is not a dataset folder. {WHAT_IS_RIGHT}")
    return _drawn_parts(whole, seed, by_time)


def _given_parts(paths: Sequence[Path], whole: Path) -> _ReadParts:
    there = [path.name for path in paths if path.is_file()]
    missing = [path.name for path in paths if path.name not in there]
    if missing:
        raise DatasetInvalid(
            f"{whole.parent} has {' and '.join(there)} but lacks {' and '.join(missing)}. Give all three parts, or "
            "interactions.csv alone."
        )
    logs = [read_log(path) for path in paths]
    for path, log in zip(paths, logs, strict=True):
        if not log.rows:
            raise DatasetInvalid(f"{path} has a header and no row. Each part needs at least one choice.")
    parts: Parts = (logs[0].rows, logs[1].rows, logs[2].rows)
    notes = [
        *_about_columns(zip(paths, logs, strict=True)),
        *_about_repeats([row for part in parts for row in part]),
    ]
    if whole.is_file():
        notes.append("interactions.csv was not read: train.csv, valid.csv and test.csv are beside it.")
    return parts, SplitKind.GIVEN, [*notes, *_about_overlap(parts)]


def _drawn_parts(whole: Path, seed: int, by_time: bool) -> _ReadParts:
    log = read_log(whole, every_time=by_time)
    if not log.rows:
        raise DatasetInvalid(f"{whole} has a header and no row.")
    notes = [*_about_columns([(whole, log)]), *_about_repeats(log.rows)]
    try:
        parts = split_by_time(log.rows) if by_time else split_by_seed(log.rows, seed)
    except DatasetInvalid as error:
        raise DatasetInvalid(f"{whole}: {error}") from None
    return parts, SplitKind.TIME if by_time else SplitKind.RANDOM, [*notes, *(_about_overlap(parts) if by_time else [])]


def _assembled(
    source: Path,
    parts: Parts,
    kind: SplitKind,
    seed: int,
    described: Described | None,
    images: Mapping[str, str],
    notes: Sequence[str],
) -> Dataset:
    train, valid, test = parts
    known = {*(described.docids if described else ()), *images, *(row.docid for row in train)}
    docids = tuple(sorted(known))
    unknown = tuple(sorted({row.docid for row in (*valid, *test)} - known))
    place_of = {docid: place for place, docid in enumerate(described.docids)} if described else {}
    places = np.array([place_of.get(docid, -1) for docid in docids], dtype=np.int64)
    texts = {field: (described.texts[field] if described else TextPacker().packed()).at(places) for field in NAMES}
    embeddings = None
    if described is not None and described.vectors is not None:
        embedded = np.where(places >= 0, described.embedded[places], -1)
        embeddings = Embeddings(described.vectors, embedded)
    suffixes = tuple(sorted(set(images.values())))
    code = {suffix: number for number, suffix in enumerate(suffixes)}
    kinds = np.array([code[images[docid]] if docid in images else -1 for docid in docids], dtype=np.int16)
    table = StickerTable(docids, MappingProxyType(texts), embeddings, ImageFiles(source / "images", suffixes, kinds))
    more = _about_stickers(described, images, [row.docid for part in parts for row in part], unknown)
    return Dataset(str(source), table, train, valid, test, kind, seed, unknown, (*notes, *more))


def _about_columns(logs: Iterable[tuple[Path, Log]]) -> list[str]:
    return [
        f"{path.name} has columns that were left out: {', '.join(log.ignored[:10])}."
        for path, log in logs
        if log.ignored
    ]


def _about_repeats(rows: Sequence[Interaction]) -> list[str]:
    repeats = len(rows) - len({row.triple for row in rows})
    if not repeats:
        return []
    return [
        f"{repeats} of {len(rows)} rows repeat a choice of the same person, query and sticker: they count as clicks, "
        "and once as relevant."
    ]


def _about_overlap(parts: Parts) -> list[str]:
    train, _, test = parts
    again = {row.triple for row in test} & {row.triple for row in train}
    if not again:
        return []
    return [
        f"{len(again)} of {len({row.triple for row in test})} distinct test choices are in train too, as in a live log "
        "where people come back to a sticker; the residual view leaves them out."
    ]


def _about_stickers(
    described: Described | None, images: Mapping[str, str], chosen: Sequence[str], unknown: Sequence[str]
) -> list[str]:
    notes = []
    if described is not None and described.ignored:
        common = [f"{name} ({times})" for name, times in Counter(described.ignored).most_common(10)]
        more = f" and {len(described.ignored) - 10} others" if len(described.ignored) > 10 else ""
        notes.append(f"stickers.jsonl has fields that were left out: {', '.join(common)}{more}.")
    if images:
        without = len(set(chosen) - images.keys())
        if without:
            notes.append(f"{without} of {len(set(chosen))} chosen stickers have no picture in images/.")
    if unknown:
        notes.append(
            f"{len(unknown)} stickers are named by valid or test alone, like {unknown[0]!r}: no system can know them, "
            "so they count as never found."
        )
    return notes
