"""A short soak of the real bot, and that its judge would see a loss."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from benchmarks.reliability import write_section
from benchmarks.soak.judge import contents, judge_choices, judge_index, judge_profiles
from benchmarks.soak.ledger import Ledger, PromisedChoice
from benchmarks.soak.report import section
from benchmarks.soak.run import soak
from bot.sandbox.world import World
from persrv.adapters.search import WhooshStickerIndex
from persrv.bootstrap import open_services, utc_now
from persrv.config import Settings
from persrv.domain.history import Choice
from persrv.domain.stickers import FetchedPack, FetchedSticker, PackKind, StickerFormat


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_half_a_minute_of_kills_and_faults_loses_nothing_and_doubles_nothing(tmp_path):
    result = soak(0.5, 3, say=lambda text: None, keep=tmp_path / "log.txt")
    assert result.good, section(result)
    assert result.bot["kills"] + result.faults.total() + result.troubles.total() > 5
    assert "nothing lost" in section(result)


PROMISED = {number: PromisedChoice(number, 7, 1, "笑", number % 5) for number in range(10, 20)}


@pytest.fixture
def database(tmp_path):
    """The table as far as the judge reads it, without the key that keeps duplicates out."""
    path = tmp_path / "persrv.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE interactions (key, user_id, sticker_id, query, position)")
        connection.executemany(
            "INSERT INTO interactions VALUES (?, ?, ?, ?, ?)",
            [(f"42:{one.update}", one.user, one.sticker, one.query, one.position) for one in PROMISED.values()],
        )
    return path


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("SELECT 1", (0, 0, 0, 0)),
        ("DELETE FROM interactions WHERE key = '42:12'", (1, 0, 0, 0)),
        ("INSERT INTO interactions SELECT * FROM interactions WHERE key = '42:12'", (0, 1, 0, 0)),
        ("INSERT INTO interactions VALUES ('42:99', 7, 1, 'x', 0)", (0, 0, 1, 0)),
        ("UPDATE interactions SET position = 9 WHERE key = '42:12'", (0, 0, 0, 1)),
    ],
)
def test_the_judge_sees_lost_doubled_invented_and_changed_choices(database, damage, found):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(damage)
    verdict = judge_choices(database, PROMISED, PROMISED.keys())
    assert (verdict.lost, verdict.duplicates, verdict.strangers, verdict.wrong) == found
    assert verdict.good == (found == (0, 0, 0, 0))


def test_a_choice_that_was_never_acknowledged_is_not_lost(database):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM interactions WHERE key = '42:12'")
    assert judge_choices(database, PROMISED, PROMISED.keys() - {12}).lost == 0


async def test_the_judge_sees_an_index_that_is_behind_and_one_that_differs(tmp_path):
    settings = Settings(data_dir=tmp_path)
    stickers = tuple(FetchedSticker(f"u{n}", f"f{n}", StickerFormat.STATIC, "😀", 9, 9) for n in range(3))
    async with open_services(settings) as services:
        await services.catalogue.save_pack(FetchedPack("Cats", "Cats", PackKind.REGULAR, stickers), at=utc_now())
        await services.indexer.drain()
    assert (await judge_index(settings)).good
    async with open_services(settings) as services:
        await services.history.record_choice(Choice("42:1", 7, 2, "hello", "0" * 16, 0, utc_now()))
    behind = await judge_index(settings)
    assert (behind.stickers, behind.waiting) == (3, 1)
    assert behind.differences == 2  # the word, and the field's length
    async with open_services(settings) as services:
        await services.indexer.drain()
    assert (await judge_index(settings)).good
    index = WhooshStickerIndex(settings.index_dir)
    index.update((), {2})
    index.close()
    assert {sticker for _, _, sticker in contents(settings.index_dir)} == {1, 3}
    assert not (await judge_index(settings)).good


async def test_profiles_are_good_only_where_there_are_some(tmp_path):
    async with open_services(Settings(data_dir=tmp_path)):
        pass
    assert not (await judge_profiles(Settings(data_dir=tmp_path), {})).good


def test_the_ledger_knows_what_an_offset_has_acknowledged_and_loses_nothing_to_disorder():
    ledger = Ledger(World("42:x").lock, 100, seed=1)
    ledger.disorder = 1.0
    for number in range(6):
        payload = {"result_id": f"{'0' * 16}.{number}.5", "from": {"id": 7}, "query": "笑"}
        ledger.push("chosen_inline_result", payload)
    assert {update.id for update in ledger.take(0, 100)} == set(range(100, 106))
    assert ledger.acknowledged == set()
    assert {update.id for update in ledger.take(103, 100)} == {103, 104, 105}
    assert ledger.acknowledged == {100, 101, 102}
    assert ledger.choices[104] == PromisedChoice(104, 7, 5, "笑", 4)
    assert ledger.repeat_some(2) == 2
    assert len(ledger.take(106, 100)) == 2
    assert ledger.acknowledged == set(range(100, 106))


def test_each_command_writes_its_own_section_and_leaves_the_other(tmp_path):
    report = tmp_path / "docs" / "reliability.md"
    write_section(report, "fuzz", "## Files\nfirst")
    write_section(report, "soak", "## Soak\nnone lost")
    write_section(report, "fuzz", "## Files\nsecond")
    text = report.read_text("utf-8")
    assert "first" not in text
    assert text.startswith("# Reliability")
    assert text.index("none lost") < text.index("second")
