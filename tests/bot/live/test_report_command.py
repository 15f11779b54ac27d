"""/report: people point at a sticker, admins decide with buttons whose data is checked."""

import pytest

from persrv.domain.moderation import Banned, ReportState
from persrv.errors import StorageError
from tests.bot.live.test_ban_command import in_chat
from tests.bot.live.test_jobs_command import forge


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["🐱", "😺"], title="Cats & <b>more"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("2 张", timeout=60)
    finds(mei, "🐱", lambda answer: answer.stickers)
    return bot


def says(person, words, to):
    sent = person.writes(words, reply_to=to.id)
    return person.waits_for(lambda message: message.from_bot and message.text, after=sent)


def reported(alex, mei):
    assert "Thank you" in says(alex, "/report", in_chat(alex, "🐱")).text
    return mei.waits_for("举报了这张贴纸")


def test_an_admin_sees_the_sticker_and_who_reported_it_stays_unknown(filled, mei, alex):
    asked = reported(alex, mei)
    assert [row[0].value for row in asked.buttons] == ["review:sticker:1", "review:set:1", "review:keep:1"]
    assert "Cats & <b>more" in asked.text
    assert str(alex.id) not in asked.text
    assert any(message.sticker and message.from_bot for message in mei.sees())


@pytest.mark.parametrize(("button", "left"), [("sticker", {"😺"}), ("set", set()), ("keep", {"🐱", "😺"})])
def test_each_button_does_what_it_says_at_once_and_only_once(filled, mei, alex, button, left):
    asked = reported(alex, mei)
    assert mei.presses(asked, f"review:{button}:1") == ""
    mei.waits_for({"keep": "已保留", "set": "已封禁整套", "sticker": "已封禁这张"}[button])
    assert {sticker.emoji for sticker in alex.types("").stickers} == left


def test_a_sticker_that_was_kept_is_not_asked_about_again(filled, mei, alex):
    asked = reported(alex, mei)
    mei.presses(asked, "review:keep:1")
    mei.waits_for("已保留")
    assert "keep it" in says(alex, "/report", in_chat(alex, "🐱")).text
    assert len([message for message in mei.sees() if message.buttons]) == 0


def test_a_second_report_of_a_sticker_asks_nobody_again(filled, mei, alex):
    asked = reported(alex, mei)
    assert "Thank you" in says(alex, "/report", in_chat(alex, "🐱")).text
    assert [message.id for message in mei.sees() if message.buttons] == [asked.id]


def test_forged_data_and_a_second_press_do_nothing(filled, world, mei, alex):
    asked = reported(alex, mei)
    for data in (
        "review:sticker:2",
        "review:delete:1",
        "review:sticker:1 OR 1=1",
        "review:",
        "review:set:-1",
        "review:keep:99999999999999999999",
    ):
        assert forge(world, mei, asked, data) == "没有这个举报。"
    assert filled.do(filled.services.bans.bans()) == []
    assert filled.do(filled.services.reports.known(1)).state is ReportState.OPEN
    mei.presses(asked, "review:keep:1")
    mei.waits_for(lambda message: message.id == asked.id and not message.buttons)
    assert forge(world, mei, asked, "review:set:1") == "已经处理过了。"
    assert filled.do(filled.services.bans.bans()) == []


def test_a_ban_that_could_not_be_written_is_still_there_to_press(filled, monkeypatch, mei, alex):
    asked = reported(alex, mei)

    async def full(*_, **__):
        raise StorageError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(filled.services.bans, "ban", full)
        mei.presses(asked, "review:sticker:1")
        mei.waits_for("出了点问题")
    mei.presses(asked, "review:sticker:1")
    mei.waits_for("已封禁这张")
    assert {sticker.emoji for sticker in alex.types("").stickers} == {"😺"}


def test_somebody_who_is_no_admin_decides_nothing(filled, world, mei, alex):
    reported(alex, mei)
    hello = alex.asks("/forgetme")
    assert "Only this bot's admins" in forge(world, alex, hello, "review:set:1")
    assert filled.do(filled.services.bans.bans()) == []
    assert filled.do(filled.services.reports.known(1)).state is ReportState.OPEN


def test_without_a_sticker_or_of_an_unknown_one_there_is_nothing_to_report(filled, world, make_pack, alex, page):
    assert "Reply" in alex.asks("/report").text
    world.add_pack(make_pack("Dogs_by_test", ["🐶"]))
    (dog,) = page.pack("Dogs_by_test")
    filled.do(filled.services.moderation.ban(Banned.pack("Dogs_by_test"), by=1))
    sent = alex.sends_sticker(dog)
    alex.waits_for("don't want this set")
    sent = alex.writes("/report", reply_to=sent.id)
    alex.waits_for("nothing to report", after=sent)
