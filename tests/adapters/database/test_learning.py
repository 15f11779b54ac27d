import pytest

from persrv.adapters.database import learning
from persrv.adapters.database.learning import SqlChoiceLog, SqlProfileStore
from persrv.ports.learning import PersonsChoices, StoredProfile


@pytest.fixture
def log(database):
    return SqlChoiceLog(database)


@pytest.fixture
def profiles(database):
    return SqlProfileStore(database)


async def everything(parts):
    return [row for part in [part async for part in parts] for row in part]


async def test_the_log_is_read_whole_in_parts_of_any_size(log, history, ids, a_choice, monkeypatch):
    for user, query in [(7, "笑"), (8, "Haha "), (7, "")]:
        await history.record_choice(a_choice(user, ids["c1"], query))
    whole = await everything(log.all_choices())
    assert [(row.user_id, row.query) for row in whole] == [(7, "笑"), (8, "haha"), (7, "")]
    monkeypatch.setattr(learning, "PART", 1)
    assert await everything(log.all_choices()) == whole


async def test_choices_come_by_person_each_sticker_once_with_its_count(log, history, ids, a_choice, monkeypatch):
    one, two = ids["c1"], ids["c2"]
    for user, sticker in [(8, two), (7, one), (7, two), (7, one)]:
        await history.record_choice(a_choice(user, sticker))
    expected = [PersonsChoices(7, (one, two), (2, 1)), PersonsChoices(8, (two,), (1,))]
    assert await everything(log.by_person()) == expected
    monkeypatch.setattr(learning, "PART", 50)  # one person in a part
    assert await everything(log.by_person()) == expected
    assert await log.choices_of(7) == expected[0]
    assert await log.choices_of(99) == PersonsChoices(99, (), ())


async def test_who_has_chosen_since_a_moment_is_known(log, history, ids, a_choice):
    assert await log.latest() == 0
    await history.record_choice(a_choice(7, ids["c1"]))
    moment = await log.latest()
    assert await log.people_since(moment) == []
    for user in (9, 8, 9):
        await history.record_choice(a_choice(user, ids["c1"]))
    assert await log.people_since(moment) == [8, 9]
    assert await log.latest() > moment


@pytest.fixture
async def chosen(history, ids, a_choice):
    """Two people who have chosen something."""
    for user in (7, 8):
        await history.record_choice(a_choice(user, ids["c1"]))


async def test_a_profile_belongs_to_a_person_and_a_space(profiles, chosen):
    await profiles.save([StoredProfile(7, "old", b"1"), StoredProfile(7, "new", b"2"), StoredProfile(8, "old", b"3")])
    assert await profiles.load(7, "old") == b"1"
    assert await profiles.load(7, "new") == b"2"
    assert await profiles.load(8, "new") is None
    await profiles.save([StoredProfile(7, "old", b"4")])
    assert await profiles.load(7, "old") == b"4"
    await profiles.remove([7], "old")
    assert await profiles.load(7, "old") is None
    assert await profiles.keep_only("new") == 1
    assert await profiles.load(7, "new") == b"2"


async def test_a_person_who_was_forgotten_gets_no_profile_from_a_fit_that_ends_later(profiles, history, chosen):
    await profiles.save([StoredProfile(7, "space", b"1")])
    await history.forget(7)
    assert await profiles.load(7, "space") is None
    await profiles.save([StoredProfile(7, "space", b"2"), StoredProfile(8, "space", b"3")])
    assert await profiles.load(7, "space") is None
    assert await profiles.load(8, "space") == b"3"
