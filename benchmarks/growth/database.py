"""The corpus as the bot's own database: sets, stickers, what engines said of them, and what people chose."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, create_engine, insert
from sqlalchemy.engine import Connection

from benchmarks.corpus import SET_SIZE, Corpus
from persrv.adapters.database.tables import interactions, pack_stickers, packs, semantics, stickers
from persrv.adapters.database.upgrade import upgrade
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.domain.stickers import MediaState, PackKind, PackState, StickerFormat
from persrv.text import normalise

PEOPLE: Final = 1_000
AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
SETS_AT_ONCE: Final = 250
ENGINES_FIELDS: Final = (
    SemanticField.OCR,
    SemanticField.KEYWORDS,
    SemanticField.DESCRIPTION,
    SemanticField.EMOTIONS,
)

Rows = dict[Table, list[dict[str, Any]]]


def make_database(path: Path, corpus: Corpus) -> None:
    """Write all of the corpus; sticker numbers are those of the corpus. Nothing happens where it is there.

    :param path: Of an SQLite database. It takes its place once it is whole.
    """
    if path.exists():
        return
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    upgrade(f"sqlite+aiosqlite:///{unfinished}")
    engine = create_engine(f"sqlite:///{unfinished}")
    documents = corpus.documents()
    with engine.begin() as connection:
        for first in itertools.count(0, SETS_AT_ONCE):
            rows: Rows = {table: [] for table in (packs, stickers, pack_stickers, semantics, interactions)}
            for number in range(first, first + SETS_AT_ONCE):
                if members := list(itertools.islice(documents, SET_SIZE)):
                    _add_set(rows, number + 1, members)
            if not rows[packs]:
                break
            _write(connection, rows)
    engine.dispose()
    unfinished.rename(path)


def _write(connection: Connection, rows: Rows) -> None:
    for table, found in rows.items():
        if found:
            connection.execute(insert(table), found)


def _add_set(rows: Rows, number: int, members: Sequence[StickerDocument]) -> None:
    name, title = f"Set{number}_by_persrv_bot", members[0].texts[SemanticField.PACK]
    rows[packs].append(
        {
            "id": number,
            "name": name,
            "name_key": name.casefold(),
            "name_norm": normalise(name),
            "title": title,
            "title_key": normalise(title),
            "kind": PackKind.REGULAR.value,
            "state": PackState.ACTIVE.value,
            "requested_at": AT,
            "fetched_at": AT,
            "problem": "",
        }
    )
    for position, each in enumerate(members):
        sticker = each.sticker_id
        rows[stickers].append(
            {
                "id": sticker,
                "file_unique_id": f"u{sticker}",
                "file_id": f"f{sticker}",
                "format": StickerFormat.STATIC.value,
                "emoji": each.texts.get(SemanticField.EMOJI, ""),
                "width": 512,
                "height": 512,
                "size": 30_000,
                "media": MediaState.STORED.value,
                "media_problem": "",
            }
        )
        rows[pack_stickers].append({"pack_id": number, "sticker_id": sticker, "position": position})
        rows[semantics] += [
            {
                "sticker_id": sticker,
                "field": field.value,
                "value": each.texts[field],
                "engine": "made up",
                "version": "1",
                "made_at": AT,
            }
            for field in ENGINES_FIELDS
            if field in each.texts
        ]
        if query := each.texts.get(SemanticField.QUERIES):
            rows[interactions].append(
                {
                    "key": f"0:{sticker}",
                    "user_id": 1 + sticker % PEOPLE,
                    "sticker_id": sticker,
                    "query": query,
                    "query_key": normalise(query),
                    "impression_id": "0" * 16,
                    "position": 0,
                    "chosen_at": AT,
                }
            )
