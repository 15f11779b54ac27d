"""The log of choices: `uid,query,docid[,ts]` as CSV."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final, TextIO

from persrv.adapters.dataset.problems import Problems, not_utf8
from persrv.adapters.dataset.records import Records
from persrv.domain.dataset import Interaction
from persrv.errors import DatasetInvalid

COLUMNS: Final = ("uid", "query", "docid")
RIGHT: Final = "The first line has to be uid,query,docid or uid,query,docid,ts."
LONGEST_VALUE: Final = 10_000
"""Characters of a value: more is a sign of a lost quotation mark."""
LATEST: Final = 1e11
"""Unix seconds, in the year 5138: a larger number counts in milliseconds."""


@dataclass(frozen=True, slots=True)
class Log:
    """One CSV file.

    :param rows: In the order of the file, repeats kept.
    :param timed: Whether it has a column `ts`.
    :param ignored: Columns that mean nothing to us.
    """

    rows: tuple[Interaction, ...]
    timed: bool
    ignored: tuple[str, ...]


def read_log(path: Path, *, every_time: bool = False) -> Log:
    """Read one CSV file, whole or not at all.

    UTF-8, with or without a byte-order mark; columns in any order; columns that we do not know are left out;
    empty lines are nothing, and an empty ts is a time that the log does not say.

    :param every_time: Whether a row with an empty ts is wrong.
    :raises DatasetInvalid: names the file, the line and the reason, and what would be right.
    """
    problems = Problems()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            log = _read(path, file, problems, every_time)
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from None
    except OSError as error:
        raise DatasetInvalid(f"{path} cannot be read ({error.strerror}).") from error
    problems.raise_if_any()
    return log


def log_text(rows: Sequence[Interaction], *, timed: bool) -> str:
    """A CSV file that `read_log` reads back as the same rows.

    :param timed: Whether it has a column `ts`, empty where a row has no time.
    """
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*COLUMNS, "ts") if timed else COLUMNS)
    for row in rows:
        time = ("" if row.ts is None else repr(row.ts),) if timed else ()
        writer.writerow((*row.triple, *time))
    return file.getvalue()


def _read(path: Path, file: TextIO, problems: Problems, every_time: bool) -> Log:
    limit = csv.field_size_limit(LONGEST_VALUE * 4)
    records = Records(file)
    try:
        header = [name.strip() for name in next(records, [])]
        _check_header(path, header)
        rows = tuple(_rows(path, records, header, problems, every_time))
    except csv.Error as error:
        problems.add(path, records.line, f"this is no valid CSV ({error}); is a quotation mark missing or stray?")
        problems.raise_if_any()
        raise  # not reached: the line above raises
    finally:
        csv.field_size_limit(limit)
    known = {*COLUMNS, "ts"}
    return Log(rows, "ts" in header, tuple(name or "(unnamed)" for name in header if name not in known))


def _check_header(path: Path, header: Sequence[str]) -> None:
    lacking = [name for name in COLUMNS if name not in header]
    twice = sorted({name for name in (*COLUMNS, "ts") if header.count(name) > 1})
    if not header:
        raise DatasetInvalid(f"{path} is empty. {RIGHT}")
    if len(lacking) == len(COLUMNS):
        raise DatasetInvalid(f"{path}, line 1: there is no header; it reads {','.join(header)[:80]!r}. {RIGHT}")
    if lacking:
        raise DatasetInvalid(f"{path}, line 1: the header lacks {' and '.join(lacking)}. {RIGHT}")
    if twice:
        raise DatasetInvalid(f"{path}, line 1: the header names {' and '.join(twice)} more than once. {RIGHT}")


def _rows(
    path: Path, records: Records, header: Sequence[str], problems: Problems, every_time: bool
) -> Iterator[Interaction]:
    places = [header.index(name) for name in COLUMNS]
    time = header.index("ts") if "ts" in header else None
    for row in records:
        if not row:
            continue
        line = records.line
        if len(row) != len(header):
            problems.add(
                path,
                line,
                f"{len(row)} values under {len(header)} columns; a value with a comma in it wants quotation marks.",
            )
            continue
        values = [row[place].strip() for place in places]
        reason = _wrong(values)
        if reason:
            problems.add(path, line, reason)
            continue
        ts = None
        if time is not None and (every_time or row[time].strip()):
            ts = _seconds(row[time])
            if ts is None:
                problems.add(path, line, f"ts is {row[time][:40]!r}; Unix seconds are wanted, like 1717545600.")
                continue
        uid, query, docid = values
        yield Interaction(uid, query, docid, ts)


def _wrong(values: Sequence[str]) -> str:
    for name, value in zip(COLUMNS, values, strict=True):
        if not value:
            return f"the {name} is empty; every row names who chose which sticker for which words."
        if len(value) > LONGEST_VALUE:
            return f"the {name} has {len(value)} characters; is a quotation mark missing?"
        if any(character in value for character in "\0\t\r\n"):
            return f"the {name} has a tab, a line break or a zero byte in it; run files could not hold it. Take it out."
    return ""


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and 0 <= seconds < LATEST else None
