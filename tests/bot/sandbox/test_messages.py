"""Sending, editing, deleting and buttons, through the client library that the bot uses."""

import asyncio

import httpx
import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from bot.sandbox.client import SandboxClient
from bot.sandbox.world import World

MEI, ALEX, FRIENDS = 1001, 1002, -100500


async def test_html_becomes_entities_for_the_bot_and_the_page(bot: telegram.Bot, people: SandboxClient):
    sent = await bot.send_message(MEI, "  <b>你好</b> 👍 <a href='https://t.me/x?a=1&amp;b=2'>x</a>", parse_mode="HTML")
    assert sent.text == "你好 👍 x"
    assert [(e.type, e.offset, e.length, e.url) for e in sent.entities] == [
        ("bold", 0, 2, None),
        ("text_link", 6, 1, "https://t.me/x?a=1&b=2"),
    ]
    (seen,) = await asyncio.to_thread(people.messages, MEI)
    assert (seen.text, seen.from_bot, seen.sender_name) == ("你好 👍 x", True, "PerSRV")


async def test_wrong_markup_is_refused_with_its_place(bot: telegram.Bot):
    with pytest.raises(BadRequest, match=r'(?i)unsupported start tag "script" at byte offset 4'):
        await bot.send_message(MEI, "字 <script>", parse_mode="HTML")
    with pytest.raises(BadRequest, match=r"(?i)unsupported parse_mode"):
        await bot.send_message(MEI, "x", parse_mode="Markup")


@pytest.mark.parametrize(
    ("values", "status", "reason"),
    [
        ({"text": "x"}, 400, "Bad Request: chat_id is empty"),
        ({"chat_id": 5, "text": "x"}, 400, "Bad Request: chat not found"),
        ({"chat_id": "@nobody", "text": "x"}, 400, "Bad Request: chat not found"),
        ({"chat_id": MEI}, 400, "Bad Request: message text is empty"),
        ({"chat_id": MEI, "text": " \n "}, 400, "Bad Request: message text is empty"),
        ({"chat_id": MEI, "text": "x" * 4097}, 400, "Bad Request: message is too long"),
        (
            {"chat_id": MEI, "text": "x", "reply_parameters": {"message_id": 99}},
            400,
            "Bad Request: message to be replied not found",
        ),
        (
            {
                "chat_id": MEI,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]},
            },
            400,
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            {"chat_id": MEI, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
            400,
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
    ],
)
async def test_what_telegram_refuses_is_refused(raw: httpx.AsyncClient, values, status, reason):
    answer = await raw.post("sendMessage", json=values)
    assert (answer.status_code, answer.json()["description"]) == (status, reason)


async def test_the_longest_text_passes(bot: telegram.Bot):
    sent = await bot.send_message(MEI, "字" * 4096)
    assert len(sent.text) == 4096


async def test_an_edit_is_seen_and_an_edit_that_changes_nothing_is_refused(bot, people: SandboxClient):
    sent = await bot.send_message(MEI, "1 of 3")
    await bot.edit_message_text("2 of 3", MEI, sent.message_id)
    (seen,) = await asyncio.to_thread(people.messages, MEI)
    assert (seen.text, seen.edited) == ("2 of 3", True)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("2 of 3", MEI, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("x", MEI, 999)


async def test_the_bot_edits_only_its_own_messages(bot: telegram.Bot, world: World):
    theirs = world.send_text(MEI, MEI, "mine")
    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await bot.edit_message_text("x", MEI, theirs.id)


async def test_the_bot_deletes_its_own_messages_and_in_private_any(bot: telegram.Bot, world: World):
    own = await bot.send_message(FRIENDS, "x")
    in_group, in_private = world.send_text(MEI, FRIENDS, "a"), world.send_text(MEI, MEI, "b")
    assert await bot.delete_message(FRIENDS, own.message_id)
    assert await bot.delete_message(MEI, in_private.id)
    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await bot.delete_message(FRIENDS, in_group.id)
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(FRIENDS, own.message_id)


async def test_a_pressed_button_reaches_the_bot_and_its_answer_the_person(bot, people: SandboxClient):
    keyboard = InlineKeyboardMarkup(
        [[InlineKeyboardButton("Erase", callback_data="forget:yes"), InlineKeyboardButton("Site", url="https://x.org")]]
    )
    await bot.send_message(MEI, "Sure?", reply_markup=keyboard)
    mei = people.person(MEI)
    message = await asyncio.to_thread(mei.waits_for, "Sure?")
    assert message.button("Site").value == "https://x.org"
    pressed = asyncio.create_task(asyncio.to_thread(mei.presses, message, "Erase"))
    (update,) = await bot.get_updates(timeout=5)
    query = update.callback_query
    assert (query.data, query.from_user.id, query.message.message_id) == ("forget:yes", MEI, message.id)
    await query.answer("Erased.")
    assert await pressed == "Erased."
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query("1", "x")


async def test_a_photo_is_kept_shown_and_downloaded(bot, people: SandboxClient, draw):
    png = draw(1, "PNG")
    sent = await bot.send_photo(MEI, png, caption="<i>style</i>", parse_mode="HTML")
    assert (sent.photo[0].width, sent.photo[0].height, sent.caption) == (48, 32, "style")
    (seen,) = await asyncio.to_thread(people.messages, MEI)
    assert await asyncio.to_thread(people.picture, seen.photo) == png
    file = await bot.get_file(sent.photo[0].file_id)
    assert bytes(await file.download_as_bytearray()) == png
    again = await bot.send_photo(ALEX, sent.photo[0].file_id)
    assert again.photo[0].file_unique_id == sent.photo[0].file_unique_id
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(MEI, b"no picture")
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_photo(MEI, png, caption="x" * 1025)


async def test_a_copy_says_the_same_without_whom_it_is_from(bot: telegram.Bot, people: SandboxClient):
    sent = await bot.send_message(MEI, "<b>news</b> for all", parse_mode="HTML")
    copied = await bot.copy_message(ALEX, MEI, sent.message_id)
    (seen,) = await asyncio.to_thread(people.messages, ALEX)
    assert (seen.id, seen.text, seen.from_bot) == (copied.message_id, "news for all", True)
    with pytest.raises(BadRequest, match="essage to copy not found"):
        await bot.copy_message(ALEX, MEI, 999)


async def test_a_document_keeps_its_name_and_bytes(bot: telegram.Bot):
    sent = await bot.send_document(MEI, b"a,b\r\n--1\r\n\x00\xff", filename="log.csv")
    assert (sent.document.file_name, sent.document.mime_type) == ("log.csv", "text/csv")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a,b\r\n--1\r\n\x00\xff"


async def test_who_blocked_the_bot_gets_nothing(bot: telegram.Bot, world: World):
    world.block(ALEX)
    with pytest.raises(Forbidden, match=r"(?i)bot was blocked by the user"):
        await bot.send_message(ALEX, "x")
    world.block(ALEX, blocked=False)
    assert await bot.send_message(ALEX, "x")


async def test_flood_control_asks_for_a_pause(bot: telegram.Bot, raw: httpx.AsyncClient, world: World):
    world.flood_control = True
    await bot.send_message(MEI, "1")
    answer = await raw.post("sendMessage", json={"chat_id": MEI, "text": "2"})
    assert (answer.status_code, answer.json()["parameters"]) == (429, {"retry_after": 1})
    await bot.send_message(ALEX, "another chat")
    assert [m.body.text for m in world.room.messages(MEI)] == ["1"]


async def test_commands_and_descriptions_are_kept_by_language(bot: telegram.Bot):
    await bot.set_my_commands([("start", "Begin")])
    await bot.set_my_commands([("start", "开始")], language_code="zh")
    assert [c.description for c in await bot.get_my_commands(language_code="zh")] == ["开始"]
    assert [c.description for c in await bot.get_my_commands()] == ["Begin"]
    await bot.set_my_description("What I do")
    assert (await bot.get_my_description("zh")).description == "What I do"
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Wrong Name", "x")])
    assert await bot.send_chat_action(MEI, "typing")
