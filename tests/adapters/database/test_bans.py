"""The ban list and the reports: what every store keeps, then what a ban takes out of the database's answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from persrv.adapters.database.bans import SqlBanStore, SqlReportStore
from persrv.domain.moderation import Ban, Banned, ReportState
from persrv.errors import PackBanned
from persrv.ports.fakes import InMemoryBanStore, InMemoryReportStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["fake", "sql"])
def bans(request, database):
    return InMemoryBanStore() if request.param == "fake" else SqlBanStore(database)


@pytest.fixture
def sql_bans(database):
    return SqlBanStore(database)


@pytest.fixture(params=["fake", "sql"])
def reports(request, database):
    return InMemoryReportStore() if request.param == "fake" else SqlReportStore(database)


async def test_what_is_banned_is_on_the_list_and_nothing_else_is(bans):
    assert await bans.ban(Banned.person(7), by=1, at=NOW)
    assert await bans.is_banned(Banned.person(7))
    assert not await bans.is_banned(Banned.person(8))
    assert not await bans.is_banned(Banned.sticker("7"))


async def test_a_second_ban_changes_nothing(bans):
    await bans.ban(Banned.sticker("c1"), by=1, at=NOW)
    assert not await bans.ban(Banned.sticker("c1"), by=2, at=NOW + timedelta(days=1))
    assert await bans.bans() == [Ban(Banned.sticker("c1"), 1, NOW)]


async def test_the_list_has_the_latest_first(bans):
    await bans.ban(Banned.person(7), by=1, at=NOW)
    await bans.ban(Banned.sticker("x"), by=1, at=NOW + timedelta(seconds=1))
    await bans.ban(Banned.pack("A"), by=1, at=NOW + timedelta(seconds=1))
    assert [ban.what for ban in await bans.bans()] == [Banned.pack("a"), Banned.sticker("x"), Banned.person(7)]


async def test_a_ban_is_lifted_once(bans):
    await bans.ban(Banned.pack("Cats"), by=1, at=NOW)
    assert await bans.unban(Banned.pack("cATS"))
    assert not await bans.unban(Banned.pack("Cats"))
    assert await bans.bans() == []


async def test_a_sticker_is_reported_once_however_many_report_it(reports, ids):
    first, fresh = await reports.report(ids["c1"], at=NOW)
    again, fresh_again = await reports.report(ids["c1"], at=NOW + timedelta(hours=1))
    other, _ = await reports.report(ids["c2"], at=NOW)
    assert (fresh, fresh_again, again) == (True, False, first)
    assert other.id != first.id
    assert await reports.known(first.id) == first
    assert await reports.known(999) is None


async def test_a_report_is_decided_once_and_stays_decided(reports, ids):
    report, _ = await reports.report(ids["c1"], at=NOW)
    assert await reports.decide(report.id, ReportState.KEPT)
    assert not await reports.decide(report.id, ReportState.BANNED)
    assert not await reports.decide(999, ReportState.KEPT)
    known, fresh = await reports.report(ids["c1"], at=NOW)
    assert (known.state, fresh) == (ReportState.KEPT, False)


async def test_a_banned_sticker_leaves_every_answer_and_comes_back(sql_bans, catalogue, history, queue, ids, a_choice):
    for name in ("c1", "c1", "c2"):
        await history.record_choice(a_choice(7, ids[name]))
    await queue.done(await queue.waiting(10))
    await sql_bans.ban(Banned.sticker("c1"), by=1, at=NOW)
    assert set(await queue.waiting(10)) == {ids["c1"]}
    assert await queue.documents([ids["c1"]]) == []
    assert set(await catalogue.stickers(list(ids.values()))) == {ids["c2"], ids["c3"]}
    assert await catalogue.count_stickers() == 2
    (pack,) = await catalogue.packs()
    assert pack.sticker_count == 2
    for asked in (history.recent(7, 9), history.most_used(7, 9), history.popular(9)):
        assert await asked == [ids["c2"]]
    assert await history.newest(9) == [ids["c2"], ids["c3"]]
    await queue.done(await queue.waiting(10))
    await sql_bans.unban(Banned.sticker("c1"))
    assert await history.most_used(7, 9) == [ids["c1"], ids["c2"]]
    assert set(await queue.waiting(10)) == {ids["c1"]}


async def test_the_stickers_of_a_banned_set_leave_also_where_another_set_has_them(
    sql_bans, catalogue, history, ids, a_pack
):
    await catalogue.save_pack(a_pack("mixed", "c1", "m1"), at=NOW)
    await sql_bans.ban(Banned.pack("CATS"), by=1, at=NOW)
    assert [pack.name for pack in await catalogue.packs()] == ["mixed"]
    assert await catalogue.packs_titled("cats") == []
    assert "cats" not in await catalogue.pack_names()
    assert await catalogue.stickers(list(ids.values())) == {}
    assert len(await history.newest(9)) == 1
    assert await catalogue.count_stickers() == 1


async def test_a_banned_set_is_neither_asked_for_nor_saved_nor_taken_up_again(sql_bans, catalogue, a_pack):
    await catalogue.request_pack("dogs", requested_by=7, progress_chat=7)
    await sql_bans.ban(Banned.pack("dogs"), by=1, at=NOW)
    assert await catalogue.pending_packs() == []
    with pytest.raises(PackBanned, match="/unban @Dogs"):
        await catalogue.request_pack("Dogs", requested_by=7, progress_chat=7)
    with pytest.raises(PackBanned):
        await catalogue.save_pack(a_pack("dogs", "d1"), at=NOW)
    await sql_bans.unban(Banned.pack("dogs"))
    assert [pack.name for pack in await catalogue.pending_packs()] == ["dogs"]


async def test_banning_what_was_never_here_is_kept_for_when_it_comes(sql_bans, catalogue, ids, a_pack):
    await sql_bans.ban(Banned.sticker("n1"), by=1, at=NOW)
    saved = await catalogue.save_pack(a_pack("new", "n1", "n2"), at=NOW)
    assert [sticker.file_unique_id for sticker in await catalogue.pack_stickers(saved.pack.id)] == ["n2"]
