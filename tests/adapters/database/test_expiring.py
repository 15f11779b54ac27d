"""What is past its days is erased, with what came of it; /mydata tells what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from persrv.adapters.database.bans import SqlBanStore
from persrv.adapters.database.learning import SqlProfileStore
from persrv.domain.history import Erased, Person
from persrv.domain.moderation import Banned
from persrv.domain.semantics import SemanticField
from persrv.ports.learning import StoredProfile
from tests.adapters.database.test_forgetting import bytes_of


async def test_only_what_is_older_is_erased_and_each_kind_by_its_own_moment(
    history, queue, ids, a_choice, an_impression, at
):
    await history.record_choice(a_choice(7, ids["c1"], "old", minute=0))
    await history.record_choice(a_choice(7, ids["c1"], "new", minute=10))
    for number, minute in ((1, 0), (2, 5), (3, 10)):
        shown = an_impression(f"{number:016x}")
        await history.record_impressions([replace(shown, shown_at=shown.shown_at + timedelta(minutes=minute))])
    await queue.done(await queue.waiting(9))
    assert await history.expire(impressions=at(5), choices=None) == Erased(choices=0, impressions=1)
    assert await history.impression(f"{2:016x}") is not None
    assert await history.expire(impressions=None, choices=at(5)) == Erased(choices=1, impressions=0)
    assert set(await queue.waiting(9)) == {ids["c1"]}
    (document,) = await queue.documents([ids["c1"]])
    assert document.texts[SemanticField.QUERIES] == "new"
    assert await history.expire(impressions=at(5), choices=at(5)) == Erased(choices=0, impressions=0)


async def test_who_has_no_choice_left_has_no_profile_and_not_a_byte_of_old_words_is_left(
    path, database, history, ids, a_choice, an_impression, at
):
    profiles = SqlProfileStore(database)
    await history.record_choice(a_choice(7, ids["c1"], "a secret wish", minute=0))
    await history.record_choice(a_choice(8, ids["c1"], "open", minute=10))
    await history.record_impressions([an_impression("00000000000000aa", 7, "a secret fear")])
    await profiles.save([StoredProfile(7, "s", b"seven"), StoredProfile(8, "s", b"eight")])
    await history.expire(impressions=at(5), choices=at(5))
    assert await profiles.load(7, "s") is None
    assert await profiles.load(8, "s") == b"eight"
    assert b"secret" not in bytes_of(path)


async def test_a_persons_record_holds_all_that_names_them_and_nothing_of_others(
    database, catalogue, history, ids, a_choice, an_impression, at
):
    await catalogue.request_pack("mine", requested_by=7, progress_chat=7)
    await catalogue.request_pack("theirs", requested_by=8, progress_chat=8)
    for user_id in (7, 8):
        await history.note_person(Person(user_id, "zh"))
        await history.record_choice(a_choice(user_id, ids["c1"], f"wish {user_id}"))
        await history.record_impressions([an_impression(f"{user_id:016x}", user_id)])
    await SqlProfileStore(database).save([StoredProfile(7, "s", b"seven"), StoredProfile(8, "s", b"eight")])
    await SqlBanStore(database).ban(Banned.person(7), by=1, at=at(1))
    record = await history.record_of(7)
    assert (record.language, record.sets, record.profiles, record.banned_at) == ("zh", ("mine",), (b"seven",), at(1))
    assert [(choice.sticker, choice.query) for choice in record.choices] == [("c1", "wish 7")]
    assert [shown.id for shown in record.impressions] == [f"{7:016x}"]
    stranger = await history.record_of(9)
    assert (stranger.language, stranger.choices, stranger.sets) == (None, (), ())
