"""Dataset folders made from others: the same stickers under another protocol."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality.slips import Slip
from persrv.adapters.dataset.sticker_queries import read_sticker_queries
from persrv.domain.dataset import Interaction

PARTS = ("train", "valid", "test")
STRIPPED_SHARE = 0.5
HELD_OUT = 0.2


def live_log(source: Path, folder: Path, cut: int) -> Path:
    """A log by time, repeats and all: train is what is before the cut, test is what comes after.

    Nothing is tuned here, so that the validation part, which a folder has to have, is the last tenth of train itself.

    :param source: With clicks_raw.csv (uid,query,docid,ts), stickers.jsonl and images.
    :param cut: Unix seconds.
    """
    rows = _read(source / "clicks_raw.csv")
    train = [row for row in rows if int(row["ts"]) < cut]
    test = [row for row in rows if int(row["ts"]) >= cut]
    return _write(source, folder, train, train[-len(train) // 10 :], test)


def stripped(source: Path, folder: Path, seed: int) -> Path:
    """Half of the stickers lose all their training clicks, and test asks for these stickers alone.

    :param source: With train.csv, valid.csv and test.csv.
    """
    parts = {part: _read(source / f"{part}.csv") for part in PARTS}
    docids = sorted({row["docid"] for rows in parts.values() for row in rows})
    drawn = np.random.default_rng(seed).permutation(len(docids))[: round(STRIPPED_SHARE * len(docids))]
    gone = {docids[place] for place in drawn.tolist()}
    kept = {part: [row for row in rows if row["docid"] not in gone] for part, rows in parts.items()}
    test = [row for row in parts["test"] if row["docid"] in gone]
    return _write(source, folder, kept["train"], kept["valid"], test)


def held_out(source: Path, folder: Path, seed: int) -> Path:
    """A fifth of the labels of a StickerQueries file is test, the rest is train; nothing is tuned.

    :param source: A CSV `sticker_id,labeled_queries`.
    """
    rows = [_row(each) for each in read_sticker_queries(source)]
    drawn = np.random.default_rng(seed).permutation(len(rows))
    first = round(HELD_OUT * len(rows))
    test = [rows[place] for place in sorted(drawn[:first].tolist())]
    train = [rows[place] for place in sorted(drawn[first:].tolist())]
    return _write(None, folder, train, train[-len(train) // 10 :], test)


def held_out_of_train(source: Path, folder: Path, seed: int) -> Path:
    """An eighth of a folder's train part becomes valid, to choose weights on. Its test part is the same rows: nobody
    may look at the real one."""
    rows = _read(source / "train.csv")
    drawn = np.random.default_rng(seed).permutation(len(rows))
    first = round(len(rows) / 8)
    asked = [rows[place] for place in sorted(drawn[:first].tolist())]
    rest = [rows[place] for place in sorted(drawn[first:].tolist())]
    return _write(None, folder, rest, asked, asked)


def mistyped(source: Path, folder: Path, clean: Path, slip: Slip, *, most: int, seed: int) -> int:
    """The test part asked for in other words, and beside it the same pairs as they were.

    :param slip: Says how a query is mistyped.
    :param most: Pairs of person and query that are taken, drawn by seed.
    :return: How many there are.
    """
    parts = {part: _read(source / f"{part}.csv") for part in PARTS}
    pairs = sorted({(row["uid"], row["query"]) for row in parts["test"]})
    chance = random.Random(seed)
    chance.shuffle(pairs)
    typed: dict[tuple[str, str], str] = {}
    for pair in pairs:
        if len(typed) < most and (found := slip(pair[1], chance)) is not None:
            typed[pair] = found
    asked = [row for row in parts["test"] if (row["uid"], row["query"]) in typed]
    _write(source, clean, parts["train"], parts["valid"], asked)
    others = [{**row, "query": typed[row["uid"], row["query"]]} for row in asked]
    _write(source, folder, parts["train"], parts["valid"], others)
    return len(typed)


def choices_by_pack(folder: Path) -> tuple[dict[str, Counter[str]], dict[str, int]]:
    """Person -> pack -> how often they chose from it in train, and each pack's size, by a folder's stickers.jsonl."""
    lines = (folder / "stickers.jsonl").read_text("utf-8").splitlines()
    pack_of = {row["id"]: row.get("set", "") for row in map(json.loads, filter(str.strip, lines))}
    chosen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _read(folder / "train.csv"):
        chosen[row["uid"]][pack_of[row["docid"]]] += 1
    return chosen, Counter(pack_of.values())


def _row(choice: Interaction) -> dict[str, str]:
    return {"uid": choice.uid, "query": choice.query, "docid": choice.docid}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(source: Path | None, folder: Path, *parts: Sequence[dict[str, str]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in zip(PARTS, parts, strict=True):
        _write_part(folder / f"{name}.csv", rows)
    for name in ("stickers.jsonl", "images") if source else ():
        link = folder / name
        if source is not None and (source / name).exists() and not link.exists():
            link.symlink_to((source / name).resolve())
    return folder


def _write_part(path: Path, rows: Iterable[dict[str, str]]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]) if listed else ["uid", "query", "docid"])
        writer.writeheader()
        writer.writerows(listed)
