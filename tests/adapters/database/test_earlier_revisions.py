"""A database of any earlier version comes to this one with its rows kept."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from persrv.adapters.database.migrating import _config, current_revision, head_revision, migrate
from persrv.adapters.database.upgrade import upgrade
from tests.adapters.database.conftest import differences, url_of

REVISIONS = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]

ROWS: dict[str, list[dict[str, object]]] = {
    # In the order of the migrations' references; a column that a revision does not have yet is left out.
    "counters": [{"name": "ticket", "value": 41}],
    "users": [{"id": 1001, "language": "zh"}],
    "packs": [
        {
            **{"id": 1, "name": "Cats", "name_key": "cats", "name_norm": "cats", "title": "猫", "title_key": "猫"},
            **{"kind": "regular", "state": "active", "requested_by": 1001, "requested_at": "2026-01-02 03:04:05"},
            **{"progress_chat": None, "fetched_at": "2026-01-02 03:04:06", "problem": ""},
        }
    ],
    "stickers": [
        {
            **{"id": number, "file_unique_id": f"u{number}", "file_id": f"f{number}", "format": "static"},
            **{"emoji": "😀", "width": 512, "height": 512, "size": 1000, "media": "stored", "media_problem": ""},
        }
        for number in (1, 2)
    ],
    "pack_stickers": [{"pack_id": 1, "sticker_id": number, "position": number} for number in (1, 2)],
    "interactions": [
        {
            **{"id": number, "key": f"42:{number}", "user_id": 1001, "sticker_id": number, "query": "笑"},
            **{"query_key": "笑", "impression_id": "0123456789abcdef", "position": number},
            **{"chosen_at": "2026-01-02 03:04:07"},
        }
        for number in (1, 2)
    ],
    "impressions": [
        {
            **{"id": "0123456789abcdef", "user_id": 1001, "query": "笑", "sticker_ids": "[2, 1]", "served": 2},
            **{"shown_at": "2026-01-02 03:04:06", "compared": "persrv-plus persrv", "teams": "sr", "explored": 1},
        }
    ],
    "semantics": [
        {
            **{"sticker_id": 1, "field": "ocr", "value": "哈哈", "engine": "rapidocr", "version": "1"},
            **{"confidence": 0.9, "made_at": "2026-01-02 03:04:08"},
        }
    ],
    "index_queue": [{"sticker_id": 2, "ticket": 41}],
    "jobs": [
        {
            **{"id": 1, "name": "ocr", "state": "done", "started_at": "2026-01-02 03:00:00"},
            **{"finished_at": "2026-01-02 03:01:00", "counts": "{}", "error": ""},
        }
    ],
    "uploads": [{"digest": "d" * 64, "sticker_identity": "u1"}],
    "sticker_work": [
        {
            **{"sticker_id": 1, "task": "ocr", "engine": "rapidocr", "version": "1", "done": 1, "tries": 1},
            **{"reason": "", "at": "2026-01-02 03:04:08"},
        }
    ],
    "style_profiles": [{"user_id": 1001, "space_id": "space", "data": b"\x01\x02"}],
    "bans": [{"kind": "person", "key": "7", "banned_by": 1001, "banned_at": "2026-01-02 03:04:09"}],
    "nsfw_scores": [{"sticker_id": 2, "score": 0.9, "engine": "opennsfw", "version": "1", "ticket": 3}],
    "nsfw_people": [{"user_id": 1001}],
    "added_packs": [{"user_id": 1001, "pack_id": 1}],
    "own_packs_modes": [{"user_id": 1001, "mode": "only"}],
    "private_chats": [{"user_id": 1001, "blocked": 0}],
    "broadcasts": [
        {
            **{"id": 1, "made_by": 1002, "message_id": 5, "told_in": 6, "state": "sending"},
            **{"made_at": "2026-01-02 03:04:10"},
        }
    ],
    "broadcast_recipients": [{"broadcast_id": 1, "user_id": 1001, "delivery": "waiting"}],
    "reports": [{"id": 1, "sticker_id": 2, "state": "open", "reported_at": "2026-01-02 03:04:09"}],
}


def columns_of(path: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        return {info[1] for info in database.execute(f"PRAGMA table_info({table})")}


def fill(path: Path) -> Counter[str]:
    """Put the rows into the tables that are there; how many each got."""
    written: Counter[str] = Counter()
    with closing(sqlite3.connect(path)) as database:
        for table, rows in ROWS.items():
            columns = columns_of(path, table)
            for row in rows if columns else ():
                known = {name: value for name, value in row.items() if name in columns}
                marks = ", ".join("?" * len(known))
                database.execute(f"INSERT INTO {table} ({', '.join(known)}) VALUES ({marks})", tuple(known.values()))
                written[table] += 1
        database.commit()
    return written


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_earlier_database_comes_to_this_version_with_its_rows_kept(tmp_path: Path, revision: str):
    path = tmp_path / "old.db"
    migrate(url_of(path), revision)
    written = fill(path)
    assert written["interactions"] == 2
    assert current_revision(url_of(path)) == revision
    had = {table: columns_of(path, table) for table in written}

    upgrade(url_of(path))

    assert current_revision(url_of(path)) == head_revision()
    assert differences(path) == []
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        for table, count in written.items():
            found = [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid")]
            assert len(found) == count, table
            for expected, row in zip(ROWS[table], found, strict=True):
                for name in expected.keys() & had[table] & row.keys():
                    assert row[name] == expected[name], f"{table}.{name}"


def test_every_table_of_this_version_has_rows_that_the_test_follows(path: Path):
    with closing(sqlite3.connect(path)) as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    unfollowed = {name for name in tables if not name.startswith("sqlite_")} - {"alembic_version"} - ROWS.keys()
    assert unfollowed == set(), "give each a row in ROWS, so that the next migration is tested with it"


def test_there_is_more_than_one_revision_to_start_from():
    assert REVISIONS[0] == "0001"
    assert REVISIONS[-1] == head_revision()


def test_who_is_known_from_a_private_chat_can_be_written_to_after_the_upgrade(tmp_path: Path):
    path = tmp_path / "old.db"
    migrate(url_of(path), "0003")
    fill(path)  # 1001 has chosen, and waits for no set
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO users (id, language) VALUES (1002, 'en')")  # from /start alone
        database.commit()
    upgrade(url_of(path))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT user_id, blocked FROM private_chats").fetchall() == [(1002, 0)]

    path = tmp_path / "waiting.db"
    migrate(url_of(path), "0003")
    fill(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE packs SET progress_chat = 1001")
        database.commit()
    upgrade(url_of(path))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT user_id, blocked FROM private_chats").fetchall() == [(1001, 0)]


def test_who_was_the_first_to_add_a_pack_has_added_it_after_the_upgrade(tmp_path: Path):
    path = tmp_path / "old.db"
    migrate(url_of(path), "0005")
    fill(path)
    upgrade(url_of(path))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT user_id, pack_id FROM added_packs").fetchall() == [(1001, 1)]
        assert database.execute("SELECT * FROM own_packs_modes").fetchall() == []


def test_a_token_in_an_error_that_an_earlier_version_put_on_record_is_blotted_out(tmp_path: Path):
    path = tmp_path / "old.db"
    migrate(url_of(path), "0007")
    fill(path)
    told = "Telegram cannot be reached: 400, url='https://api.telegram.org/bot{}/getMe'"
    held = told.format("4242:only-for-tests-and-for-nothing-else")
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE packs SET problem = ?", (held,))
        database.execute("UPDATE stickers SET media_problem = ? WHERE id = 2", (held,))
        database.execute("UPDATE jobs SET error = ?", (held,))
        database.commit()

    upgrade(url_of(path))

    blotted = told.format("[token]")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT problem FROM packs").fetchall() == [(blotted,)]
        assert database.execute("SELECT media_problem FROM stickers ORDER BY id").fetchall() == [("",), (blotted,)]
        assert database.execute("SELECT error FROM jobs").fetchall() == [(blotted,)]
