"""/forgetme: rows, packs' names and the very bytes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from persrv.adapters.database.bans import SqlBanStore
from persrv.adapters.database.tables import interactions, users
from persrv.domain.history import Erased, Person
from persrv.domain.moderation import Banned
from persrv.domain.semantics import SemanticField


def bytes_of(path: Path) -> bytes:
    """The database and everything that SQLite keeps beside it."""
    return b"".join(found.read_bytes() for found in sorted(path.parent.glob(path.name + "*")))


async def test_forgetting_erases_everything_of_one_person_and_nothing_of_others(
    database, catalogue, history, ids, a_choice, an_impression
):
    await catalogue.request_pack("mine", requested_by=7, progress_chat=7)
    await catalogue.request_pack("theirs", requested_by=8, progress_chat=8)
    await catalogue.request_pack("theirs", requested_by=7, progress_chat=7)
    for user_id in (7, 8):
        await history.note_person(Person(user_id, "zh"))
        await history.record_impressions([an_impression(f"{user_id:016x}", user_id)])
        await history.record_choice(a_choice(user_id, ids["c1"]))
    await history.record_choice(a_choice(7, ids["c2"]))

    assert await history.forget(7) == Erased(choices=2, impressions=1)

    assert await history.recent(7, 5) == []
    assert await history.impression(f"{7:016x}") is None
    assert await history.recent(8, 5) == [ids["c1"]]
    assert await history.impression(f"{8:016x}") is not None
    async with database.read() as connection:
        assert list((await connection.execute(select(users.c.id))).scalars()) == [8]
    mine, theirs = await catalogue.pack("mine"), await catalogue.pack("theirs")
    assert (mine.requested_by, mine.progress_chat) == (None, None)
    assert (theirs.requested_by, theirs.progress_chat) == (8, None)


async def test_what_an_admin_banned_stays_banned_without_their_number_once_they_are_forgotten(database, history):
    bans = SqlBanStore(database)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    await bans.ban(Banned.pack("theirs"), by=7, at=at)
    await bans.ban(Banned.person(9), by=8, at=at)
    await history.forget(7)
    assert {(ban.what, ban.by) for ban in await bans.bans()} == {
        (Banned.pack("theirs"), 0),
        (Banned.person(9), 8),
    }


async def test_forgetting_queues_what_the_person_chose_and_their_words_leave_the_documents(
    queue, history, ids, a_choice
):
    for user_id, sticker, query in ((7, "c1", "秘密"), (8, "c1", "公开"), (7, "c2", "秘密"), (8, "c3", "公开")):
        await history.record_choice(a_choice(user_id, ids[sticker], query))
    await queue.done(await queue.waiting(10))
    await history.forget(7)
    assert set(await queue.waiting(10)) == {ids["c1"], ids["c2"]}
    one, two = await queue.documents([ids["c1"], ids["c2"]])
    assert one.texts[SemanticField.QUERIES] == "公开"
    assert SemanticField.QUERIES not in two.texts


async def test_forgetting_twice_or_someone_unknown_erases_nothing(history, ids, a_choice):
    await history.record_choice(a_choice(7, ids["c1"]))
    assert (await history.forget(7)).choices == 1
    assert await history.forget(7) == Erased(choices=0, impressions=0)
    assert await history.forget(8) == Erased(choices=0, impressions=0)


async def test_not_a_byte_of_a_forgotten_query_is_left_in_any_file(path, history, ids, a_choice, an_impression):
    await history.record_choice(a_choice(7, ids["c1"], "a secret wish"))
    await history.record_impressions([an_impression("00000000000000aa", 7, "a secret fear")])
    assert b"a secret wish" in bytes_of(path)
    await history.forget(7)
    assert b"secret" not in bytes_of(path)


async def test_not_a_byte_is_left_where_rows_moved_between_pages(path, database, history, ids, an_impression, at):
    """Deletions make SQLite merge pages and leave copies in their gaps, which later deletions do not reach."""
    chance = random.Random(1)
    people = range(12)
    for batch in range(10):
        shown, rows = [], []
        for number in range(300):
            user_id = chance.choice(people)
            word = f"needle{user_id:03d}x"
            impression_id = f"{chance.getrandbits(64):016x}"
            seen = an_impression(impression_id, user_id, word + "w" * chance.randrange(40))
            shown.append(replace(seen, sticker_ids=tuple(range(chance.randrange(1, 100)))))
            rows.append(
                {
                    "key": f"1:{batch * 300 + number}",
                    "user_id": user_id,
                    "sticker_id": chance.choice(list(ids.values())),
                    "query": word + "q" * chance.randrange(200),
                    "query_key": word,
                    "impression_id": impression_id,
                    "position": 0,
                    "chosen_at": at(0),
                }
            )
        await history.record_impressions(shown)
        async with database.write() as connection:
            await connection.execute(insert(interactions), rows)
        if batch in (3, 6):
            await history.forget(batch)
    for user_id in people:
        assert f"needle{user_id:03d}x".encode() in bytes_of(path)
        await history.forget(user_id)
        left = bytes_of(path)
        assert [other for other in range(user_id + 1) if f"needle{other:03d}x".encode() in left] == []


async def test_an_erasure_that_a_crash_cut_short_is_completed_by_the_next(
    path, database, history, ids, a_choice, monkeypatch
):
    rebuilt = []

    async def crash() -> bool:
        raise RuntimeError("the power went")

    async def noted() -> bool:
        rebuilt.append(True)
        return True

    await history.record_choice(a_choice(7, ids["c1"], "a secret wish"))
    monkeypatch.setattr(database, "erase_traces", crash)
    try:
        await history.forget(7)
    except RuntimeError:
        monkeypatch.setattr(database, "erase_traces", noted)
    assert await history.forget(7) == Erased(choices=0, impressions=0)
    assert rebuilt == [True]
    await history.forget(7)
    assert rebuilt == [True]
