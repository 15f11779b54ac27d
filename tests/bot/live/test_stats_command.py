"""/stats, from queries and choices made over HTTP: figures, a picture, and nobody's name or words."""

import asyncio
import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from jobs.runner import run_job
from persrv.cli.bars import QuietProgress
from persrv.domain.history import Choice, Impression
from persrv.domain.runs import JobName

SECRET = "zanzibarxylophone"


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉", "👍"], title="Cats"))
    mei.writes("/addset Cats_by_test")
    mei.waits_for("4 张")
    return bot


def figures(text):
    """The figures of the last 7 and 30 days, by the dot before them."""
    found = {}
    for line in text.splitlines():
        if line and line[0] in "🔵🟠🟢🟣👥":
            found[line[0]] = tuple(line.replace("：", ":").split(":")[1].strip().split(" / "))
    return found


def test_an_empty_bot_says_so_in_words(bot, mei):
    message = mei.asks("/stats")
    assert message.photo == ""
    assert message.text == "最近 30 天里没有人查询或选择过贴纸。\n\n还没有任何贴纸。发一张给我，整套都会加入。"


def test_stickers_that_nobody_has_asked_for_yet_are_told_in_words(filled, mei):
    filled.do(run_job(filled.services, JobName.OCR, QuietProgress()))
    message = mei.asks("/stats")
    assert message.photo == ""
    assert "1 个贴纸包，4 张贴纸\n👁 已识别文字：100 % · 已生成描述：0 %" in message.text


def test_an_admin_gets_the_figures_and_a_picture_and_nobody_is_named(filled, page, mei, alex, finds):
    earlier = datetime.now(UTC) - timedelta(days=20)
    answer = finds(alex, "cats", lambda found: len(found.stickers) == 4)
    alex.chooses(answer, 2)
    alex.types(f"cats {SECRET}")
    history = filled.services.history
    filled.do(history.record_impressions([Impression("0123456789abcdef", 5, SECRET, (1,) * 100, 100, earlier)]))
    filled.do(history.record_choice(Choice("1:1", 5, 1, SECRET, "0123456789abcdef", 0, earlier)))

    message = mei.asks("/stats", lambda seen: bool(seen.photo))

    picture = Image.open(io.BytesIO(page.picture(message.photo)))
    assert (picture.format, picture.width) == ("PNG", 1280)
    asked = len(filled.do(filled.services.history.record_of(alex.id)).impressions)
    assert asked >= 2
    assert figures(message.text) == {
        "🔵": (f"{asked}", f"{asked + 1}"),
        "🟠": ("1", "2"),
        "🟢": (f"{round(100 / asked)} %", f"{round(200 / (asked + 1))} %"),
        "🟣": ("3.0", "2.0"),
        "👥": ("1", "2"),
    }
    assert f"页数：{asked} / {asked + 2}" in message.text
    for private in (SECRET, "Alex", str(alex.id), "cats"):
        assert private not in message.text


def test_an_english_admin_reads_the_same_in_english(start_bot, alex, world, make_pack, finds):
    start_bot(admin_ids=(alex.id,))
    world.add_pack(make_pack("Cats_by_test", ["😀"]))
    alex.writes("/addset Cats_by_test")
    alex.chooses(finds(alex, "cats", lambda found: found.stickers), 0)
    text = alex.asks("/stats", lambda seen: bool(seen.photo)).text
    assert text.startswith("In the last 7 / 30 days\n🔵 queries answered: ")
    assert "👥 people who chose: 1 / 1\n\nNow\n🗂 1 sets with 1 stickers" in text


def test_inline_queries_are_answered_while_the_picture_is_drawn(filled, mei, alex, finds, monkeypatch):
    finds(alex, "cats", lambda found: found.stickers)
    drawing, may_end = threading.Event(), threading.Event()
    teller = filled.services.usage_teller
    paint = teller._painter.paint

    def slowly(days):
        drawing.set()
        assert may_end.wait(30)
        return paint(days)

    monkeypatch.setattr(teller, "_painter", type("Slow", (), {"paint": staticmethod(slowly)}))
    mei.writes("/stats")
    assert drawing.wait(15)
    assert alex.types("cats").stickers
    assert filled.do(asyncio.sleep(0, "the loop turns")) == "the loop turns"
    may_end.set()
    assert mei.waits_for(lambda seen: bool(seen.photo))
