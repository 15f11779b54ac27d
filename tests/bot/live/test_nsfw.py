"""/nsfw over HTTP: stickers scored by the real model and hidden from a limit that lies between two of their scores."""

import json
import time

import pytest

from jobs.runner import run_job
from persrv.cli.bars import QuietProgress
from persrv.domain.runs import JobName

FACES = 60


@pytest.fixture
def scored(start_bot, world, make_pack, mei, finds):
    """Sixty faces, an answer of two pages, and a cat; scored by the step. Gives the limit and who is at or above it."""
    bot = start_bot()
    world.add_pack(make_pack("Faces_by_test", ["😀"] * FACES, title="Faces"))
    mei.writes("/addset Faces_by_test")
    mei.waits_for(f"{FACES} 张", timeout=60)
    finds(mei, "faces", lambda answer: len(answer.stickers) == 50)

    async def score():
        await run_job(bot.services, JobName.NSFW, QuietProgress())
        (pack,) = await bot.services.catalogue.packs_titled("faces")
        stickers = await bot.services.catalogue.pack_stickers(pack.id)
        known = await bot.services.nsfw_scores.scores([sticker.id for sticker in stickers])
        return {sticker.file_unique_id: known[sticker.id].score for sticker in stickers}

    scores = bot.do(score())
    assert len(scores) == FACES
    limit = sorted(set(scores.values()))[-20]
    assert limit < 0.5, "these are drawn"
    bot.stop()
    return limit, {identity for identity, score in scores.items() if score >= limit}


@pytest.fixture
def high(scored):
    """Whom the running bot hides."""
    return scored[1]


@pytest.fixture
def bot(scored, start_bot, finds, mei):
    running = start_bot(nsfw_limit=scored[0])
    finds(mei, "faces", lambda answer: answer.stickers)
    return running


def everything(person, query):
    """All pages of an answer."""
    answer = person.types(query)
    found = list(answer.sticker_ids)
    while answer.next_offset:
        answer = person.types(query, answer.next_offset)
        found += answer.sticker_ids
    return found


def test_they_are_hidden_from_everybody_until_each_switches_them_on_for_themselves(bot, high, mei, alex):
    queries = ("faces", "😀", "")
    for person in (mei, alex):
        for query in queries:
            found = everything(person, query)
            assert len(found) == len(set(found)) == FACES - len(high), query
            assert not high & set(found), query
    assert "hidden from you" in alex.asks("/nsfw").text
    assert "shown to you" in alex.asks("/nsfw on").text
    for query in queries:
        found = everything(alex, query)
        assert len(found) == len(set(found)) == FACES, query
        assert not high & set(everything(mei, query)), query
    assert "对你隐藏" in mei.asks("/nsfw").text
    assert "hidden from you" in alex.asks("/nsfw OFF").text
    assert not high & set(everything(alex, "faces"))


def test_the_button_turns_it_and_so_does_a_press_from_before(bot, high, alex):
    told = alex.asks("/nsfw")
    assert [button.text for row in told.buttons for button in row] == ["🔞 I am of age: show them"]
    alex.presses(told, "nsfw:on")
    turned = alex.waits_for("are shown to you")
    assert turned.id == told.id
    assert high <= set(everything(alex, "faces"))
    assert [button.text for row in turned.buttons for button in row] == ["Hide them"]
    alex.presses(turned, "nsfw:off")
    alex.waits_for("are hidden from you")
    assert not high & set(everything(alex, "faces"))


def test_whatever_else_is_said_only_tells_how_it_stands(start_bot, alex):
    start_bot()
    anything = ("/nsfw", "/nsfw yes", "/nsfw on off", "/nsfw 1002", "/nsfw '; DROP TABLE nsfw_people")
    for words in anything:
        assert "hidden from you" in alex.asks(words).text
    assert alex.asks("/nsfw maybe").text.startswith("After /nsfw I take on, off.\n\n")
    assert "I take" not in alex.asks("/nsfw").text + alex.asks("/nsfw OFF").text
    alex.asks("/nsfw on")
    for words in anything:
        assert "shown to you" in alex.asks(words).text


def test_the_next_page_of_an_answer_knows_that_it_was_switched_off(bot, high, alex):
    alex.asks("/nsfw on")
    first = alex.types("faces")
    rest = set(alex.types("faces", first.next_offset).sticker_ids)
    assert high & rest
    alex.asks("/nsfw off")
    assert set(alex.types("faces", first.next_offset).sticker_ids) == rest - high


def test_one_that_was_used_leaves_the_recents_with_the_switch_and_comes_back(bot, high, alex):
    alex.asks("/nsfw on")
    answer = alex.types("faces")
    place = next(n for n, sticker in enumerate(answer.sticker_ids) if sticker in high)
    alex.chooses(answer, place)
    chosen, until = answer.sticker_ids[place], time.monotonic() + 5
    while alex.types("").sticker_ids[0] != chosen:
        assert time.monotonic() < until
    alex.asks("/nsfw off")
    assert chosen not in everything(alex, "")
    alex.asks("/nsfw on")
    assert alex.types("").sticker_ids[0] == chosen


def test_a_restart_keeps_the_switch(bot, scored, start_bot, high, mei, alex, finds):
    alex.asks("/nsfw on")
    bot.stop()
    start_bot(nsfw_limit=scored[0])
    finds(alex, "faces", lambda answer: len(answer.stickers) == 50)
    assert high <= set(everything(alex, "faces"))
    assert not high & set(everything(mei, "faces"))
    assert "shown to you" in alex.asks("/nsfw").text


def test_mydata_tells_it_privacy_names_it_and_forgetme_erases_it(bot, high, page, alex):
    def told():
        asked = alex.writes("/mydata")
        return json.loads(page.picture(alex.waits_for(lambda seen: bool(seen.document), after=asked).document))

    assert told()["shows_nsfw"] is False
    alex.asks("/nsfw on")
    assert told()["shows_nsfw"] is True
    assert "/nsfw" in alex.asks("/privacy").text
    alex.presses(alex.asks("/forgetme"), "Erase it all")
    alex.waits_for("Erased", timeout=30)
    assert not high & set(everything(alex, "faces"))
    assert bot.do(bot.services.nsfw_scores.people()) == []
    assert "hidden from you" in alex.asks("/nsfw").text


def test_scores_that_a_job_writes_while_the_bot_runs_hide_their_stickers(bot, world, make_pack, mei, alex, finds):
    world.add_pack(make_pack("More_by_test", ["🎉"] * 30, title="More"))
    mei.writes("/addset More_by_test")
    mei.waits_for("30 张", timeout=60)
    assert len(everything(alex, "more")) == 30
    bot.do(run_job(bot.services, JobName.NSFW, QuietProgress()))
    shown = finds(alex, "more", lambda answer: 0 < len(answer.stickers) < 30)
    alex.asks("/nsfw on")
    assert len(everything(alex, "more")) == 30 > len(shown.stickers)


def test_why_tells_the_score_and_whether_it_is_hidden(bot, high, world, alex, mei):
    def why(person, sticker):
        sent = person.sends_sticker(sticker)
        person.waits_for(lambda message: message.from_bot, after=sent)
        asked = person.writes("/why", reply_to=sent.id)
        return person.waits_for(lambda one: one.from_bot and one.id > asked.id).text

    identities = [sticker.file.unique_id for sticker in world.sets.named("Faces_by_test").stickers]
    hidden, shown = next(s for s in identities if s in high), next(s for s in identities if s not in high)
    assert "NSFW score: 0.0" in (text := why(alex, hidden))
    assert "(opennsfw): shown only to those who have switched that on" in text
    assert "NSFW score: 0.0" in (text := why(alex, shown))
    assert "shown only" not in text
    assert "只显示给用 /nsfw 打开了成人贴纸的人" in why(mei, hidden)


def test_without_an_engine_nothing_is_hidden_and_the_switch_says_so(scored, start_bot, alex, finds):
    start_bot(nsfw_engine="none", nsfw_limit=scored[0])
    finds(alex, "faces", lambda answer: len(answer.stickers) == 50)
    assert len(everything(alex, "faces")) == FACES
    text = alex.asks("/nsfw").text
    assert "hidden from you" in text
    assert "makes no difference" in text


def test_the_menu_has_it_for_everybody(bot, alex):
    assert "nsfw" in alex.menu(until=lambda found: "nsfw" in found)
    assert "/nsfw" in alex.asks("/help").text
