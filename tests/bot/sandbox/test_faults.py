"""What a test makes go wrong, goes wrong."""

import time

import httpx
import pytest
import telegram
from telegram.error import BadRequest, NetworkError

from bot.sandbox.world import World

MEI = 1001


def said(world: World) -> list[str]:
    return [message.body.text for message in world.room.messages(MEI)]


async def test_the_next_requests_fail_as_planned_and_then_work(bot: telegram.Bot, world: World):
    world.fail_next("sendMessage", 400, "Bad Request: no luck", times=2)
    for _ in range(2):
        with pytest.raises(BadRequest, match=r"(?i)no luck"):
            await bot.send_message(MEI, "x")
    await bot.send_message(MEI, "y")
    assert said(world) == ["y"]


async def test_a_planned_429_carries_its_pause(raw: httpx.AsyncClient, world: World):
    world.fail_next("sendmessage", 429, "Too Many Requests: retry after 7", retry_after=7)
    answer = await raw.post("sendMessage", json={"chat_id": MEI, "text": "x"})
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }


async def test_a_dropped_request_has_no_effect_unless_only_its_answer_is_lost(bot, world: World):
    world.drop_next("sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(MEI, "lost")
    world.drop_next("sendMessage", processed=True)
    with pytest.raises(NetworkError):
        await bot.send_message(MEI, "sent")
    await bot.send_message(MEI, "fine")
    assert said(world) == ["sent", "fine"]


async def test_a_method_can_be_slow(bot: telegram.Bot, world: World):
    world.delay("getMe", 0.3)
    began = time.monotonic()
    await bot.get_me()
    assert time.monotonic() - began >= 0.3
    world.delay("getMe", 0)
    began = time.monotonic()
    await bot.get_me()
    assert time.monotonic() - began < 0.3


async def test_the_log_tells_what_the_bot_asked(bot: telegram.Bot, world: World):
    await bot.send_message(MEI, "x", reply_parameters=None, disable_notification=True)
    await bot.get_sticker_set("Cats_by_test")
    assert [call.method for call in world.calls] == ["getMe", "sendMessage", "getStickerSet"]
    (call,) = world.calls_of("SENDMESSAGE")
    method, params = call
    assert (method, params["chat_id"], call.decoded("disable_notification")) == ("sendMessage", "1001", True)
