"""/privacy tells the truth, /mydata hands it over, /forgetme leaves nothing: also not in the next backup."""

import json
import re
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime

import pytest
from whoosh.filedb.filestore import FileStorage

from persrv.adapters.backup import StatePlaces, write_backup
from persrv.domain.moderation import Banned
from persrv.errors import StorageError
from persrv.ports.learning import StoredProfile
from persrv.preference.profile import StyleProfile
from persrv.preference.profile_bytes import profile_to_bytes

SECRET = "zanzibarxylophone"


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Ten_by_test", ["😀", "👍", "🎉"], title="Ten"))
    mei.writes("/addset Ten_by_test")
    mei.waits_for("3 张")
    finds(mei, "😀", lambda answer: answer.stickers)
    return bot


@pytest.fixture
def busy(filled, mei, alex, world, make_pack, finds):
    """Alex has typed, chosen for a word of his own, added a set, and has a profile."""
    world.add_pack(make_pack("Mine_by_test", ["🐱"], title="Mine"))
    alex.writes("t.me/addstickers/Mine_by_test")
    alex.waits_for("is here")
    mine = alex.types("party " + SECRET)
    alex.chooses(mine, 0)
    finds(alex, SECRET, lambda answer: answer.stickers, seconds=30)
    filled.do(filled.services.profiles.save([StoredProfile(alex.id, "s", profile_to_bytes(profile()))]))
    return filled


def profile():
    import numpy as np

    one = np.ones(1, dtype=np.float32)
    return StyleProfile("s", np.array([[0.6, 0.8]], dtype=np.float32), one * np.float32(0.1), one, 1, 1)


@pytest.mark.parametrize(("impressions", "choices"), [(0, 0), (30, 0), (7, 365)])
def test_privacy_tells_the_days_of_the_settings(start_bot, mei, alex, impressions, choices):
    start_bot(keep_impressions_days=impressions, keep_choices_days=choices)
    kept = [line for line in alex.asks("/privacy").text.splitlines() if line.startswith("•")]
    for line, days in zip(kept, (choices, impressions), strict=False):
        assert (f"for {days} days" if days else "until you erase them") in line
    assert "/mydata" in mei.asks("/privacy").text


def test_mydata_sends_all_that_is_kept_of_oneself_and_nothing_of_others(busy, page, mei, alex):
    mei.chooses(mei.types("赞"), 0)
    alex.writes("/mydata")
    message = alex.waits_for(lambda seen: bool(seen.document))
    told = json.loads(page.picture(message.document))
    assert (told["user_id"], told["language"], told["sets_added"]) == (alex.id, "en", ["Mine_by_test"])
    assert (told["private_chat"], told["broadcasts_to_you"], told["broadcasts_by_you"]) == ("open", [], [])
    assert [choice["query"] for choice in told["choices"]] == ["party " + SECRET]
    assert {answer["query"] for answer in told["answers"]} >= {"party " + SECRET, SECRET}
    assert told["style_profiles"][0]["centroids"] == [[pytest.approx(0.6), pytest.approx(0.8)]]
    assert "赞" not in json.dumps(told, ensure_ascii=False)
    assert not re.search(rf"\b{mei.id}\b", json.dumps(told))  # inside of an impression's random name it may be


def test_after_forgetme_nothing_is_left_in_database_profiles_index_or_the_next_backup(busy, settings, alex, tmp_path):
    before = tmp_path / "before.tar"
    write_backup(StatePlaces.of(settings), before, at=datetime.now(UTC))
    assert SECRET.encode() in content(before)
    alex.presses(alex.asks("/forgetme"), "Erase it all")
    alex.waits_for("Erased: 1 choices", timeout=30)
    with closing(sqlite3.connect(settings.data_dir / "persrv.sqlite3")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f"SELECT * FROM {table}"):
                assert alex.id not in row, table
                assert str(alex.id) not in map(str, row), table
    assert busy.do(busy.services.profiles.load(alex.id, "s")) is None
    for path in settings.data_dir.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    after = tmp_path / "after.tar"
    write_backup(StatePlaces.of(settings), after, at=datetime.now(UTC))
    assert SECRET.encode() not in content(after)
    record = busy.do(busy.services.history.record_of(alex.id))
    assert (record.choices, record.impressions, record.profiles, record.sets) == ((), (), (), ())
    assert (record.private_chat, record.broadcasts_to) == (None, ())


def test_who_waits_for_erasing_hears_that_it_is_under_way(busy, settings, alex):
    writing = FileStorage(str(settings.data_dir / "index")).lock("MAIN_WRITELOCK")
    assert writing.acquire(blocking=True)
    try:
        asked = alex.asks("/forgetme")
        alex.presses(asked, "Erase it all")
        alex.waits_for(lambda seen: seen.id == asked.id and seen.text.startswith("Erasing") and not seen.buttons)
    finally:
        writing.release()
    alex.waits_for("Erased: 1 choices", timeout=30)


@pytest.mark.parametrize("second", ["Erase it all", "Keep it"])
def test_a_second_press_while_the_first_is_carried_out_changes_nothing(
    busy, settings, world, alex, monkeypatch, second
):
    erased, forget = [], type(busy.services).forget

    async def counted(services, user_id):
        erased.append(user_id)
        return await forget(services, user_id)

    monkeypatch.setattr(type(busy.services), "forget", counted)
    asked = alex.asks("/forgetme")
    writing = FileStorage(str(settings.data_dir / "index")).lock("MAIN_WRITELOCK")
    assert writing.acquire(blocking=True)
    try:
        alex.presses(asked, "Erase it all", wait=0)
        assert alex.presses(asked, second) == ""
        alex.asks("/privacy")
        alex.waits_for(lambda seen: seen.id == asked.id and seen.text.startswith("Erasing"))
    finally:
        writing.release()
    alex.waits_for("Erased: 1 choices", timeout=30)
    assert erased == [alex.id]
    edits = [call.params["text"].split()[0] for call in world.calls_of("editMessageText")]
    assert [word for word in edits if word in ("Nothing", "Erased:")] == ["Erased:"]


def test_an_erasing_that_failed_can_be_asked_for_again_by_the_same_button(busy, alex, monkeypatch):
    async def full(services, user_id):
        raise StorageError("the disk is full")

    asked = alex.asks("/forgetme")
    with monkeypatch.context() as broken:
        broken.setattr(type(busy.services), "forget", full)
        alex.presses(asked, "Erase it all")
        alex.waits_for("Something went wrong")
    alex.presses(asked, "Erase it all")
    alex.waits_for("Erased: 1 choices", timeout=30)


def test_a_ban_is_told_and_outlives_forgetme(busy, page, alex):
    busy.do(busy.services.broadcasts.note_chat(alex.id))
    busy.do(busy.services.moderation.ban(Banned.person(alex.id), by=1))
    alex.writes("/mydata")
    told = json.loads(page.picture(alex.waits_for(lambda seen: bool(seen.document)).document))
    assert told["banned_at"] is not None
    alex.presses(alex.asks("/forgetme"), "Erase it all")
    alex.waits_for("Erased", timeout=30)
    assert busy.do(busy.services.bans.is_banned(Banned.person(alex.id)))


def content(backup):
    with tarfile.open(backup) as archive:
        return b"".join(archive.extractfile(member).read() for member in archive if member.isfile())
