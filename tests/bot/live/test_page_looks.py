"""How the chat page looks: nothing is cut off, and every text stands out from what is behind it."""

import io

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect

from bot.sandbox.model import FRIENDS
from tests.bot.live.conftest import TOKEN
from tests.bot.live.test_page import ask, become, cell, open_private_chat

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


CONTRASTS = """
() => {
  // Every colour as sRGB, painted: color-mix() and names are the browser's to work out.
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
    .getContext("2d", { willReadFrequently: true });
  const read = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return { rgb: [r, g, b], alpha: a / 255 };
  };
  const over = (top, below, alpha = top.alpha) => top.rgb.map((value, i) => value * alpha + below[i] * (1 - alpha));
  // The worst that a gradient comes to: its lightest colour under light text.
  const lightest = getComputedStyle(document.documentElement).getPropertyValue("--paper-3");
  const behind = (element) => {
    if (element.id === "middle") return read(lightest).rgb;
    const own = read(getComputedStyle(element).backgroundColor);
    return own.alpha === 1 || !element.parentElement ? own.rgb : over(own, behind(element.parentElement));
  };
  const seen = (element) =>
    element === document.body ? 1 : seen(element.parentElement) * Number(getComputedStyle(element).opacity);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (!text || !element.checkVisibility({ visibilityProperty: true })) continue;
    const below = behind(element);
    const color = read(getComputedStyle(element).color);
    const lights = [luminance(over(color, below, color.alpha * seen(element))), luminance(below)];
    const contrast = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    found.push([`${element.tagName.toLowerCase()}.${element.className} ${text.slice(0, 30)}`, contrast]);
  }
  return found;
}
"""
"""Contrast of every visible text with what is behind it (WCAG 2.2, definition of contrast ratio)."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_as_wcag_aa_asks(filled, window, page, mei, theme):
    window.emulate_media(reduced_motion="reduce")  # nothing is half shown
    for person in range(1001, 1005):
        become(window, person)
        ask(window, "想哭")
        cell(window, 0).click()
    first = mei.sees(chat=FRIENDS)[0]
    mei.writes("谢谢", chat=FRIENDS, reply_to=first.id)
    page.person(1004).asks("/mine prefer")  # its weight is told as a style's is
    if theme == "dark":
        window.get_by_role("button", name="Dark theme").click()
    window.get_by_test_id("explain-toggle").click()
    ask(window, "想哭")
    expect(window.locator(".why-row em").first).to_be_visible()
    told = window.evaluate(CONTRASTS)
    window.get_by_test_id("composer").fill("")
    open_private_chat(window, 1004)
    told += window.evaluate(CONTRASTS)
    kinds = {text.split()[0] for text, _ in told}
    assert kinds >= {"h2.", "span.avatar", "span.chat-sender", "span.chat-preview", "time.", "strong.name", "em."}
    assert [f"{text}: {contrast:.2f}" for text, contrast in told if contrast < 4.5] == []
