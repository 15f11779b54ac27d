"""What one person may ask of the bot: queries a minute, sets and sticker files a day, and their data."""

import pytest

from bot import allowances
from bot.allowances import FILES_A_DAY
from bot.sandbox.model import FRIENDS
from bot.sandbox.seen import SandboxRefused
from tests.bot.live.conftest import until
from tests.bot.live.test_mystyle import learn


@pytest.mark.slow
def test_a_person_who_asks_too_much_is_left_unanswered_and_the_others_are_not(start_bot, world, mei, alex):
    start_bot(queries_a_minute=2)
    alex.types("a")
    alex.types("b")
    before = len(world.calls_of("answerInlineQuery"))
    with pytest.raises(SandboxRefused):
        alex.types("c")
    assert len(world.calls_of("answerInlineQuery")) == before
    mei.types("a")


def test_of_a_person_who_asks_all_day_long_so_many_answers_are_kept_and_all_are_given(
    start_bot, world, make_pack, monkeypatch, mei, alex, finds
):
    monkeypatch.setattr(allowances, "ANSWERS_KEPT_A_DAY", 3)
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    bot = start_bot()
    mei.writes("/addset Cats_by_test")
    finds(mei, "🐱", lambda answer: answer.stickers)
    for number in range(6):
        assert alex.types(f"🐱 {number}").stickers
    mei.types("🐱")
    bot.do(bot.services.impressions.flush())
    assert len(bot.do(bot.services.history.record_of(alex.id)).impressions) == 3
    assert bot.do(bot.services.history.record_of(mei.id)).impressions


def test_a_group_that_asks_without_pause_keeps_nobody_else_waiting(start_bot, world, mei, alex):
    """Telegram takes 20 messages a minute of a bot in a group; the answers beyond wait, and so does nobody else."""
    start_bot()
    for _ in range(90):
        alex.writes("/privacy", chat=FRIENDS)
    until(lambda: len(world.calls_of("sendMessage")) >= 20)
    mei.types("笑")
    assert "/packs" in mei.asks("/help", timeout=5).text


def test_a_person_adds_so_many_sets_a_day_and_an_admin_any_number(start_bot, world, make_pack, mei, alex):
    start_bot(sets_a_day=1)
    for name in ("One_by_test", "Two_by_test", "Three_by_test"):
        world.add_pack(make_pack(name, ["🐱"]))
    alex.writes("t.me/addstickers/One_by_test")
    alex.waits_for("is here")
    assert "enough sets for today" in alex.asks("t.me/addstickers/Two_by_test").text
    for name in ("Two_by_test", "Three_by_test"):
        sent = mei.writes(f"/addset {name}")
        mei.waits_for("已加入", after=sent)


def test_a_person_has_so_many_sticker_files_a_day_and_an_admin_any_number(start_bot, world, make_pack, mei, alex):
    bot = start_bot(stickers_a_day=125)
    for name, count in (("Three_by_test", 3), ("Four_by_test", 4), ("Five_by_test", 5)):
        world.add_pack(make_pack(name, ["🐱"] * count))
    for name in ("Three_by_test", "Four_by_test"):  # 120 are held until it is known that 3 are needed, so 2 remain
        sent = alex.writes(f"t.me/addstickers/{name}")
        alex.waits_for("is here", after=sent)
    assert "only so many stickers" in alex.asks("t.me/addstickers/Five_by_test").text
    assert len(bot.do(bot.services.catalogue.packs())) == 2
    sent = mei.writes("/addset Five_by_test")
    mei.waits_for("已加入", after=sent)
    # All of it is here: it costs nothing more.
    assert "nothing new" in alex.asks("t.me/addstickers/Five_by_test", "nothing new").text


def test_sets_that_wait_for_their_turn_hold_what_they_may_need(start_bot, world, make_pack, alex):
    start_bot(stickers_a_day=250)
    for name in ("One_by_test", "Two_by_test", "Three_by_test"):
        world.add_pack(make_pack(name, ["🐱"]))
    world.delay("getStickerSet", 3)
    alex.asks("t.me/addstickers/One_by_test", "Fetching")
    alex.asks("t.me/addstickers/Two_by_test", "Fetching")
    assert "only so many stickers" in alex.asks("t.me/addstickers/Three_by_test").text
    world.delay("getStickerSet", 0)
    alex.waits_for("Two by test is here")
    sent = alex.writes("t.me/addstickers/Three_by_test")
    alex.waits_for("Three by test is here", after=sent)


def test_a_set_that_is_none_costs_nothing(start_bot, world, make_pack, alex):
    start_bot(stickers_a_day=120)
    world.add_pack(make_pack("One_by_test", ["🐱"]))
    alex.asks("t.me/addstickers/Nothing_by_test", "knows no sticker set")
    sent = alex.writes("t.me/addstickers/One_by_test")
    alex.waits_for("is here", after=sent)


def test_a_set_too_many_costs_no_stickers(start_bot, world, make_pack, alex):
    bot = start_bot(sets_a_day=1, stickers_a_day=240)
    world.add_pack(make_pack("One_by_test", ["🐱"]))
    alex.writes("t.me/addstickers/One_by_test")
    alex.waits_for("is here")
    assert "enough sets" in alex.asks("t.me/addstickers/Two_by_test").text
    assert "enough sets" in alex.asks("t.me/addstickers/Two_by_test").text
    assert bot.do(bot.services.catalogue.pack("Two_by_test")) is None


def test_stickers_that_are_drawn_for_mystyle_count_too(start_bot, world, make_pack, mei, alex, finds):
    bot = start_bot(stickers_a_day=5)
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉", "👍"], title="Cats"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("4 张")
    alex.chooses(finds(alex, "cats", lambda found: len(found.stickers) == 4), 0)
    learn(bot)
    assert alex.asks("/mystyle").photo
    assert "only so many stickers" in alex.asks("/mystyle").text
    assert alex.types("cats").stickers


def test_mydata_is_sent_twenty_times_a_day(bot, alex):
    for _ in range(FILES_A_DAY):
        alex.asks("/mydata", lambda seen: bool(seen.document))
    assert "often enough for today" in alex.asks("/mydata").text
    assert "Erase everything" in alex.asks("/forgetme").text
