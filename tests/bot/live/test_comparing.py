"""Two rankings interleaved in the live bot, over HTTP: who picked what is on record, and all else stays as it is."""

from dataclasses import replace

import pytest

from persrv.bootstrap import utc_now
from persrv.domain.trials import NOTHING_TRIED, Compared
from persrv.domain.work import Made, Maker, Task
from tests.bot.live.conftest import until

FACES = 60
COMPARED = Compared("persrv-plus", "persrv")
# What a person chose before counts for much in persrv-plus and not at all in persrv: they rank differently.
COMPARING = {"compare_with": "persrv", "compare_share": 1.0, "plus_memory": 100.0}


@pytest.fixture
def start(start_bot, world, make_pack, mei, alex, finds):
    """Start the bot; sixty faces, of which Mei likes one for 😀 and Alex another."""

    def started(**settings):
        bot = start_bot(**settings)
        world.add_pack(make_pack("Faces_by_test", ["😀"] * FACES, title="Faces"))
        mei.writes("/addset Faces_by_test")
        mei.waits_for(f"{FACES} 张", timeout=60)
        faces = finds(mei, "faces", lambda answer: len(answer.stickers) == 50)
        likes = {mei.id: faces.sticker_ids[2], alex.id: faces.sticker_ids[7]}
        for times, person in ((1, mei), (2, mei), (1, alex)):
            answer = finds(person, "😀", lambda answer: len(answer.stickers) == 50)
            person.chooses(answer, answer.sticker_ids.index(likes[person.id]))
            searchable(bot, person, times)
        finds(mei, "😀", lambda answer: answer.sticker_ids[0] == likes[mei.id])
        return bot, likes

    return started


def searchable(bot, person, times):
    """Wait until both rankings know so many choices of somebody's: one by the log, one by the index."""
    until(lambda: len(bot.do(bot.services.history.record_of(person.id)).choices) == times)
    bot.do(bot.services.indexer.drain())


def impression_of(bot, answer, served=1):
    """What is on record once the bot has heard that the answer arrived."""

    def kept():
        bot.do(bot.services.impressions.flush())
        found = bot.do(bot.services.history.impression(answer.result_ids[0].split(".")[0]))
        return found if found and found.served >= served else None

    return until(kept)


def whole(person, query):
    """All pages: the first answer, and every sticker in order."""
    first = answer = person.types(query)
    found = list(answer.sticker_ids)
    while answer.next_offset:
        answer = person.types(query, answer.next_offset)
        found += answer.sticker_ids
    return first, found


def test_both_rankings_pick_and_who_picked_what_is_on_record(start, mei, alex):
    bot, likes = start(**COMPARING)
    answer, everything = whole(alex, "😀")
    assert len(everything) == len(set(everything)) == FACES
    # persrv-plus begins with what he chose before, persrv with what most chose: both are in the first two places.
    assert set(everything[:2]) == {likes[alex.id], likes[mei.id]}
    trial = impression_of(bot, answer).trial
    assert (trial.compared, trial.explored, len(trial.teams)) == (COMPARED, None, FACES)
    assert trial.teams[everything.index(likes[alex.id])] == "s"
    assert trial.teams[everything.index(likes[mei.id])] == "r"
    assert set(trial.teams[:-1]) == {"s", "r"}  # the last one is left to neither


def test_an_answer_stays_the_same_while_it_is_typed_again_and_its_explanation_is_of_that_answer(start, alex):
    bot, _ = start(**COMPARING)
    _, everything = whole(alex, "😀")
    assert whole(alex, "😀")[1] == everything
    reading = bot.do(bot.services.suggester.read(alex.id, "😀"))
    assert [reading.stickers[ranked.sticker_id].file_unique_id for ranked in reading.ranking] == everything
    assert reading.trial.compared == COMPARED
    assert all(ranked.by_field for ranked in reading.ranking)


def test_a_second_page_after_a_restart_goes_on_in_the_mix_and_keeps_its_teams(start, start_bot, alex):
    bot, _ = start(**COMPARING)
    first = alex.types("😀")
    before = impression_of(bot, first)
    bot.stop()
    bot = start_bot()  # nothing is compared any more
    second = alex.types("😀", first.next_offset)
    assert len(set(first.sticker_ids) | set(second.sticker_ids)) == FACES
    alex.chooses(second, 3)
    assert impression_of(bot, second, served=FACES) == replace(before, served=FACES)

    def chosen():
        kept = bot.do(bot.services.history.record_of(alex.id)).choices
        return next((one for one in kept if one.position == 53), None)

    choice = until(chosen)
    assert (choice.impression_id, choice.sticker) == (before.id, second.sticker_ids[3])


def test_empty_queries_and_names_of_sets_are_never_mixed(start, alex):
    bot, _ = start(**COMPARING)
    for query in ("", "faces"):
        assert impression_of(bot, alex.types(query)).trial == NOTHING_TRIED


@pytest.mark.parametrize("changes", [{}, COMPARING | {"compare_share": 0.0}])
def test_by_default_and_without_a_share_one_ranking_answers(start, alex, changes):
    bot, likes = start(**({"plus_memory": 100.0} | changes))
    answer = alex.types("😀")
    assert impression_of(bot, answer).trial == NOTHING_TRIED
    assert answer.sticker_ids[0] == likes[alex.id]


def test_what_is_hidden_is_in_neither_rankings_picks(start, alex, mei):
    bot, likes = start(**COMPARING)

    async def hide():
        sticker = await bot.services.catalogue.sticker_by_identity(likes[mei.id])
        made = Made(sticker.id, {}, score=0.99)
        await bot.services.semantics.save(Task.NSFW, [made], maker=Maker("test", "1"), at=utc_now())
        await bot.services.nsfw.refresh()

    bot.do(hide())
    answer, everything = whole(alex, "😀")
    assert len(everything) == FACES - 1
    assert likes[mei.id] not in everything
    assert len(impression_of(bot, answer).trial.teams) == FACES - 1


def test_forgetme_erases_what_was_tried_out_with_somebody(start, alex, page):
    bot, _ = start(**COMPARING)
    answer = alex.types("😀")
    assert impression_of(bot, answer).trial.compared == COMPARED
    bot.do(bot.services.forget(alex.id))
    assert bot.do(bot.services.history.record_of(alex.id)).impressions == ()


def test_stats_tells_who_was_chosen_from_and_that_it_may_be_luck(start, mei, alex):
    _, likes = start(**COMPARING)
    answer, everything = whole(alex, "😀")
    alex.chooses(answer, everything.index(likes[alex.id]))
    text = mei.asks("/stats", lambda seen: bool(seen.photo)).text
    assert "⚖️ persrv-plus 对比 persrv\n混合两种排序的回答：" in text
    # Each of them chose a sticker before, when both rankings were the same and no place was anybody's.
    assert "选自 persrv-plus：1 · 选自 persrv：0 · 都不算：3" in text
    assert "最先选自（每人每个查询计一次）：1 : 0，都不算：1（p = 1.000）\n目前的差别可能只是偶然。" in text


def test_stats_says_nothing_of_comparisons_where_there_was_none(start, mei):
    start()
    text = mei.asks("/stats", lambda seen: bool(seen.photo)).text
    assert "⚖️" not in text
    assert "🌱" not in text
