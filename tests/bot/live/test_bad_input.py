"""What people and the world throw at the bot: it answers in a sentence and lives on."""

import pytest


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉"], title="Cats"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("3 张")
    finds(mei, "😀", lambda answer: answer.stickers)
    return bot


def test_no_query_whatsoever_breaks_the_answers(filled, mei):
    hostile = [
        "x" * 256,
        "".join(chr(0x4E00 + number) for number in range(256)),
        "\x00\x07\x1b[31m",
        "\u202eabc\u202c שלום مرحبا",
        '"* ~^[]{}() AND OR NOT field:value \\',
        "'; DROP TABLE stickers; --",
        "👨‍👩‍👧‍👦🏳️‍🌈",
        "???",
    ]
    for query in hostile:
        mei.types(query)
    assert mei.types("想哭").stickers[0].emoji == "😭"


def test_a_set_that_changed_is_refreshed_and_one_that_is_gone_is_retired(filled, world, make_pack, mei, finds):
    mei.chooses(mei.types("想哭"), 0)
    world.update_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉", "👍"], title="Cats"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("新增 1")
    finds(mei, "赞", lambda answer: answer.stickers)
    world.remove_pack("Cats_by_test")
    mei.writes("/addset Cats_by_test")
    mei.waits_for("不再推荐")
    finds(mei, "赞", lambda answer: not answer.stickers)
    assert mei.types("").stickers == ()


def test_a_set_that_is_unknown_or_empty_is_said_so(bot, world, make_pack, mei):
    world.add_pack(make_pack("Empty_by_test", []))
    mei.writes("/addset Nothing_by_test")
    mei.waits_for("没有名为")
    mei.writes("/addset Empty_by_test")
    mei.waits_for("是空的")
    assert "既不是" in mei.asks("/addset ../../etc/passwd").text


def test_an_answer_that_comes_too_late_is_dropped_quietly_and_is_no_impression(filled, world, mei, caplog):
    from bot.sandbox.client import SandboxRefused

    world.inline.timeout = 1
    text = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    world.fail_next("answerInlineQuery", 400, text)
    with pytest.raises(SandboxRefused):
        mei.types("想哭")
    world.inline.timeout = 10
    assert mei.types("想哭").stickers
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert "only-for-tests" not in caplog.text
