"""`kill -9` at the worst moments: nothing that Telegram thinks we have is lost, and nothing is there twice."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing

import pytest

from tests.bot.live.conftest import until

PICTURES = 40


@pytest.fixture
def run(start_process):
    return start_process


def rows(settings, query):
    path = settings.data_dir / "persrv.sqlite3"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []  # the bot is still making it
            raise


def test_a_kill_in_the_middle_of_an_import_loses_nothing_and_fetches_nothing_twice(
    run, settings, world, make_pack, mei, finds
):
    world.add_pack(make_pack("Many_by_test", ["😀", *["🎉"] * (PICTURES - 1)]))
    world.delay("getFile", 0.15)
    first = run()
    until(lambda: world.calls_of("getUpdates"))
    mei.writes("/addset Many_by_test")
    until(lambda: len(rows(settings, "SELECT 1 FROM stickers WHERE media = 'stored'")) >= 10)
    first.kill()
    first.wait()
    stored = len(rows(settings, "SELECT 1 FROM stickers WHERE media = 'stored'"))
    assert 10 <= stored < PICTURES
    asked = len(world.calls_of("getFile"))

    world.delay("getFile", 0)
    run()
    mei.waits_for(f"{PICTURES} 张", timeout=60)
    assert rows(settings, "SELECT state FROM packs") == [("active",)]
    assert rows(settings, "SELECT count(*), count(DISTINCT file_unique_id) FROM stickers") == [(PICTURES, PICTURES)]
    assert rows(settings, "SELECT count(*) FROM stickers WHERE media = 'stored'") == [(PICTURES,)]
    assert len(world.calls_of("getFile")) - asked == PICTURES - stored
    found = finds(mei, "😀", lambda answer: answer.stickers, seconds=15)
    assert len(found.stickers) == 1


@pytest.mark.slow
def test_every_choice_that_was_acknowledged_survives_a_kill_and_is_there_once(
    run, settings, world, make_pack, mei, finds
):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉"]))
    process = run()
    until(lambda: world.calls_of("getUpdates"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("3 张", timeout=30)
    chosen = 0
    for pause in (0.0, 0.005, 0.02, 0.1):
        answer = finds(mei, "cats", lambda answer: len(answer.stickers) == 3, seconds=30)
        for place in range(3):
            mei.chooses(answer, place)
            chosen += 1
        time.sleep(pause)
        process.kill()
        process.wait()
        process = run()
    until(lambda: rows(settings, "SELECT count(*) FROM interactions") == [(chosen,)])
    until(lambda: mei.types("cats").stickers)  # whatever was redelivered has been taken in by now
    assert rows(settings, "SELECT count(*), count(DISTINCT key) FROM interactions") == [(chosen, chosen)]


def test_a_redelivered_choice_is_no_second_choice(run, settings, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉"]))
    run()
    until(lambda: world.calls_of("getUpdates"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("3 张", timeout=30)
    mei.chooses(finds(mei, "cats", lambda answer: answer.stickers, seconds=15), 0)
    ((key,),) = until(lambda: rows(settings, "SELECT key FROM interactions"))
    world.redeliver(int(key.split(":")[1]))
    before = len(world.calls_of("getUpdates"))
    until(lambda: len(world.calls_of("getUpdates")) >= before + 2 or mei.types("cats").stickers)
    mei.asks("/help")
    assert rows(settings, "SELECT key FROM interactions") == [(key,)]


def test_sigterm_stops_it_within_five_seconds_and_in_good_order(run, world, tmp_path):
    process = run()
    until(lambda: world.calls_of("getUpdates"))
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert time.monotonic() - started < 5
    log = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in log
    assert "only-for-tests" not in log


@pytest.mark.slow
def test_a_bot_that_is_told_to_wait_at_its_start_waits_and_then_listens(run, world, tmp_path):
    world.fail_next("getMe", 429, "Too Many Requests: retry after 1", retry_after=1, times=2)
    world.fail_next("getMe", 502, "Bad Gateway")
    process = run()
    until(lambda: world.calls_of("getUpdates"))
    assert process.poll() is None
    assert len(world.calls_of("getMe")) == 4
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


def test_a_choice_that_cannot_be_written_stays_with_telegram_until_it_can(run, settings, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉"]))
    run()
    until(lambda: world.calls_of("getUpdates"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("3 张", timeout=30)
    answer = finds(mei, "cats", lambda answer: answer.stickers, seconds=15)
    other = sqlite3.connect(settings.data_dir / "persrv.sqlite3", timeout=10, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    mei.chooses(answer, 0)
    time.sleep(1.0)
    highest = max(int(call.params.get("offset") or 0) for call in world.calls_of("getUpdates"))
    other.execute("ROLLBACK")
    other.close()
    ((key,),) = until(lambda: rows(settings, "SELECT key FROM interactions"))
    assert int(key.split(":")[1]) >= highest, "the choice was acknowledged before it was written"
