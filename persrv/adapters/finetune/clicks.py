"""The clicks of a dataset folder: who chose which sticker for which query, in three parts."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from persrv.errors import DatasetInvalid

PARTS: Final = ("train", "valid", "test")
SHARES: Final = (0.8, 0.1, 0.1)
"""How `interactions.csv` is split where the parts are not given."""
COLUMNS: Final = ("uid", "query", "docid")
OCR_FIELDS: Final = ("ocr", "paddleocr_texts")
"""Our name and the authors'."""
IMAGE_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tgs", ".webm")


@dataclass(frozen=True, slots=True)
class Click:
    """One row: a person chose a sticker for a query. Ids are strings; the query is trimmed and not empty."""

    uid: str
    query: str
    docid: str


@dataclass(frozen=True, slots=True)
class Clicks:
    """The rows of a dataset folder, in the order of the files."""

    train: tuple[Click, ...]
    valid: tuple[Click, ...]
    test: tuple[Click, ...]


def read_clicks(folder: Path, seed: int) -> Clicks:
    """The three parts as they are given, else `interactions.csv` split 80/10/10.

    :param seed: Draws the split.
    :raises DatasetInvalid: a file is missing, or a row is wrong; nothing is half-read.
    """
    if not folder.is_dir():
        raise DatasetInvalid(f"The dataset folder {folder} does not exist.")
    paths = {part: folder / f"{part}.csv" for part in PARTS}
    missing = [path.name for path in paths.values() if not path.is_file()]
    if not missing:
        return Clicks(**{part: tuple(read_rows(path)) for part, path in paths.items()})
    if len(missing) < len(PARTS):
        raise DatasetInvalid(f"The dataset folder {folder} has a part of the split but lacks {', '.join(missing)}.")
    whole = folder / "interactions.csv"
    if not whole.is_file():
        raise DatasetInvalid(f"The dataset folder {folder} has neither interactions.csv nor train, valid and test.csv.")
    return split(tuple(read_rows(whole)), seed)


def split(rows: Sequence[Click], seed: int) -> Clicks:
    """Draw 80 % of the rows for training, 10 % for validation, the rest for the test; each keeps their order."""
    order = np.random.default_rng(seed).permutation(len(rows))
    ends = np.rint(np.cumsum(SHARES) * len(rows)).astype(int)
    parts = np.split(order, ends[:-1])
    return Clicks(*(tuple(rows[place] for place in sorted(part)) for part in parts))


def read_rows(path: Path) -> Iterator[Click]:
    """The rows of one CSV file with the header `uid,query,docid[,ts]`, columns in any order.

    :raises DatasetInvalid: names the file, the line and the reason.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            places = _places(path, header)
            for row in reader:
                if row:  # an empty line is nothing
                    yield _click(path, reader.line_num, row, header, places)
        except UnicodeDecodeError as error:
            raise DatasetInvalid(f"{path}, after line {reader.line_num}: not UTF-8 ({error.reason}).") from error
        except csv.Error as error:
            raise DatasetInvalid(f"{path}, line {reader.line_num}: no valid CSV ({error}).") from error


def read_texts(folder: Path) -> Mapping[str, str]:
    """The OCR text of each sticker for which `stickers.jsonl` has one, even an empty one.

    :raises DatasetInvalid: names the line and the reason.
    """
    path = folder / "stickers.jsonl"
    if not path.is_file():
        return {}
    texts: dict[str, str] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                sticker = _sticker(path, number, line)
                found = [sticker[name] for name in OCR_FIELDS if sticker.get(name) is not None]
                if found:
                    texts[str(sticker["id"])] = _as_text(path, number, found[0])
    return texts


def find_images(folder: Path) -> Mapping[str, Path]:
    """The picture of each sticker that has one: `images/{docid}.{suffix}`; of several the first by suffix."""
    found: dict[str, Path] = {}
    images = folder / "images"
    paths = (path for path in images.iterdir() if path.is_file()) if images.is_dir() else ()
    for path in sorted(paths, key=lambda path: (_rank(path), path.name)):
        if _rank(path) < len(IMAGE_SUFFIXES):
            found.setdefault(path.stem, path)
    return found


def _rank(path: Path) -> int:
    suffix = path.suffix.lower()
    return IMAGE_SUFFIXES.index(suffix) if suffix in IMAGE_SUFFIXES else len(IMAGE_SUFFIXES)


def _places(path: Path, header: Sequence[str]) -> tuple[int, ...]:
    lacking = [name for name in COLUMNS if header.count(name) != 1]
    if lacking:
        raise DatasetInvalid(
            f"{path}, line 1: the header has to name uid, query and docid once each; look at {', '.join(lacking)}."
        )
    return tuple(header.index(name) for name in COLUMNS)


def _click(path: Path, line: int, row: Sequence[str], header: Sequence[str], places: Sequence[int]) -> Click:
    if len(row) != len(header):
        raise DatasetInvalid(f"{path}, line {line}: {len(row)} values under {len(header)} columns.")
    values = [row[place].strip() for place in places]
    for name, value in zip(COLUMNS, values, strict=True):
        if not value:
            raise DatasetInvalid(f"{path}, line {line}: the {name} is empty.")
        if "\0" in value:
            raise DatasetInvalid(f"{path}, line {line}: the {name} has a zero byte.")
    if "ts" in header and not _is_time(row[header.index("ts")]):
        raise DatasetInvalid(f"{path}, line {line}: ts has to be Unix seconds, not {row[header.index('ts')]!r}.")
    return Click(*values)


def _is_time(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _sticker(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        sticker = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DatasetInvalid(f"{path}, line {number}: no valid JSON ({error}).") from error
    if not isinstance(sticker, dict) or not isinstance(sticker.get("id"), str | int):
        raise DatasetInvalid(f"{path}, line {number}: not an object with an id.")
    return sticker


def _as_text(path: Path, number: int, value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value).strip()
    raise DatasetInvalid(f"{path}, line {number}: the OCR text has to be a string or a list of strings.")
