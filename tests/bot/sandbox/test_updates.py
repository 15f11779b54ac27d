"""Bot API getUpdates: what is not acknowledged comes again."""

import asyncio
import time

import httpx
import pytest
import telegram
from telegram.error import Conflict, InvalidToken, NetworkError

from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World

MEI, FRIENDS = 1001, -100500


def texts(updates: tuple[telegram.Update, ...]) -> list[str]:
    return [str(update.message.text) for update in updates if update.message]


def wait_for_poll(world: World) -> None:
    until = time.monotonic() + 5
    while not world.updates.polled_now:
        assert time.monotonic() < until, "the bot did not ask for updates"
        time.sleep(0.005)


async def test_an_update_that_is_not_acknowledged_is_delivered_again(bot: telegram.Bot, world: World):
    world.send_text(MEI, MEI, "one")
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert texts(first) == texts(again) == ["one"]
    assert first[0].update_id == again[0].update_id


async def test_an_offset_acknowledges_everything_before_it(bot: telegram.Bot, world: World):
    for text in ("one", "two", "three"):
        world.send_text(MEI, MEI, text)
    first = await bot.get_updates(limit=1)
    assert texts(first) == ["one"]
    assert texts(await bot.get_updates(offset=first[0].update_id + 1)) == ["two", "three"]
    assert texts(await bot.get_updates()) == ["two", "three"]


async def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest(bot: telegram.Bot, world: World):
    for text in ("one", "two", "three"):
        world.send_text(MEI, MEI, text)
    assert texts(await bot.get_updates(offset=-2)) == ["two", "three"]
    assert texts(await bot.get_updates()) == ["two", "three"]


async def test_update_ids_grow_by_one_and_start_anywhere(make_pack):
    worlds = [World("1:a") for _ in range(2)]
    ids = []
    for made in worlds:
        made.send_text(MEI, MEI, "one")
        made.send_text(MEI, MEI, "two")
        ids.append([update.id for update in made.updates.take(0, 10)])
    assert all(second == first + 1 for first, second in ids)
    assert ids[0] != ids[1]


async def test_a_long_poll_returns_as_soon_as_there_is_something(bot: telegram.Bot, world: World):
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.to_thread(wait_for_poll, world)
    began = time.monotonic()
    await asyncio.to_thread(world.send_text, MEI, MEI, "now")
    assert texts(await poll) == ["now"]
    assert time.monotonic() - began < 1.0


async def test_a_long_poll_without_news_returns_nothing_when_its_time_is_over(raw: httpx.AsyncClient):
    began = time.monotonic()
    answer = await raw.post("getUpdates", data={"timeout": 1})
    assert answer.json() == {"ok": True, "result": []}
    assert 0.9 < time.monotonic() - began < 5


async def test_a_second_poller_ends_the_first_one_with_409(bot: telegram.Bot, raw, world: World):
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.to_thread(wait_for_poll, world)
    assert (await raw.post("getUpdates")).status_code == 200
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first


async def test_only_kinds_that_were_asked_for_are_queued_and_the_wish_is_remembered(bot, world: World):
    await bot.get_updates(allowed_updates=["inline_query"])
    await bot.get_updates()
    world.send_text(MEI, MEI, "lost")
    asked = world.open_inline_query(MEI, "笑")
    (update,) = await bot.get_updates()
    assert update.inline_query.id == asked.id
    await bot.get_updates(allowed_updates=[])
    world.send_text(MEI, MEI, "seen")
    assert texts(await bot.get_updates()) == ["seen"]


async def test_a_test_can_deliver_an_acknowledged_update_again(bot: telegram.Bot, world: World):
    world.send_text(MEI, MEI, "one")
    (update,) = await bot.get_updates()
    assert await bot.get_updates(offset=update.update_id + 1) == ()
    world.redeliver(update.update_id)
    assert texts(await bot.get_updates(offset=update.update_id + 1)) == ["one"]
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_group_tells_the_bot_only_what_concerns_it(bot: telegram.Bot, world: World):
    said = await bot.send_message(FRIENDS, "hello")
    world.send_text(MEI, FRIENDS, "just talking")
    world.send_text(MEI, FRIENDS, "/start@other_bot")
    world.send_sticker(MEI, FRIENDS, next(iter(world.sets)).stickers[0].file.unique_id)
    world.send_text(MEI, FRIENDS, "/start")
    world.send_text(MEI, FRIENDS, "/help@PerSRV_bot now")
    world.send_text(MEI, FRIENDS, "I mean you", reply_to=said.message_id)
    assert texts(await bot.get_updates()) == ["/start", "/help@PerSRV_bot now", "I mean you"]


async def test_a_command_is_marked_in_utf16_units(bot: telegram.Bot, world: World):
    world.send_text(MEI, MEI, "👍 /addset Cats https://t.me/addstickers/Cats")
    (update,) = await bot.get_updates()
    command, link = update.message.entities
    assert (command.type, command.offset, command.length) == ("bot_command", 3, 7)
    assert update.message.parse_entity(link) == "https://t.me/addstickers/Cats"


async def test_another_token_is_unauthorized(server: SandboxServer):
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{server.url}/bot4242:wrong/getMe")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    with pytest.raises(InvalidToken):
        async with telegram.Bot("4242:wrong", base_url=f"{server.url}/bot"):
            pass


async def test_an_unknown_method_is_not_found_and_names_have_no_case(raw: httpx.AsyncClient):
    assert (await raw.get("GETME")).json()["result"]["username"] == "persrv_bot"
    answer = await raw.get("getRich")
    assert (answer.status_code, answer.json()["error_code"]) == (404, 404)


async def test_a_dropped_answer_loses_no_update(bot: telegram.Bot, world: World):
    world.send_text(MEI, MEI, "precious")
    world.drop_next("getUpdates", processed=True)
    with pytest.raises(NetworkError):
        await bot.get_updates()
    assert texts(await bot.get_updates()) == ["precious"]
