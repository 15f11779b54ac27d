"""/broadcast: shown first, sent once to everybody who has written to the bot, by the admin who made it alone."""

import re

import pytest

from persrv.domain.moderation import Banned
from tests.bot.live.conftest import until
from tests.bot.live.test_crashes import rows
from tests.bot.live.test_jobs_command import forge

NEWS = "The bot moves on Sunday"


@pytest.fixture
def crowd(page, world):
    """Let so many people in, who have each written to the bot; `crowd(3)`."""

    def come(count, first=2001):
        people = []
        for person_id in range(first, first + count):
            world.add_person(person_id, f"Person {person_id}")
            people.append(page.person(person_id))
            people[-1].asks("/start")
        return people

    return come


def got(person, text=NEWS):
    """The bot's messages to a person that say this."""
    return [message for message in person.sees() if message.from_bot and text in message.text]


def asks_to_send(mei, text=f"/broadcast {NEWS}"):
    """The message with the buttons, after the preview."""
    return mei.asks(text, lambda seen: bool(seen.buttons))


def sends(mei, text=f"/broadcast {NEWS}"):
    shown = asks_to_send(mei, text)
    mei.presses(shown, f"broadcast:send:{number_of(shown)}")
    return shown


def number_of(shown):
    return shown.buttons[0][0].value.rsplit(":", 1)[1]


def ended(mei, shown, words="已发给"):
    return mei.waits_for(lambda seen: seen.id == shown.id and words in seen.text and not seen.buttons, timeout=30).text


def test_it_is_shown_first_with_how_many_people_it_would_reach_and_nobody_gets_it_yet(bot, crowd, mei, alex):
    people = crowd(3)
    shown = asks_to_send(mei)
    preview = next(message for message in mei.sees() if message.from_bot and message.text == NEWS)
    assert preview.id < shown.id
    assert "这条消息将发给 3 人" in shown.text
    assert [button.text for row in shown.buttons for button in row] == ["📣 发给 3 人", "✖ 取消"]
    assert not any(got(person) for person in (*people, alex))


def test_everybody_who_has_written_to_the_bot_gets_it_once_and_the_end_is_told_in_the_same_message(
    bot, crowd, mei, alex, finds
):
    people = crowd(5)
    shown = sends(mei)
    assert ended(mei, shown) == "✅ 已发给 5 人中的 5 人。"
    assert [len(got(person)) for person in people] == [1] * 5
    assert got(alex) == []  # he has never written to it
    assert len(got(mei)) == 1  # her preview


def test_who_has_only_chosen_stickers_in_a_group_is_not_written_to(bot, world, make_pack, crowd, mei, alex, finds):
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    mei.writes("/addset Cats_by_test")
    alex.chooses(finds(alex, "cats", lambda found: found.stickers), 0)
    assert mei.asks(f"/broadcast {NEWS}").text == "没有可发送的人：还没有别人和我私聊过。"
    for command in ("/privacy", "/mydata", "/forgetme"):
        alex.asks(command)
    assert "没有可发送的人" in mei.asks(f"/broadcast {NEWS}").text
    alex.asks("hello")
    ended(mei, sends(mei))
    assert len(got(alex)) == 1


def test_formatting_and_lines_are_kept_and_what_looks_like_markup_is_text(bot, crowd, mei):
    (person,) = crowd(1)
    ended(mei, sends(mei, "/broadcast@persrv_bot  First <b>line</b> & more\n\nsecond"))
    assert [message.text for message in got(person, "First")] == ["First <b>line</b> & more\n\nsecond"]


def test_in_reply_to_a_sticker_everybody_gets_the_sticker(bot, world, make_pack, crowd, mei, page):
    (person,) = crowd(1)
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    sticker = page.pack("Cats_by_test")[0]
    sent = mei.sends_sticker(sticker)
    mei.waits_for("已加入")
    shown = mei._client.wait_for_answer(mei.writes("/broadcast", reply_to=sent.id), lambda seen: bool(seen.buttons))
    mei.presses(shown, f"broadcast:send:{number_of(shown)}")
    ended(mei, shown)
    assert [message.sticker.id for message in person.sees() if message.from_bot and message.sticker] == [sticker.id]


def test_without_a_text_or_a_reply_it_says_how(bot, crowd, mei):
    crowd(1)
    assert "回复这里的一条消息" in mei.asks("/broadcast").text
    assert "回复这里的一条消息" in mei.asks("/broadcast   ").text


def test_what_telegram_does_not_take_is_told_with_its_reason(bot, world, crowd, mei):
    (person,) = crowd(1)
    world.fail_next("sendMessage", 400, "Bad Request: message is too long")
    assert "essage is too long" in mei.asks(f"/broadcast {NEWS}").text
    assert got(person) == []


def test_cancel_drops_it(bot, crowd, world, mei):
    (person,) = crowd(1)
    shown = asks_to_send(mei)
    mei.presses(shown, "取消")
    mei.waits_for("已取消")
    assert "不存在" in forge(world, mei, shown, f"broadcast:send:{number_of(shown)}")
    assert got(person) == []


def test_send_that_is_pressed_twice_sends_once(bot, crowd, world, mei):
    people = crowd(2)
    world.delay("copyMessage", 0.5)
    shown = sends(mei)
    mei.waits_for(lambda seen: seen.id == shown.id and f"broadcast:send:{number_of(shown)}" not in str(seen.buttons))
    assert "已经在发送了" in forge(world, mei, shown, f"broadcast:send:{number_of(shown)}")
    world.delay("copyMessage", 0)
    ended(mei, shown)
    assert [len(got(person)) for person in people] == [1, 1]


def test_an_old_previews_button_does_not_send_a_new_one(bot, crowd, world, mei):
    (person,) = crowd(1)
    old = asks_to_send(mei, "/broadcast Old")
    asks_to_send(mei, "/broadcast New")
    assert "不存在" in mei.presses(old, f"broadcast:send:{number_of(old)}")
    assert got(person, "Old") == got(person, "New") == []


def test_another_admin_cannot_send_or_stop_it(start_bot, world, crowd, mei, alex):
    start_bot(admin_ids=(mei.id, alex.id))
    (person,) = crowd(1)
    shown = asks_to_send(mei)
    hello = alex.asks("/forgetme")
    for action in ("send", "stop"):
        said = forge(world, alex, hello, f"broadcast:{action}:{number_of(shown)}")
        assert said == "Another admin has made this one."
    assert got(person) == []
    ended(mei, sends(mei))


def test_who_has_blocked_the_bot_is_counted_and_not_written_to_again(bot, world, crowd, mei):
    people = crowd(3)
    world.block(people[1].id)
    assert ended(mei, sends(mei)).splitlines() == [
        "✅ 已发给 3 人中的 2 人。",
        "1 人屏蔽了我或账号已注销，以后不再发给他们。",
    ]
    assert "这条消息将发给 2 人" in asks_to_send(mei).text
    world.block(people[1].id, blocked=False)
    people[1].asks("/start")
    assert "这条消息将发给 3 人" in asks_to_send(mei).text


def test_a_banned_person_gets_nothing(bot, crowd, mei):
    people = crowd(2)
    bot.do(bot.services.moderation.ban(Banned.person(people[0].id), by=mei.id))
    people[0].asks("hello")  # to be turned away is not to be noted
    assert ended(mei, sends(mei)) == "✅ 已发给 1 人中的 1 人。"
    assert got(people[0]) == []


def test_a_429_is_waited_out_and_everybody_gets_it_once(bot, world, crowd, mei):
    people = crowd(4)
    world.fail_next("copyMessage", 429, "Too Many Requests: retry after 1", retry_after=1, times=2)
    assert ended(mei, sends(mei)) == "✅ 已发给 4 人中的 4 人。"
    assert [len(got(person)) for person in people] == [1] * 4
    assert len(world.calls_of("copyMessage")) == 6


@pytest.mark.parametrize("processed", [True, False])
def test_an_answer_that_was_lost_on_the_way_is_told_and_nobody_gets_it_twice(bot, world, crowd, mei, processed):
    people = crowd(3)
    world.drop_next("copyMessage", processed=processed)
    assert ended(mei, sends(mei)).splitlines() == [
        "✅ 已发给 3 人中的 2 人。",
        "1 人可能收到也可能没有（连接中断），不会重复发给他们。",
    ]
    assert sum(len(got(person)) for person in people) == (3 if processed else 2)
    assert max(len(got(person)) for person in people) == 1


def test_stop_ends_it_where_it_is_also_while_it_waits_out_a_429(bot, world, crowd, mei):
    people = crowd(3)
    world.fail_next("copyMessage", 429, "Too Many Requests: retry after 3000", retry_after=3000)
    shown = sends(mei)
    until(lambda: world.calls_of("copyMessage"))
    mei.presses(shown, f"broadcast:stop:{number_of(shown)}")
    assert ended(mei, shown) == "■ 已停止。已发给 3 人中的 0 人。"
    assert not any(got(person) for person in people)


def test_deleting_the_preview_ends_it(bot, world, crowd, mei):
    crowd(2)
    shown = asks_to_send(mei)
    preview = next(message for message in mei.sees() if message.from_bot and message.text == NEWS)
    bot.do(_delete(bot, preview))
    mei.presses(shown, f"broadcast:send:{number_of(shown)}")
    assert "被删除了" in ended(mei, shown)


async def _delete(bot, message):
    import httpx

    token = bot.settings.bot_token.get_secret_value()
    async with httpx.AsyncClient(base_url=bot.settings.telegram_api_url, trust_env=False) as client:
        what = {"chat_id": message.chat, "message_id": message.id}
        assert (await client.post(f"/bot{token}/deleteMessage", json=what)).is_success


def test_inline_answers_and_other_messages_pass_a_broadcast_that_waits_for_telegram(
    bot, world, make_pack, crowd, mei, alex, finds
):
    crowd(2)
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    mei.writes("/addset Cats_by_test")
    finds(alex, "cats", lambda found: found.stickers)
    world.fail_next("copyMessage", 429, "Too Many Requests: retry after 3000", retry_after=3000)
    shown = sends(mei)
    until(lambda: world.calls_of("copyMessage"))
    assert alex.types("cats").stickers
    assert alex.asks("/packs").text
    assert len(world.calls_of("copyMessage")) == 1
    mei.presses(shown, f"broadcast:stop:{number_of(shown)}")
    ended(mei, shown)


def test_progress_is_told_in_the_message_with_the_button_that_stops_it(bot, world, crowd, mei):
    crowd(4)
    world.delay("copyMessage", 0.9)
    shown = sends(mei)
    further = re.compile("正在发送：[123] / 4")
    told = mei.waits_for(lambda seen: seen.id == shown.id and bool(further.match(seen.text[2:])), timeout=30)
    assert [button.text for row in told.buttons for button in row] == ["■ 停止"]
    ended(mei, shown)


def test_a_restart_goes_on_and_nobody_gets_it_twice(start_bot, world, crowd, mei):
    first = start_bot()
    people = crowd(8)
    world.delay("copyMessage", 0.4)
    shown = sends(mei)
    until(lambda: sum(len(got(person)) for person in people) >= 2)
    first.stop()
    world.delay("copyMessage", 0)
    assert sum(len(got(person)) for person in people) < 8
    start_bot()
    # Who was being tried has been waited for: nobody is in doubt.
    assert ended(mei, shown) == "✅ 已发给 8 人中的 8 人。"
    assert [len(got(person)) for person in people] == [1] * 8


@pytest.mark.slow
def test_a_kill_goes_on_and_nobody_gets_it_twice(start_process, settings, world, crowd, mei):
    process = start_process()
    until(lambda: world.calls_of("getUpdates"))
    people = crowd(12)
    shown = sends(mei)
    for count in (2, 6):
        until(lambda count=count: sum(len(got(person)) for person in people) >= count)
        process.kill()
        process.wait()
        process = start_process()
    text = ended(mei, shown)
    counts = [len(got(person)) for person in people]
    assert max(counts) == 1
    # A kill leaves one in doubt at most, who may have it or not.
    assert sum(counts) >= 10
    assert text.startswith("✅ 已发给 12 人中的 1")
    until(lambda: rows(settings, "SELECT count(*) FROM broadcast_recipients") == [(0,)])  # forgotten after it is told


def test_the_broadcast_of_somebody_who_is_an_admin_no_longer_is_dropped(start_bot, world, settings, crowd, mei):
    first = start_bot()
    people = crowd(3)
    world.fail_next("copyMessage", 429, "Too Many Requests: retry after 3000", retry_after=3000)
    sends(mei)
    until(lambda: world.calls_of("copyMessage"))
    first.stop()
    second = start_bot(admin_ids=(1,))
    until(lambda: second.do(second.services.broadcasts.under_way()) is None)
    assert not any(got(person) for person in people)


def test_forgetme_ends_being_written_to(bot, crowd, mei, settings):
    people = crowd(2)
    people[0].presses(people[0].asks("/forgetme"), "Erase it all")
    people[0].waits_for("Erased", timeout=30)
    assert ended(mei, sends(mei)) == "✅ 已发给 1 人中的 1 人。"
    assert got(people[0]) == []
