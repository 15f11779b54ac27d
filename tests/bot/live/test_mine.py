"""Own packs over HTTP: `mine 笑` in a query, /mine in every one."""

import json
import sqlite3
import time
from contextlib import closing

import pytest

from tests.bot.live.conftest import until

OWN, OTHERS = 3, 60


@pytest.fixture
def fill(world, make_pack, mei, alex, finds):
    """Sixty party stickers that Mei added, and three that Alex added, of which one is a cat."""

    def add():
        world.add_pack(make_pack("Theirs_by_test", ["🎉"] * OTHERS, title="Theirs"))
        world.add_pack(make_pack("His_by_test", ["🎉", "🐱", "🎉"], title="His"))
        mei.writes("/addset Theirs_by_test")
        mei.waits_for(f"{OTHERS} 张", timeout=60)
        alex.writes("t.me/addstickers/His_by_test")
        alex.waits_for("is here", timeout=60)
        finds(mei, "theirs", lambda answer: len(answer.stickers) == 50)
        finds(mei, "his", lambda answer: len(answer.stickers) == OWN)

    return add


@pytest.fixture
def filled(bot, fill):
    fill()
    return bot


@pytest.fixture
def his(filled, page):
    return [sticker.id for sticker in page.pack("His_by_test")]


@pytest.fixture
def theirs(filled, page):
    return [sticker.id for sticker in page.pack("Theirs_by_test")]


def everything(person, query):
    """All pages of an answer."""
    answer = person.types(query)
    found = list(answer.sticker_ids)
    while answer.next_offset:
        answer = person.types(query, answer.next_offset)
        found += answer.sticker_ids
    return found


def soon(what, fits, seconds=5):
    """Ask until the answer fits: a choice is written a moment after it was made."""
    until = time.monotonic() + seconds
    while not fits(found := what()):
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


# In a query


@pytest.mark.parametrize("query", ["mine party", "MINE  party", "我的 派对", "我的 🎉"])
def test_a_first_word_asks_for_own_packs_alone(filled, his, alex, query):
    assert sorted(everything(alex, query)) == sorted([his[0], his[2]])
    assert len(everything(alex, query.split(maxsplit=1)[1])) > 50


def test_each_has_their_own(filled, his, theirs, mei, alex):
    assert set(everything(mei, "mine party")) == set(theirs)
    assert everything(alex, "mine cat") == [his[1]]
    assert his[1] not in everything(mei, "mine cat")


def test_mine_alone_shows_what_was_used_and_then_the_rest_of_own_packs(filled, his, theirs, mei, alex):
    assert everything(alex, "mine") == everything(alex, "我的") == his
    alex.chooses(alex.types("mine cat"), 0)
    soon(lambda: everything(alex, "mine "), lambda found: found == [his[1], his[0], his[2]])
    assert everything(mei, "Mine") == theirs


def test_a_set_is_own_from_a_choice_on_and_also_for_who_adds_it_second(filled, his, theirs, mei, alex):
    mei.writes("t.me/addstickers/His_by_test")
    mei.waits_for("早就在了", timeout=30)
    assert his[1] in everything(mei, "mine cat")
    assert not set(theirs) & set(everything(alex, "mine"))
    answer = alex.types("theirs")
    alex.chooses(answer, 7)
    found = soon(lambda: everything(alex, "mine"), lambda found: len(found) == OWN + OTHERS)
    assert (found[0], set(found)) == (answer.sticker_ids[7], {*his, *theirs})


def test_pages_of_own_ones_are_whole_and_survive_a_restart(start_bot, fill, page, mei):
    bot = start_bot()
    fill()
    theirs = {sticker.id for sticker in page.pack("Theirs_by_test")}
    first = mei.types("mine party")
    assert len(first.stickers) == 50
    bot.do(bot.services.impressions.flush())
    bot.stop()
    start_bot()
    rest = mei.types("mine party", first.next_offset)
    assert set(first.sticker_ids) | set(rest.sticker_ids) == theirs
    assert len(first.stickers) + len(rest.stickers) == OTHERS
    other = mei.types("party", first.next_offset)  # an offset belongs to its query: this begins anew
    assert len(other.stickers) == 50


def test_a_choice_teaches_what_was_meant_and_nothing_of_mine(filled, his, mei, alex, settings):
    alex.chooses(alex.types("mine zanzibar party"), 0)
    alex.chooses(alex.types("mine"), 1)
    soon(lambda: typed_for_choices(settings), lambda found: len(found) == 2)
    assert typed_for_choices(settings) == [("zanzibar party", "zanzibar party"), ("", "")]
    bot_said = soon(lambda: mei.types("zanzibar").sticker_ids, bool, seconds=30)
    assert set(bot_said) <= set(his)
    assert not [one for one in everything(mei, '"mine"') if one in his]


def typed_for_choices(settings):
    with closing(sqlite3.connect(settings.data_dir / "persrv.sqlite3")) as database:
        return database.execute("SELECT query, query_key FROM interactions ORDER BY id").fetchall()


def test_an_impression_keeps_what_was_typed(filled, alex):
    answer = alex.types("mine party")

    def noted():  # the answer is there before the bot has heard that it was taken
        filled.do(filled.services.impressions.flush())
        return filled.do(filled.services.history.impression(answer.result_ids[0].split(".")[0]))

    assert until(noted).query == "mine party"


def test_where_no_own_one_fits_a_button_tells_why(filled, mei, alex):
    answer = alex.types("mine qwxzzk")
    assert (answer.stickers, answer.button) == ((), ("Nothing in your own packs – tap to see why", "none_of_own"))
    assert "/mine off" in alex.asks("/start none_of_own").text
    assert mei.types("我的 qwxzzk").button[0].startswith("你自己的贴纸包里没有")
    assert alex.types("qwxzzk").button[1] == "no_hits"


def test_a_set_and_stickers_that_are_called_so_are_found_all_the_same(filled, world, make_pack, his, mei, alex, finds):
    world.add_pack(make_pack("Hers_by_test", ["😀", "😂"], title="Mine"))
    world.add_pack(make_pack("Blocks_by_test", ["😭"], title="Mine craft"))
    for name in ("Hers_by_test", "Blocks_by_test"):
        mei.writes(f"/addset {name}")
    blocks = finds(mei, "mine craft", lambda answer: answer.stickers).sticker_ids
    hers = finds(alex, '"mine"', lambda answer: len(answer.stickers) >= 3).sticker_ids
    faces = [sticker.id for sticker in mei._client.pack("Hers_by_test")]
    assert {*faces, *blocks} == set(hers)  # the word itself, in quotation marks
    assert everything(alex, "mine") == [*faces, *his]  # the set that is called so, then his own
    assert everything(alex, "mine craft") == list(blocks)
    alex.asks("/mine only")
    assert everything(alex, "mine") == his
    assert everything(alex, "mine craft") == []


def test_whoever_has_no_own_packs_gets_what_has_the_very_word(filled, world, make_pack, page, mei, finds):
    stranger = page.person(1003)
    answer = stranger.types("mine")
    assert (answer.stickers, answer.button[1]) == ((), "none_of_own")
    assert stranger.types("mine party").stickers == ()
    world.add_pack(make_pack("Coal_by_test", ["😀"], title="Coal mine"))
    mei.writes("/addset Coal_by_test")
    coal = finds(mei, "coal", lambda answer: answer.stickers).sticker_ids
    assert everything(stranger, "mine") == list(coal)


# In every query


def test_only_shows_no_others_and_off_shows_all_again(filled, his, mei, alex):
    assert "like all others" in alex.asks("/mine").text
    told = alex.asks("/mine only").text
    assert "and no others" in told
    assert "3 stickers" in told
    assert sorted(everything(alex, "party")) == sorted([his[0], his[2]])
    assert everything(alex, "") == his
    assert everything(alex, "theirs") == []
    assert everything(alex, "HIS") == his
    assert len(everything(mei, "party")) == OTHERS + 2
    assert "like all others" in alex.asks("/mine OFF").text
    assert len(everything(alex, "party")) == OTHERS + 2
    assert len(everything(alex, "")) == OTHERS + OWN


def test_prefer_shows_own_ones_first_and_the_others_after_them(filled, his, alex):
    assert "preferred" in alex.asks("/mine prefer").text
    found = everything(alex, "party")
    assert (sorted(found[:2]), len(found)) == (sorted([his[0], his[2]]), OTHERS + 2)
    assert everything(alex, "")[:OWN] == his
    assert len(everything(alex, "")) == OTHERS + OWN
    assert set(everything(alex, "mine party")) == {his[0], his[2]}


@pytest.mark.parametrize("ranking", ["persrv", "persrv-plus"])
def test_own_ones_are_found_behind_more_others_than_an_answer_holds(start_bot, fill, page, alex, ranking):
    bot = start_bot(recall_size=10, ranking=ranking)
    fill()
    his = {sticker.id for sticker in page.pack("His_by_test")}
    assert len(everything(alex, "party")) == 10
    assert not his & set(everything(alex, "party"))
    assert len(his & set(everything(alex, "mine party"))) == 2
    alex.asks("/mine prefer")
    found = everything(alex, "party")
    assert (len(found), len(his & set(found[:2]))) == (10, 2)
    explained = bot.do(bot.services.suggester.read(alex.id, "party")).ranking
    assert [ranked.own_packs for ranked in explained] == [2.0] * 2 + [1.0] * 8


def test_the_buttons_change_it_and_so_does_a_press_from_before(filled, his, alex):
    told = alex.asks("/mine")
    assert [button.text for row in told.buttons for button in row] == ["⭐ My own first", "🔒 Only my own"]
    alex.presses(told, "mine:only")
    turned = alex.waits_for("and no others")
    assert turned.id == told.id
    assert everything(alex, "") == his
    alex.presses(turned, "mine:prefer")
    alex.waits_for("are preferred")
    alex.presses(alex.waits_for("are preferred"), "mine:off")
    alex.waits_for("like all others")
    assert len(everything(alex, "")) == OTHERS + OWN


def test_whatever_else_is_said_only_tells_how_it_stands(filled, mei, alex):
    anything = ("/mine", "/mine yes", "/mine only off", "/mine 1002", "/mine '; DROP TABLE own_packs_modes")
    for words in anything:
        assert "like all others" in alex.asks(words).text
    assert alex.asks("/mine yes").text.startswith("After /mine I take off, prefer, only.\n\n")
    assert mei.asks("/mine yes").text.startswith("/mine 后面可以写 off、prefer、only。\n\n")
    assert "I take" not in alex.asks("/mine").text + alex.asks("/mine OFF").text
    alex.asks("/mine only")
    for words in anything:
        assert "and no others" in alex.asks(words).text
    assert "一视同仁" in mei.asks("/mine").text


def test_a_restart_keeps_it(start_bot, fill, page, alex, finds):
    bot = start_bot()
    fill()
    his = [sticker.id for sticker in page.pack("His_by_test")]
    alex.asks("/mine only")
    bot.stop()
    start_bot()
    finds(alex, "", lambda answer: answer.stickers)
    assert everything(alex, "") == his
    assert "and no others" in alex.asks("/mine").text


def test_mydata_tells_it_privacy_names_it_and_forgetme_erases_it(filled, page, his, mei, alex):
    def told(person):
        asked = person.writes("/mydata")
        return json.loads(page.picture(person.waits_for(lambda seen: bool(seen.document), after=asked).document))

    assert told(alex)["own_packs"] == "off"
    alex.asks("/mine only")
    mei.writes("t.me/addstickers/His_by_test")
    mei.waits_for("早就在了", timeout=30)
    assert told(alex)["own_packs"] == "only"
    assert told(mei)["sets_added"] == ["Theirs_by_test", "His_by_test"]
    assert "/mine" in alex.asks("/privacy").text
    alex.presses(alex.asks("/forgetme"), "Erase it all")
    alex.waits_for("Erased", timeout=30)
    assert len(everything(alex, "party")) == OTHERS + 2
    assert alex.types("mine party").stickers == ()
    told_now = alex.asks("/mine").text
    assert "like all others" in told_now
    assert "You have none yet" in told_now
    assert told(mei)["sets_added"] == ["Theirs_by_test", "His_by_test"]


def test_what_is_banned_leaves_own_packs_too(filled, his, mei, alex):
    shown = mei.sends_sticker(his[0])
    mei.writes("/ban", reply_to=shown.id)
    soon(lambda: everything(alex, "mine"), lambda found: found == his[1:])
    mei.asks("/ban @His_by_test")
    soon(lambda: everything(alex, "mine party"), lambda found: found == [])
    assert everything(alex, "mine") == []


def test_the_menu_and_help_have_it_for_everybody(bot, alex, mei):
    assert "mine" in alex.menu(until=lambda found: "mine" in found)
    assert "mine haha" in alex.asks("/help").text
    assert "/mine" in alex.asks("/help").text
    assert "我的 笑" in mei.asks("/help").text
