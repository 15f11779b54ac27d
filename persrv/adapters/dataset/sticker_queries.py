"""StickerQueries (MIT): `sticker_id,labeled_queries`, the queries that people wrote for real stickers."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from persrv.adapters.dataset.problems import Problems
from persrv.domain.dataset import Interaction
from persrv.errors import DatasetInvalid

HEADER: Final = ["sticker_id", "labeled_queries"]
NOBODY: Final = "everybody"
"""The one user: the set does not say who wrote a label."""
_SEPARATORS: Final = re.compile(r"[,，、;；\n]")


def is_sticker_queries(path: Path) -> bool:
    """Whether a file begins with the set's header."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [name.strip() for name in next(csv.reader(file), [])] == HEADER
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def read_sticker_queries(path: Path) -> tuple[Interaction, ...]:
    """Every label as a choice of one person called "everybody"; a label that a sticker has twice counts once.

    :raises DatasetInvalid: names the file, the line and the reason.
    """
    problems = Problems()
    found: dict[Interaction, None] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            next(reader, None)
            for row in reader:
                if not row:
                    continue
                if len(row) != len(HEADER) or not row[0].strip():
                    problems.add(path, reader.line_num, "a row is a sticker's id and its labels, in quotation marks.")
                    continue
                for label in _SEPARATORS.split(row[1]):
                    if label.strip():
                        found[Interaction(NOBODY, " ".join(label.split()), row[0].strip())] = None
    except UnicodeDecodeError as error:
        raise DatasetInvalid(
            f"{path} is not in UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8."
        ) from None
    except csv.Error as error:
        raise DatasetInvalid(f"{path}, line {reader.line_num}: this is no valid CSV ({error}).") from None
    problems.raise_if_any()
    return tuple(found)
