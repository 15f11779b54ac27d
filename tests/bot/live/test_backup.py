"""A backup taken while people use the bot is the bot, elsewhere."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest

from persrv.adapters.backup import StatePlaces, restore_backup, write_backup
from persrv.errors import StorageError

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉", "👍", "😭"], title="Cats"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("5 张")
    finds(mei, "想哭", lambda answer: len(answer.stickers) == 2)
    return bot


def choices(data_dir):
    with closing(sqlite3.connect(data_dir / "persrv.sqlite3")) as database:
        return database.execute("SELECT key, user_id, sticker_id, query FROM interactions ORDER BY id").fetchall()


def test_the_bot_is_backed_up_in_use_and_answers_the_same_elsewhere(
    filled, start_bot, settings, mei, alex, finds, tmp_path
):
    second = finds(mei, "想哭", lambda answer: len(answer.stickers) == 2)
    mei.chooses(second, 1)
    mei.chooses(mei.types("派对"), 0)
    party = mei.types("派对").sticker_ids[0]
    finds(mei, "", lambda answer: answer.sticker_ids[:2] == (party, second.sticker_ids[1]))
    before = choices(settings.data_dir)
    answers = {query: mei.types(query).sticker_ids for query in ("想哭", "派对", "cats")}
    recents = mei.types("").sticker_ids[:2]

    enough = threading.Event()

    def chat():
        while not enough.is_set():
            alex.chooses(alex.types("赞"), 0)

    chatting = threading.Thread(target=chat)
    chatting.start()
    try:
        for _ in range(3):
            write_backup(StatePlaces.of(settings), tmp_path / "backup.tar", at=NOON)
        with pytest.raises(StorageError, match="stop it"):
            restore_backup(StatePlaces.of(settings), tmp_path / "backup.tar", force=True)
    finally:
        enough.set()
        chatting.join(30)
    assert mei.types("派对").stickers, "the bot went on all the while"
    filled.stop()
    after = choices(settings.data_dir)
    assert len(after) > len(before)
    assert settings.bot_token.get_secret_value().encode() not in (tmp_path / "backup.tar").read_bytes()

    elsewhere = settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    restore_backup(StatePlaces.of(elsewhere), tmp_path / "backup.tar", force=False)
    restored = choices(elsewhere.data_dir)
    assert restored[: len(before)] == before
    assert restored == after[: len(restored)]
    start_bot(data_dir=elsewhere.data_dir)
    finds(mei, "想哭", lambda answer: len(answer.stickers) == 2)
    assert {query: mei.types(query).sticker_ids for query in answers} == answers
    assert mei.types("").sticker_ids[:2] == recents


def test_who_is_forgotten_is_not_in_the_next_backup(filled, settings, alex, finds, tmp_path):
    secret = "zanzibarxylophone"
    alex.chooses(alex.types(f"party {secret}"), 0)
    finds(alex, "", lambda answer: answer.stickers[0].emoji == "🎉")
    filled.do(filled.services.impressions.flush())
    write_backup(StatePlaces.of(settings), tmp_path / "first.tar", at=NOON)
    assert secret.encode() in (tmp_path / "first.tar").read_bytes()

    alex.presses(alex.asks("/forgetme"), "Erase it all")
    alex.waits_for("Erased: 1 choices", timeout=30)
    write_backup(StatePlaces.of(settings), tmp_path / "next.tar", at=NOON)
    assert secret.encode() not in (tmp_path / "next.tar").read_bytes()
    elsewhere = settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    restore_backup(StatePlaces.of(elsewhere), tmp_path / "next.tar", force=False)
    assert [row for row in choices(elsewhere.data_dir) if row[1] == alex.id] == []
