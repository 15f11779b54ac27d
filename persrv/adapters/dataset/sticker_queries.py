"""StickerQueries (MIT): `sticker_id,labeled_queries`, the queries that people wrote for real stickers."""

from __future__ import annotations

import codecs
import csv
import re
from pathlib import Path
from typing import Final

from persrv.adapters.dataset.problems import Problems, not_utf8
from persrv.adapters.dataset.records import Records
from persrv.domain.dataset import Interaction
from persrv.errors import DatasetInvalid

HEADER: Final = ["sticker_id", "labeled_queries"]
NOBODY: Final = "everybody"
"""The one user: the set does not say who wrote a label."""
_HEAD: Final = 256
"""Bytes: enough for the header."""
_SEPARATORS: Final = re.compile(r"[,，、;；\n]")


def is_sticker_queries(path: Path) -> bool:
    """Whether a file begins with the set's header, in UTF-8 or not: `read_sticker_queries` says which is wanted."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    lines = head.decode(encoding, "replace").splitlines() or [""]
    return [name.strip().strip('"').strip() for name in lines[0].split(",")] == HEADER


def read_sticker_queries(path: Path) -> tuple[Interaction, ...]:
    """Every label as a choice of one person called "everybody"; a label that a sticker has twice counts once.

    :raises DatasetInvalid: names the file, the line and the reason.
    """
    problems = Problems()
    found: dict[Interaction, None] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = Records(file)
            next(records, None)
            for row in records:
                if not row:
                    continue
                if len(row) != len(HEADER) or not row[0].strip():
                    problems.add(path, records.line, "a row is a sticker's id and its labels, in quotation marks.")
                    continue
                for label in _SEPARATORS.split(row[1]):
                    if label.strip():
                        found[Interaction(NOBODY, " ".join(label.split()), row[0].strip())] = None
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from None
    except csv.Error as error:
        raise DatasetInvalid(f"{path}, line {records.line}: this is no valid CSV ({error}).") from None
    problems.raise_if_any()
    return tuple(found)
