"""The chat page in a real browser, with the whole bot behind it."""

import os
import shutil

import pytest

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SECONDS = 15_000


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        message = "there is no Chromium on the PATH: install it to run the tests of the chat page"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def window(browser, server):
    """The page; what the browser complains of fails the test."""
    context = browser.new_context(viewport={"width": 1360, "height": 860})
    context.set_default_timeout(SECONDS)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: message.type in {"error", "warning"} and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.url)
    page.get_by_test_id("person-1001").click()
    yield page
    assert complaints == []
    context.close()


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Faces_by_test", ["😂", "😭", "🎉"] + ["😀"] * 60, title="Faces"))
    mei.writes("/addset Faces_by_test")
    mei.waits_for("63 张", timeout=60)
    finds(mei, "😭", lambda answer: answer.stickers)
    return bot


def kind(window, query):
    """Type into the composer, and wait for the panel."""
    window.get_by_test_id("composer").fill(query)
    window.get_by_test_id("panel-sticker").first.wait_for()
    return window.get_by_test_id("panel-sticker")


def become(window, person):
    """Switch to another person and wait until the page is theirs."""
    window.get_by_test_id(f"person-{person}").click()
    window.wait_for_function("document.documentElement.lang.startsWith('en')")


def test_a_feeling_is_typed_a_sticker_clicked_and_it_comes_first_next_time(filled, window):
    cells = kind(window, "@persrv_bot 想哭")
    wanted = cells.first.get_attribute("data-id")
    cells.first.click()
    sent = window.get_by_test_id("message-sticker").last
    sent.wait_for()
    assert sent.get_attribute("data-id") == wanted
    assert "来自 @persrv_bot" in window.get_by_test_id("message").last.inner_text()
    assert window.get_by_test_id("composer").input_value() == ""
    kind(window, "@persrv_bot ")
    first = window.locator(f'[data-testid="panel-sticker"][data-position="0"][data-id="{wanted}"]')
    first.wait_for()


def test_scrolling_down_brings_the_next_page_without_a_repeat(filled, window):
    cells = kind(window, "@persrv_bot faces")
    last = window.locator('[data-testid="panel-sticker"][data-position="62"]')
    for _ in range(20):
        window.locator("[data-part=scroller]").evaluate("element => element.scrollTo(0, 1e6)")
        if last.count():
            break
        window.wait_for_timeout(250)
    ids = cells.evaluate_all("found => found.map(one => one.dataset.id)")
    assert len(ids) == len(set(ids)) == 63


def test_the_page_says_why_the_order_is_as_it_is(filled, window):
    kind(window, "@persrv_bot 派对")
    window.get_by_test_id("explain-toggle").click()
    window.get_by_test_id("explain-row").first.wait_for()
    assert "派对" in window.get_by_test_id("explain-panel").inner_text()


def test_the_page_speaks_the_language_of_the_person(filled, window):
    assert window.evaluate("document.documentElement.lang").startswith("zh")
    become(window, 1002)
    assert "You are" in window.inner_text("body")


def test_words_that_find_nothing_lead_to_the_private_chat(filled, window):
    become(window, 1002)
    window.get_by_test_id("composer").fill("@persrv_bot qwxzzk")
    window.get_by_test_id("panel-private").click()
    window.get_by_text("I found nothing for that").first.wait_for()


def test_a_sticker_sent_in_the_private_chat_adds_its_set(filled, world, make_pack, window):
    world.add_pack(make_pack("Cats_by_test", ["🐱", "😺"], title="Cats"))
    become(window, 1002)
    window.get_by_test_id("chat-1002").click()
    window.get_by_test_id("stickers").click()
    window.get_by_test_id("pack-Cats_by_test").click()
    window.get_by_test_id("picker-sticker").first.click()
    window.get_by_text("2 stickers").first.wait_for()


def test_what_a_person_writes_is_never_markup(filled, mei, window):
    mei.writes("<img src=x onerror=alert(1)>", chat=-100500)
    window.get_by_text("<img src=x onerror=alert(1)>").first.wait_for()
