"""How the chat page looks: nothing is cut off, and every text stands out from what is behind it."""

import io

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.bot.live.conftest import TOKEN
from tests.bot.live.test_page import become, open_private_chat

pytestmark = pytest.mark.browser


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Faces_by_test", ["😂", "😭", "🎉"], title="Faces"))
    mei.writes("/addset Faces_by_test")
    mei.waits_for("3 张")
    finds(mei, "😭", lambda answer: answer.stickers)
    return bot


def test_all_lines_of_a_caption_begin_at_the_same_place_and_the_time_is_in_the_last(filled, server, window):
    become(window, 1002)
    open_private_chat(window, 1002)
    picture = io.BytesIO()
    Image.new("RGB", (600, 300), "navy").save(picture, "PNG")
    sent = httpx.post(
        f"{server.url}/bot{TOKEN}/sendPhoto",
        data={"chat_id": 1002, "caption": "Your styles\n1. 60 %\n2. 40 %"},
        files={"photo": ("styles.png", picture.getvalue())},
    )
    assert sent.json()["ok"]
    caption = window.locator(".with-photo .text")
    expect(caption).to_be_visible()
    lines = caption.evaluate(
        """(element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return [...range.getClientRects()].filter(({ width }) => width > 0).map(({ left, bottom }) => [left, bottom]);
        }"""
    )
    assert len(lines) == 3
    assert len({left for left, _ in lines}) == 1
    time = window.locator(".with-photo .meta").bounding_box()
    assert time["y"] < lines[-1][1]


def test_a_narrow_page_shows_a_long_query_whole_and_one_line_of_text_as_one(filled, window):
    become(window, 1002)
    open_private_chat(window, 1002)
    window.set_viewport_size({"width": 320, "height": 700})
    composer = window.get_by_test_id("composer")
    composer.fill("")
    empty = composer.bounding_box()["height"]
    composer.fill("A text of one line")
    assert composer.bounding_box()["height"] == empty
    composer.fill("@persrv_bot " + "qx" * 80)
    note = window.locator(".panel-note strong")
    expect(note).to_contain_text("No sticker for")
    panel, box = window.get_by_test_id("panel").bounding_box(), note.bounding_box()
    assert panel["x"] <= box["x"]
    assert box["x"] + box["width"] <= panel["x"] + panel["width"]
