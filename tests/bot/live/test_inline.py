"""Inline queries: pages, recents, names of sets, emoji, impressions."""

import pytest

from tests.bot.live.conftest import until

EMOJI = ["😀", "😂", "😭", "👍", "🎉", "❤️", "🐱", "🍜", "😡", "😴"]


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    """A bot that knows one set of ten stickers."""
    world.add_pack(make_pack("Ten_by_test", EMOJI, title="Ten Faces"))
    mei.writes("/addset Ten_by_test")
    mei.waits_for("10 张")
    finds(mei, "😀", lambda answer: answer.stickers)
    return bot


def first(answer):
    return answer.stickers[0].emoji.replace("\ufe0f", "")


@pytest.mark.parametrize(
    ("query", "emoji"),
    [("赞", "👍"), ("派对", "🎉"), ("party", "🎉"), ("joy", "😂"), ("貓", "🐱"), ("❤", "❤"), ("👍🏽", "👍")],
)
def test_words_and_emoji_find_their_sticker(filled, mei, query, emoji):
    assert first(mei.types(query)) == emoji


def test_the_name_of_a_set_shows_the_set_in_its_order(filled, alex):
    answer = alex.types("ten faces")
    assert [sticker.emoji for sticker in answer.stickers] == EMOJI


def test_words_that_mean_nothing_offer_the_private_chat(filled, alex, mei):
    assert alex.types("qwxzzk").button == ("Nothing found – tap to add stickers", "no_hits")
    assert mei.types("qwxzzk").button[0].startswith("没有找到")


def test_a_bot_without_stickers_offers_the_private_chat(bot, alex):
    answer = alex.types("haha")
    assert answer.stickers == ()
    assert answer.button == ("I know no stickers yet – tap to add some", "no_packs")
    alex.asks("/start no_packs", "I know no stickers yet")


def test_the_pages_together_are_the_whole_ranking_without_gap_or_repeat(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Many_by_test", ["😀"] * 120, title="Grins"))
    mei.writes("/addset Many_by_test")
    mei.waits_for("120 张", timeout=60)
    finds(mei, "😀", lambda answer: len(answer.stickers) == 50)
    seen, offset, sizes = [], "", []
    first_page = mei.types("grins")
    page = first_page
    while True:
        seen += page.sticker_ids
        sizes.append(len(page.stickers))
        assert len(page.next_offset.encode()) <= 64
        if not page.next_offset:
            break
        offset = page.next_offset
        # A choice in between changes what a new query would give, but not these pages.
        if len(sizes) == 1:
            mei.chooses(first_page, 3)
        page = mei.types("grins", offset)
    assert sizes == [50, 50, 20]
    assert len(set(seen)) == 120
    assert tuple(seen) == tuple(sticker.id for sticker in mei._client.pack("Many_by_test"))


def test_a_second_page_survives_a_restart(start_bot, world, make_pack, mei, finds):
    bot = start_bot()
    world.add_pack(make_pack("Many_by_test", ["😀"] * 60))
    mei.writes("/addset Many_by_test")
    mei.waits_for("60 张", timeout=60)
    page = finds(mei, "😀", lambda answer: len(answer.stickers) == 50)
    bot.do(bot.services.impressions.flush())
    bot.stop()
    start_bot()
    rest = mei.types("😀", page.next_offset)
    assert len(rest.stickers) == 10
    assert not set(rest.sticker_ids) & set(page.sticker_ids)


def test_an_offset_of_somebody_else_starts_anew(filled, mei, alex):
    mine = mei.types("")
    forged = mine.result_ids[0].split(".")[0] + ".5"
    assert len(alex.types("", forged).stickers) == 10


def test_recents_come_first_then_the_most_used(filled, mei, finds):
    for query in ["赞", "派对", "赞", "joy"]:
        mei.chooses(mei.types(query), 0)
    answer = finds(mei, "", lambda answer: first(answer) == "😂")
    assert [sticker.emoji for sticker in answer.stickers[:3]] == ["😂", "👍", "🎉"]


def test_a_choice_of_one_person_is_popular_for_another(filled, mei, alex, finds):
    mei.chooses(mei.types("派对"), 0)
    assert first(finds(alex, "", lambda answer: first(answer) == "🎉")) == "🎉"


def test_what_was_typed_for_a_choice_becomes_a_word_of_the_sticker(filled, mei, alex, finds):
    answer = mei.types("派对")
    assert alex.types("摸鱼冲冲冲").stickers == ()
    everything = mei.types("ten faces")
    mei.chooses(everything, 4)
    found = finds(alex, "ten", lambda answer: answer.stickers)
    assert answer.sticker_ids[0] in found.sticker_ids


def test_every_answer_is_an_impression_with_what_was_served(filled, mei):
    answer = mei.types("赞")
    impression_id = answer.result_ids[0].split(".")[0]

    def noted():  # the answer is there before the bot has heard that it was taken
        filled.do(filled.services.impressions.flush())
        return filled.do(filled.services.history.impression(impression_id))

    impression = until(noted)
    assert (impression.user_id, impression.query, impression.served) == (mei.id, "赞", len(answer.stickers))


def test_answers_are_personal_and_short_lived(start_bot, world, make_pack, mei, finds):
    start_bot(inline_cache_seconds=3)
    world.add_pack(make_pack("Ten_by_test", EMOJI))
    mei.writes("/addset Ten_by_test")
    mei.waits_for("10 张")
    finds(mei, "赞", lambda answer: answer.stickers, seconds=15)
    params = world.calls_of("answerInlineQuery")[-1].params
    assert str(params["is_personal"]).lower() == "true"
    assert int(params["cache_time"]) == 3
