"""The chat page in a real browser, with the whole bot behind it."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def filled(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Faces_by_test", ["😂", "😭", "🎉"] + ["😀"] * 60, title="Faces"))
    mei.writes("/addset Faces_by_test")
    mei.waits_for("63 张", timeout=60)
    finds(mei, "😭", lambda answer: answer.stickers)
    return bot


def cells(window):
    return window.get_by_test_id("panel-sticker")


def cell(window, place):
    return window.locator(f'[data-testid="panel-sticker"][data-position="{place}"]')


def ask(window, query):
    """Type it as a person does, after `@persrv_bot `; returns when there are stickers."""
    composer = window.get_by_test_id("composer")
    composer.fill("")
    composer.press_sequentially(f"@persrv_bot {query}")
    expect(cell(window, 0)).to_be_visible()
    expect(window.get_by_test_id("panel")).not_to_have_class(re.compile("busy"))


def become(window, person):
    window.get_by_test_id(f"person-{person}").click()
    expect(window.get_by_test_id(f"person-{person}")).to_have_attribute("aria-checked", "true")


def open_private_chat(window, person):
    window.get_by_test_id(f"chat-{person}").click()
    expect(window.get_by_test_id(f"chat-{person}")).to_have_attribute("aria-current", "true")


def say(window, text):
    window.get_by_test_id("composer").fill(text)
    window.get_by_test_id("send").click()


def test_a_feeling_is_typed_a_sticker_clicked_and_it_comes_first_next_time(filled, window):
    ask(window, "想哭")
    wanted = cell(window, 0).get_attribute("data-id")
    ask(window, "")
    assert cell(window, 0).get_attribute("data-id") != wanted
    ask(window, "想哭")
    cell(window, 0).click()
    expect(window.get_by_test_id("message-sticker").last).to_have_attribute("data-id", wanted)
    expect(window.get_by_test_id("message").last).to_contain_text("来自 @persrv_bot")
    expect(window.get_by_test_id("composer")).to_have_value("")
    expect(window.get_by_test_id("panel")).to_be_hidden()
    ask(window, "")
    expect(cell(window, 0)).to_have_attribute("data-id", wanted)


def test_what_is_typed_while_a_choice_is_on_its_way_stays(filled, window):
    held = []
    window.route("**/api/choose", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks its handlers
    ask(window, "party")
    cell(window, 0).click()
    window.get_by_test_id("composer").fill("and another thing")
    with window.expect_response("**/api/choose"):
        held[0].continue_()
    expect(window.get_by_test_id("message-sticker").last).to_be_visible()
    window.wait_for_timeout(200)  # long enough for the page to act on the response, were it to clear the line
    expect(window.get_by_test_id("composer")).to_have_value("and another thing")


def test_a_sticker_is_chosen_with_the_keyboard_alone(filled, window):
    ask(window, "faces")
    window.keyboard.press("ArrowDown")
    window.keyboard.press("ArrowRight")
    window.keyboard.press("ArrowRight")
    expect(cell(window, 2)).to_have_attribute("aria-selected", "true")
    wanted = cell(window, 2).get_attribute("data-id")
    window.keyboard.press("Enter")
    expect(window.get_by_test_id("message-sticker").last).to_have_attribute("data-id", wanted)


def test_each_person_sees_the_order_of_their_own_and_the_chat_of_all(filled, window):
    ask(window, "派对")
    mine = cell(window, 0).get_attribute("data-id")
    cell(window, 0).click()
    expect(window.get_by_test_id("message-sticker").last).to_have_attribute("data-id", mine)
    ask(window, "")
    expect(cell(window, 0)).to_have_attribute("data-id", mine)
    window.get_by_test_id("explain-toggle").click()
    expect(window.get_by_test_id("explain-row").first).to_contain_text("最近用过")
    become(window, 1002)
    # The same words, asked by somebody else who has used nothing yet.
    expect(window.get_by_test_id("composer")).to_have_value("@persrv_bot ")
    expect(window.get_by_test_id("explain-panel")).to_contain_text("For Alex")
    expect(window.get_by_test_id("explain-row").first).not_to_contain_text("recently used")
    expect(window.get_by_test_id("message-sticker").last).to_have_attribute("data-id", mine)


def test_scrolling_down_brings_the_next_page_without_a_repeat(filled, window):
    ask(window, "faces")
    window.locator("[data-part=scroller]").hover()
    for _ in range(40):
        window.mouse.wheel(0, 600)
        if cell(window, 62).count():
            break
        window.wait_for_timeout(250)
    ids = cells(window).evaluate_all("found => found.map(one => one.dataset.id)")
    assert len(ids) == len(set(ids)) == 63


def test_the_page_says_why_the_order_is_as_it_is(filled, window):
    ask(window, "派对")
    window.get_by_test_id("explain-toggle").click()
    expect(window.get_by_test_id("explain-row").first).to_be_visible()
    panel = window.get_by_test_id("explain-panel")
    expect(panel).to_contain_text("Mei 的查询： 派对")
    expect(panel.locator(".token", has_text="派对").first).to_be_visible()
    expect(window.get_by_test_id("explain-row")).to_have_count(cells(window).count())
    in_panel = cells(window).evaluate_all("found => found.map(one => one.dataset.id)")
    explained = window.get_by_test_id("explain-row").evaluate_all("found => found.map(one => one.dataset.id)")
    assert explained == in_panel
    expect(window.get_by_test_id("explain-row").first.get_by_role("img").first).to_be_visible()
    window.get_by_test_id("explain-toggle").click()
    expect(panel).to_be_hidden()


def test_the_page_says_whose_pick_a_place_is_and_which_one_is_tried_out(
    start_bot, world, make_pack, mei, alex, finds, window
):
    bot = start_bot(compare_with="persrv", compare_share=1.0, explore_share=1.0, plus_memory=100.0)
    world.add_pack(make_pack("Faces_by_test", ["😀"] * 60, title="Faces"))
    mei.writes("/addset Faces_by_test")
    mei.waits_for("60 张", timeout=60)
    bot.do(bot.services.explorer.load())
    faces = [sticker.id for sticker in mei._client.pack("Faces_by_test")]
    for person, face in ((mei, 7), (alex, 2), (alex, 2)):
        answer = finds(person, "😀", lambda answer: len(answer.stickers) == 50)
        person.chooses(answer, answer.sticker_ids.index(faces[face]))
    finds(mei, "😀", lambda answer: set(answer.sticker_ids[:2]) == {faces[2], faces[7]}, seconds=30)
    ask(window, "😀")
    window.get_by_test_id("explain-toggle").click()
    rows = window.get_by_test_id("explain-row")
    expect(rows.locator(".reason-exploring")).to_have_text(["试推"])
    picks = rows.get_by_test_id("explain-pick")
    assert sorted(picks.all_text_contents()[:2]) == ["persrv", "persrv-plus"]
    expect(picks).to_have_count(49)


def test_the_page_speaks_chinese_to_mei_and_english_to_alex(filled, window):
    expect(window.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    expect(window.locator("#you-are")).to_have_text("你是")
    become(window, 1002)
    expect(window.locator("html")).to_have_attribute("lang", re.compile("^en"))
    expect(window.locator("#you-are")).to_have_text("You are")
    open_private_chat(window, 1002)
    window.get_by_test_id("start").click()
    expect(window.get_by_text("Hello! I find the sticker you mean.").first).to_be_visible()


def test_a_feeling_typed_to_the_bot_is_asked_in_the_other_chat_by_a_button(filled, window):
    become(window, 1002)
    open_private_chat(window, 1002)
    say(window, "party")
    window.get_by_role("button", name="Try it in another chat").click()
    expect(window.get_by_test_id("chat--100500")).to_have_attribute("aria-current", "true")
    expect(window.get_by_test_id("composer")).to_have_value("@persrv_bot party")
    expect(cell(window, 0)).to_be_visible()


def test_the_command_menu_says_what_the_bot_told_of_each_command(filled, mei, alex, window):
    for person, does in ((mei, "自己的贴纸包：优先、仅限，或一视同仁"), (alex, "Your own packs: first, alone")):
        person.menu(until=lambda found: "mine" in found)
        become(window, person.id)
        open_private_chat(window, person.id)
        window.get_by_test_id("composer").fill("/mi")
        expect(window.locator("#menu")).to_contain_text(f"/mine{does}")
        window.get_by_test_id("composer").fill("")


def test_the_command_menu_is_the_bots_also_where_the_page_was_there_first(server, window, start_bot, alex):
    become(window, 1002)
    open_private_chat(window, 1002)
    window.locator("#commands").click()
    expect(window.locator("#menu")).to_contain_text("/packsThe packs it searches")
    start_bot()
    alex.menu()
    window.locator("#commands").click()
    window.locator("#commands").click()
    expect(window.locator("#menu")).to_contain_text("/packsThe sticker sets it knows")


def test_a_sticker_is_called_by_its_emoji_and_its_sets_title(filled, window):
    ask(window, "想哭")
    expect(cell(window, 0)).to_have_attribute("aria-label", "😭 Faces")
    window.get_by_test_id("composer").fill("")
    window.get_by_test_id("chat-1001").click()
    window.locator("#stickers").click()
    expect(window.locator("#picker .cell").first).to_have_attribute("aria-label", "😂 Faces")


def test_words_that_find_nothing_lead_to_the_private_chat(filled, window):
    become(window, 1002)
    window.get_by_test_id("composer").fill("@persrv_bot qwxzzk")
    window.get_by_test_id("panel-private").click()
    expect(window.get_by_text("I found nothing for that").first).to_be_visible()


def test_a_sticker_sent_in_the_private_chat_adds_its_set_and_the_progress_ends(filled, world, make_pack, window):
    world.add_pack(make_pack("Cats_by_test", ["🐱", "😺", "😸", "😹"], title="Cats"))
    world.delay("getFile", 0.5)
    become(window, 1002)
    open_private_chat(window, 1002)
    window.get_by_test_id("stickers").click()
    window.get_by_test_id("pack-Cats_by_test").click()
    window.get_by_test_id("picker-sticker").first.click()
    answer = window.get_by_test_id("message").last
    expect(answer).to_contain_text("Fetching")
    expect(answer).to_contain_text("Cats is here: 4 stickers")
    # One message, edited: no report on the way is left behind.
    expect(window.get_by_test_id("message").filter(has_text="Fetching")).to_have_count(0)
    ask(window, "cats")
    expect(cells(window)).to_have_count(4)


def test_forgetme_asks_by_buttons_and_erases_at_yes(filled, window):
    become(window, 1002)
    ask(window, "party")
    mine = cell(window, 0).get_attribute("data-id")
    cell(window, 0).click()
    ask(window, "")
    expect(cell(window, 0)).to_have_attribute("data-id", mine)
    open_private_chat(window, 1002)

    say(window, "/forgetme")
    window.get_by_role("button", name="Keep it").click()
    expect(window.get_by_text("Nothing was erased.").first).to_be_visible()
    expect(window.get_by_role("button", name="Erase it all")).to_have_count(0)

    say(window, "/forgetme")
    window.get_by_role("button", name="Erase it all").click()
    expect(window.get_by_text("Erased: 1 choices").first).to_be_visible()
    window.get_by_test_id("explain-toggle").click()
    ask(window, "")
    expect(window.get_by_test_id("explain-row").first).not_to_contain_text("recently used")


def test_what_a_person_writes_is_never_markup(filled, mei, window):
    mei.writes("<img src=x onerror=alert(1)>", chat=-100500)
    expect(window.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()
    expect(window.locator("#messages img[src=x]")).to_have_count(0)


def test_a_bot_that_is_away_is_told_and_asked_again(filled, server, window):
    filled.stop()
    window.get_by_test_id("composer").fill("@persrv_bot 笑")
    expect(window.locator(".panel-note")).to_contain_text("机器人没有运行")
    expect(window.get_by_role("button", name="重试")).to_be_visible()


def test_the_newest_message_stays_in_sight_above_the_panel(filled, mei, window):
    for number in range(30):
        mei.writes(f"line {number}", chat=-100500)
    newest = window.get_by_test_id("message").filter(has_text="line 29")
    expect(newest).to_be_visible()
    ask(window, "faces")
    bottom, top = newest.bounding_box(), window.get_by_test_id("panel").bounding_box()
    assert bottom["y"] + bottom["height"] <= top["y"]


def test_the_page_tells_what_an_own_pack_adds_to_a_score(filled, window, mei):
    mei.asks("/mine prefer")
    ask(window, "派对")
    window.get_by_test_id("explain-toggle").click()
    first = window.get_by_test_id("explain-row").first
    expect(first.get_by_test_id("explain-formula")).to_contain_text("自己的包 +100 %")
    expect(first.get_by_test_id("explain-formula")).not_to_contain_text("风格")
    expect(first).to_contain_text("你自己的包")
