"""The private chat, in English and Chinese."""

import sqlite3
import time
from contextlib import closing

import pytest

from bot.menus import ADMIN_COMMANDS, COMMANDS
from bot.texts import texts_for


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Ten_by_test", ["😀", "👍", "🎉"], title="Ten <b>Faces"))
    mei.writes("/addset Ten_by_test")
    mei.waits_for("3 张")
    finds(mei, "😀", lambda answer: answer.stickers)
    return bot


def test_start_and_help_speak_the_persons_language(bot, mei, alex):
    assert "你好" in mei.asks("/start").text
    hello = alex.asks("/start")
    assert "Hello" in hello.text
    assert "Just @persrv_bot and a space shows the stickers you used last." in hello.text
    assert hello.buttons[0][0].action == "switch_inline_query_current_chat"
    assert "/forgetme" in alex.asks("/help").text


def test_only_admins_are_told_of_and_may_use_addset(bot, world, make_pack, mei, alex):
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    assert "/addset" in mei.asks("/help").text
    assert "/addset" not in alex.asks("/help").text
    assert "Only this bot's admins" in alex.asks("/addset Cats_by_test").text
    assert "No" not in alex.asks("/packs").text[:1]
    assert alex.asks("/packs").text.startswith("I know no sticker sets")


def test_a_link_in_a_sentence_adds_its_set(bot, world, make_pack, alex):
    world.add_pack(make_pack("Cats_by_test", ["🐱", "😺"]))
    alex.writes("look: https://t.me/addstickers/Cats_by_test, so cute")
    assert "2 stickers" in alex.waits_for("is here").text


def test_a_stickers_file_is_telegrams_whatever_lies_in_the_current_folder(
    start_bot, settings, world, make_pack, tmp_path, monkeypatch, alex
):
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    (sticker,) = world.sets.named("Cats_by_test").stickers
    mine = tmp_path / "here" / sticker.file.path
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"something of mine")
    monkeypatch.chdir(tmp_path / "here")
    start_bot()
    alex.writes("t.me/addstickers/Cats_by_test")
    assert "could not be read" not in alex.waits_for("is here").text
    (kept,) = settings.media_dir.rglob("*.webp")
    assert kept.read_bytes() == sticker.file.data


def test_every_link_of_a_message_adds_its_set_once(bot, world, make_pack, alex):
    world.add_pack(make_pack("Cats_by_test", ["🐱", "😺"], title="Cats"))
    world.add_pack(make_pack("Dogs_by_test", ["🐶"], title="Dogs"))
    alex.writes("t.me/addstickers/Cats_by_test t.me/addstickers/Dogs_by_test and t.me/addstickers/cats_by_test")
    alex.waits_for("Cats is here: 2 stickers")
    alex.waits_for("Dogs is here: 1 stickers")
    assert not any("already" in message.text for message in alex.sees())
    assert "2 sticker sets" in alex.asks("/packs").text


def test_of_more_links_than_a_message_may_add_it_says_how_many_are_left(bot, world, make_pack, alex):
    for number in range(12):
        world.add_pack(make_pack(f"Set{number}_by_test", ["😀"]))
    alex.writes(" ".join(f"t.me/addstickers/Set{number}_by_test" for number in range(12)))
    assert "the other 2" in alex.waits_for("10 links", timeout=60).text
    alex.waits_for("Set9 by test is here", timeout=60)
    assert "10 sticker sets" in alex.asks("/packs").text


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("want to cry", "want to cry"),
        ("😭", "😭"),
        ("@persrv_bot 想哭", "想哭"),
        ("@PERSRV_BOT", ""),
        ("@persrv_bots\nhi", "@persrv_bots hi"),
        ("a" * 300, "a" * 256),
    ],
)
def test_a_feeling_typed_to_the_bot_is_shown_the_way_to_every_chat(bot, alex, typed, query):
    told = alex.asks(typed)
    assert told.text == f"In any chat: @persrv_bot {query}".strip()
    here, elsewhere = (button for row in told.buttons for button in row)
    assert (here.action, here.value) == ("switch_inline_query_current_chat", query)
    assert (elsewhere.action, elsewhere.value) == ("switch_inline_query", query)


@pytest.mark.parametrize("typed", ["/packz", "t.me/addsticker/Cats", "https://example.org/cats"])
def test_what_is_neither_a_feeling_nor_a_link_to_a_set_is_told_what_to_send(bot, mei, alex, typed):
    assert "addstickers/… link" in alex.asks(typed).text
    assert mei.asks("想哭").text == "在任意聊天里输入：@persrv_bot 想哭"


def test_packs_lists_what_there_is_and_a_title_cannot_be_markup(filled, alex):
    text = alex.asks("/packs").text
    assert "1 sticker sets, 3 stickers" in text
    assert "Ten <b>Faces" in text


def test_privacy_and_mystyle_answer(filled, mei, alex, finds):
    assert "/forgetme" in alex.asks("/privacy").text
    assert "don't know your style" in alex.asks("/mystyle").text
    alex.chooses(alex.types("party"), 0)
    finds(alex, "", lambda answer: answer.stickers[0].emoji == "🎉")
    assert "100 %" in alex.asks("/mystyle").text


def test_the_menu_and_the_descriptions_are_set_in_every_language(bot, world):
    until = time.monotonic() + 10
    while len(world.calls_of("setMyShortDescription")) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    tags = {call.params.get("language_code") or "" for call in world.calls_of("setMyCommands")}
    assert tags == {"", "zh"}


def test_the_menu_says_what_each_command_does_in_the_persons_language(bot, mei, alex):
    english, chinese = texts_for("en"), texts_for("zh")
    assert alex.menu() == {name: english.plain(f"command_{name}") for name in COMMANDS}
    menu = mei.menu(until=lambda found: "ban" in found)
    assert menu == {name: chinese.plain(f"command_{name}") for name in (*COMMANDS, *ADMIN_COMMANDS)}


def test_forgetme_asks_first_and_then_leaves_nothing_anywhere(filled, settings, mei, alex, finds):
    secret = "zanzibarxylophone"
    mine = alex.types("ten b faces")
    alex.types(secret)
    alex.chooses(mine, 0)
    mei.chooses(mei.types("赞"), 0)
    finds(alex, "", lambda answer: answer.sticker_ids[0] == mine.sticker_ids[0])

    kept = alex.asks("/forgetme")
    alex.presses(kept, "Keep it")
    alex.waits_for("Nothing was erased")
    asked = alex.asks("/forgetme", "Erase everything")
    alex.presses(asked, "Erase it all")
    alex.waits_for("Erased: 1 choices", timeout=30)

    with closing(sqlite3.connect(settings.data_dir / "persrv.sqlite3")) as database:
        for table in ("interactions", "impressions"):
            (count,) = database.execute(f"SELECT count(*) FROM {table} WHERE user_id = ?", (alex.id,)).fetchone()
            assert count == 0
        (others,) = database.execute("SELECT count(*) FROM interactions WHERE user_id = ?", (mei.id,)).fetchone()
        assert others == 1
    for path in settings.data_dir.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_somebody_who_presses_the_button_of_another_erases_only_themselves(filled, settings, mei, alex, finds):
    alex.chooses(alex.types("party"), 0)
    finds(alex, "", lambda answer: answer.stickers[0].emoji == "🎉")
    asked = mei.asks("/forgetme")
    mei.presses(asked, "forget:yes")
    mei.waits_for("已删除", timeout=30)
    assert alex.types("").stickers[0].emoji == "🎉"
