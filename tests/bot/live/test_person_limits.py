"""What one person may ask of the bot: queries a minute, sets a day."""

import pytest

from bot.sandbox.seen import SandboxRefused


def test_a_person_who_asks_too_much_is_left_unanswered_and_the_others_are_not(start_bot, world, mei, alex):
    start_bot(queries_a_minute=2)
    alex.types("a")
    alex.types("b")
    before = len(world.calls_of("answerInlineQuery"))
    with pytest.raises(SandboxRefused):
        alex.types("c")
    assert len(world.calls_of("answerInlineQuery")) == before
    mei.types("a")


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
