"""/ban and /unban: what is banned is gone at once, from the index, the favourites and pages served before."""

import time

import pytest

from persrv.domain.moderation import Banned


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    """Sixty faces in one set, so that an answer has a second page, and a set of cats."""
    world.add_pack(make_pack("Faces_by_test", ["😀"] * 60, title="Faces"))
    world.add_pack(make_pack("Cats_by_test", ["🐱", "😺"], title="Cats"))
    mei.writes("/addset Faces_by_test Cats_by_test")
    mei.waits_for("60 张", timeout=60)
    mei.waits_for("2 张", timeout=60)
    finds(mei, "🐱", lambda answer: answer.stickers)
    finds(mei, "faces", lambda answer: len(answer.stickers) == 50)
    return bot


def in_chat(person, query, fits=lambda answer: answer.stickers):
    """The person's private chat with the bot gets the first sticker of an answer."""
    answer = person.types(query, chat=person.id)
    assert fits(answer)
    return person.chooses(answer, 0, chat=person.id)


def bans(person, words, to):
    sent = person.writes(words, reply_to=to.id)
    return person.waits_for(lambda message: message.from_bot and message.text, after=sent)


def test_a_banned_sticker_is_gone_from_answers_favourites_and_pages_served_before(filled, mei, alex):
    first = alex.types("faces")
    last_page = mei.types("faces", chat=mei.id).next_offset
    before = mei.types("faces", last_page, chat=mei.id)
    target = before.stickers[0]
    alex.chooses(alex.types("faces", first.next_offset), 0)
    until = time.monotonic() + 5
    while alex.types("").sticker_ids[0] != target.id:
        assert time.monotonic() < until
    sent = mei.chooses(before, 0, chat=mei.id)
    assert "已封禁" in bans(mei, "/ban", sent).text
    assert target.id not in mei.types("faces", last_page).sticker_ids
    assert target.id not in alex.types("faces", first.next_offset).sticker_ids
    assert target.id not in alex.types("").sticker_ids
    assert "早已封禁" in bans(mei, "/ban", sent).text
    assert "已解封" in bans(mei, "/unban", sent).text
    assert target.id in alex.types("").sticker_ids


def test_a_banned_sticker_is_listed_by_its_emoji_and_its_set(filled, mei):
    sent = in_chat(mei, "🐱")
    assert bans(mei, "/ban", sent).text == f"🚫 已封禁：贴纸包 Cats @Cats_by_test 里的 {sent.sticker.emoji}。"
    mei.asks("/ban @Dogs_by_test")
    unknown = Banned.sticker("AgADunknown")
    filled.do(filled.services.moderation.ban(unknown, by=mei.id))
    listed = mei.asks("/ban").text.split("已封禁\n")[1].split("\n")
    assert set(listed) == {
        "• 贴纸 AgADunknown",
        "• 贴纸包 @dogs_by_test",
        f"• 贴纸包 Cats @Cats_by_test 里的 {sent.sticker.emoji}",
    }


def test_ban_set_takes_the_whole_set_and_nobody_can_add_it_again(filled, mei, alex, finds):
    sent = in_chat(mei, "🐱")
    assert "@cats_by_test" in bans(mei, "/ban set", sent).text
    assert not {"🐱", "😺"} & {sticker.emoji for sticker in alex.types("").stickers}
    assert not {"🐱", "😺"} & {sticker.emoji for sticker in alex.types("🐱").stickers}
    assert "Cats" not in alex.asks("/packs").text
    assert "don't want this set" in alex.asks("t.me/addstickers/Cats_by_test").text
    assert "不允许" in mei.asks("/addset Cats_by_test").text
    assert "已解封" in mei.asks("/unban @Cats_by_test").text
    finds(alex, "🐱", lambda answer: answer.stickers[:1] and answer.stickers[0].emoji == "🐱")


def test_a_set_can_be_banned_by_name_before_anybody_adds_it(bot, world, make_pack, mei, alex):
    world.add_pack(make_pack("Dogs_by_test", ["🐶"]))
    assert "已封禁" in mei.asks("/ban @Dogs_by_test").text
    assert "don't want this set" in alex.asks("t.me/addstickers/dogs_by_test").text
    assert "@dogs_by_test" in mei.asks("/ban").text  # the list


def test_a_banned_person_gets_no_answers_adds_nothing_and_may_still_be_forgotten(
    filled, world, make_pack, mei, alex, settings
):
    world.add_pack(make_pack("Dogs_by_test", ["🐶"]))
    answer = alex.types("faces")
    assert answer.stickers
    assert "已封禁" in mei.asks(f"/ban {alex.id}").text
    assert alex.types("faces").stickers == ()
    alex.chooses(answer, 0)
    assert "have banned you" in alex.asks("t.me/addstickers/Dogs_by_test").text
    assert "have banned you" in alex.asks("/start").text
    assert "Dogs" not in mei.asks("/packs").text
    assert filled.do(filled.services.history.recent(alex.id, 5)) == []
    assert "/forgetme" in alex.asks("/privacy").text
    alex.presses(alex.asks("/forgetme"), "Erase it all")
    alex.waits_for("Erased", timeout=30)
    assert alex.types("faces").stickers == ()
    assert "已解封" in mei.asks(f"/unban {alex.id}").text
    assert alex.types("faces").stickers


def test_a_ban_outlives_a_restart(start_bot, mei, alex, world, make_pack, finds):
    before = start_bot()
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    mei.writes("/addset Cats_by_test")
    finds(alex, "🐱", lambda answer: answer.stickers)
    mei.asks(f"/ban {alex.id}", "已封禁")
    before.stop()
    start_bot()
    assert finds(mei, "🐱", lambda answer: answer.stickers)
    assert alex.types("🐱").stickers == ()


def test_why_says_that_a_sticker_is_banned(filled, mei):
    sent = in_chat(mei, "🐱")
    bans(mei, "/ban", sent)
    assert "管理员封禁了它" in bans(mei, "/why", sent).text


@pytest.mark.parametrize(
    "words",
    [
        "/ban",
        "/ban set",
        "/ban @",
        "/ban @../../etc",
        "/ban 0",
        "/ban -5",
        "/ban 99999999999999999999",
        "/ban a b",
        "/ban ' OR 1=1 --",
        "/unban",
        "/ban cats",
    ],
)
def test_what_cannot_be_banned_gets_a_sentence_and_bans_nothing(bot, mei, words):
    text = mei.asks(words).text
    assert "回复一张贴纸" in text or "贴纸包名称" in text
    assert bot.do(bot.services.bans.bans()) == []


def test_admins_cannot_be_banned_and_others_cannot_ban(bot, mei, alex):
    assert "不能封禁管理员" in mei.asks(f"/ban {mei.id}").text
    assert "Only this bot's admins" in alex.asks(f"/ban {mei.id}").text
    assert "Only this bot's admins" in alex.asks(f"/unban {mei.id}").text
    assert bot.do(bot.services.bans.bans()) == []
