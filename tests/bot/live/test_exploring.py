"""A place for a sticker that nobody has seen, over HTTP."""

import httpx
import pytest

from persrv.domain.suggestions import Reason
from persrv.domain.trials import NOTHING_TRIED, Compared
from tests.bot.live.conftest import until

FACES = 60
EXPLORING = {"explore_share": 1.0}  # above what a setting may say, so that every answer explores


@pytest.fixture
def start(start_bot, world, make_pack, mei, finds):
    """Start the bot with sixty faces that nobody has been shown: they are equal, so they stand in their order."""

    def started(**settings):
        bot = start_bot(**settings)
        world.add_pack(make_pack("Faces_by_test", ["😀"] * FACES, title="Faces"))
        mei.writes("/addset Faces_by_test")
        mei.waits_for(f"{FACES} 张", timeout=60)
        bot.do(bot.services.indexer.drain())
        bot.do(bot.services.explorer.load())
        faces = mei._client.pack("Faces_by_test")
        return bot, [sticker.id for sticker in faces]

    return started


def trial_of(bot, answer):
    """What is on record once the bot has heard that the answer arrived."""

    def kept():
        bot.do(bot.services.impressions.flush())
        return bot.do(bot.services.history.impression(answer.result_ids[0].split(".")[0]))

    return until(kept).trial


def moved(faces, place, face):
    """The faces with one at another place."""
    others = [other for other in faces if other != face]
    return [*others[:place], face, *others[place:]]


def test_one_place_goes_to_the_first_that_the_first_page_leaves_out_and_the_pages_stay_whole(start, alex):
    bot, faces = start(**EXPLORING)
    first = alex.types("😀")
    second = alex.types("😀", first.next_offset)
    trial = trial_of(bot, first)
    assert 4 <= trial.explored <= 9
    assert (trial.compared, trial.teams) == (None, "")
    assert [*first.sticker_ids, *second.sticker_ids] == moved(faces, trial.explored, faces[50])


def test_somebody_else_gets_the_next_one_and_typing_it_again_gives_the_same(start, mei, alex):
    bot, faces = start(**EXPLORING)
    first = alex.types("😀")
    assert trial_of(bot, first).explored
    hers = mei.types("😀")
    # The fiftieth is on her first page anyway; the fifty-first was shown to him.
    assert hers.sticker_ids[trial_of(bot, hers).explored] == faces[51]
    assert alex.types("😀").sticker_ids == first.sticker_ids


def test_the_reason_is_told_of_the_very_answer_that_was_shown(start, alex, server):
    bot, _ = start(**EXPLORING)
    answer = alex.types("😀")
    reading = bot.do(bot.services.suggester.read(alex.id, "😀"))
    explored = trial_of(bot, answer).explored
    assert reading.stickers[reading.ranking[explored].sticker_id].file_unique_id == answer.sticker_ids[explored]
    rows = httpx.get(f"{server.url}/api/explain", params={"person": alex.id, "query": "😀"}, trust_env=False).json()[
        "rows"
    ]
    assert [row["reason"] for row in rows] == ["search"] * explored + ["exploring"] + ["search"] * (49 - explored)
    assert [row["sticker"]["id"] for row in rows] == list(answer.sticker_ids)
    reasons = [ranked.reason for ranked in reading.ranking]
    assert reasons.pop(explored) is Reason.EXPLORING
    assert set(reasons) == {Reason.SEARCH}


def test_after_a_restart_what_was_shown_is_known_as_seen(start, start_bot, mei, alex):
    bot, faces = start(**EXPLORING)
    answer = alex.types("😀")
    assert answer.sticker_ids[trial_of(bot, answer).explored] == faces[50]
    bot.stop()
    bot = start_bot(**EXPLORING)
    bot.do(bot.services.explorer.load())
    hers = mei.types("😀")
    assert hers.sticker_ids[trial_of(bot, hers).explored] == faces[51]


def test_once_everything_was_seen_nothing_is_explored(start, mei, alex):
    bot, faces = start(**EXPLORING)
    first = alex.types("😀")
    second = alex.types("😀", first.next_offset)
    until(lambda: trial_of(bot, second) and bot.do(bot.services.history.seen()).size == FACES)
    hers = mei.types("😀")
    assert trial_of(bot, hers) == NOTHING_TRIED
    assert list(hers.sticker_ids) == faces[:50]


def test_empty_queries_names_of_sets_and_answers_of_one_page_are_left_alone(start, alex, world, make_pack, mei, finds):
    bot, _ = start(**EXPLORING)
    world.add_pack(make_pack("Cats_by_test", ["🐱"] * 3))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("3 张")
    finds(mei, "🐱", lambda answer: answer.stickers)
    for query in ("", "faces", "🐱"):
        assert trial_of(bot, alex.types(query)) == NOTHING_TRIED


def test_by_default_nothing_is_explored(start, alex):
    bot, faces = start()
    answer = alex.types("😀")
    assert trial_of(bot, answer) == NOTHING_TRIED
    assert list(answer.sticker_ids) == faces[:50]


def test_in_a_compared_answer_the_explored_place_is_no_rankings_pick_and_stats_tells_both(start, mei, alex, finds):
    bot, faces = start(compare_with="persrv", compare_share=1.0, plus_memory=100.0, **EXPLORING)
    mei.chooses(mei.types("😀"), 0)
    finds(mei, "😀", lambda answer: answer.sticker_ids[0] == faces[0])
    alex.chooses(alex.types("😀"), 1)
    answer = alex.types("😀")
    trial = trial_of(bot, answer)
    assert (trial.compared, len(trial.teams)) == (Compared("persrv-plus", "persrv"), FACES)
    assert trial.teams[trial.explored] == "-"
    alex.chooses(answer, trial.explored)
    text = mei.asks("/stats", lambda seen: bool(seen.photo)).text
    assert "⚖️ persrv-plus 对比 persrv" in text
    assert "🌱 试推没人见过的贴纸：" in text
    assert text.endswith("被选中：1 次")
