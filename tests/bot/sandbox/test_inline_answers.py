"""answerInlineQuery is as strict as Telegram's, and a page sees what the bot answered."""

import asyncio
import json
import time

import httpx
import pytest
import telegram
from telegram import InlineQueryResultCachedSticker, InlineQueryResultsButton
from telegram.error import BadRequest

from bot.sandbox.refusals import InlineUnanswered
from bot.sandbox.world import World

MEI, ALEX, FRIENDS = 1001, 1002, -100500
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def file_ids(world: World) -> list[str]:
    return [item.file.file_id for item in next(iter(world.sets)).stickers]


def results(world: World) -> list[InlineQueryResultCachedSticker]:
    return [InlineQueryResultCachedSticker(f"r{n}", file_id) for n, file_id in enumerate(file_ids(world))]


async def refused(raw: httpx.AsyncClient, query_id: str, **values: object) -> str:
    answer = await raw.post("answerInlineQuery", json={"inline_query_id": query_id, "results": []} | values)
    assert answer.status_code == 400
    return str(answer.json()["description"])


async def answer_all(bot: telegram.Bot, world: World, count: int, **values: object) -> None:
    offset = 0
    while count:
        for update in await bot.get_updates(offset=offset, timeout=5):
            offset = update.update_id + 1
            count -= 1
            await update.inline_query.answer(results(world), **values)
    await bot.get_updates(offset=offset)


async def test_a_query_is_asked_answered_and_chosen(bot: telegram.Bot, world: World):
    button = InlineQueryResultsButton("Add a pack", start_parameter="add")
    values = {"is_personal": True, "cache_time": 0, "next_offset": "50", "button": button}
    asked = asyncio.create_task(world.inline_query(MEI, "想哭", chat_id=FRIENDS))
    (update,) = await bot.get_updates(timeout=5)
    query = update.inline_query
    assert (query.query, query.offset, query.chat_type, query.from_user.language_code) == (
        "想哭",
        "",
        "group",
        "zh-hans",
    )
    await query.answer(results(world), **values)
    outcome = await asked
    assert [result.id for result in outcome.answer.results] == ["r0", "r1", "r2"]
    assert outcome.answer.next_offset == "50"
    assert outcome.answer.button is not None
    assert outcome.answer.button.start_parameter == "add"

    sent = world.choose(MEI, FRIENDS, outcome.query_id, "r1")
    assert sent.via_bot
    message, chosen = await bot.get_updates(offset=update.update_id + 1)
    assert message.message.via_bot.username == "persrv_bot"
    assert message.message.sticker.file_id == file_ids(world)[1]
    assert (chosen.chosen_inline_result.result_id, chosen.chosen_inline_result.query) == ("r1", "想哭")
    assert chosen.chosen_inline_result.from_user.id == MEI


async def test_without_feedback_the_bot_is_not_told_what_was_chosen(bot: telegram.Bot, world: World):
    world.inline_feedback = False
    asked = asyncio.create_task(world.inline_query(MEI, "x"))
    await answer_all(bot, world, 1)
    outcome = await asked
    world.choose(MEI, MEI, outcome.query_id, "r0")
    (update,) = await bot.get_updates()
    assert update.chosen_inline_result is None


async def test_a_query_is_answered_once(raw: httpx.AsyncClient, world: World):
    asked = world.open_inline_query(MEI, "x")
    good = await raw.post("answerInlineQuery", json={"inline_query_id": asked.id, "results": []})
    assert good.json() == {"ok": True, "result": True}
    assert await refused(raw, asked.id) == TOO_OLD
    assert await refused(raw, "123") == TOO_OLD


async def test_an_answer_that_comes_too_late_is_refused(bot: telegram.Bot, world: World):
    world.inline.timeout = 0.1
    asked = world.open_inline_query(MEI, "x")
    await asyncio.sleep(0.15)
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_inline_query(asked.id, [])


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (
            {"results": [{"type": "sticker", "id": str(n), "sticker_file_id": "KNOWN"} for n in range(51)]},
            "RESULTS_TOO_MUCH",
        ),
        ({"results": [{"type": "sticker", "id": "1", "sticker_file_id": "KNOWN"}] * 2}, "RESULT_ID_DUPLICATE"),
        ({"results": [{"type": "sticker", "id": "", "sticker_file_id": "KNOWN"}]}, "RESULT_ID_INVALID"),
        ({"results": [{"type": "sticker", "id": "字" * 22, "sticker_file_id": "KNOWN"}]}, "RESULT_ID_INVALID"),
        (
            {"results": [{"type": "sticker", "id": "1", "sticker_file_id": "UNIQUE"}]},
            "wrong file identifier/HTTP URL specified",
        ),
        ({"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"button": {"text": "Go", "start_parameter": "not allowed!"}}, "START_PARAM_INVALID"),
    ],
)
async def test_a_wrong_answer_is_refused_and_the_query_stays_open(raw, world: World, values, reason):
    item = next(iter(world.sets)).stickers[0]
    filled = json.loads(json.dumps(values).replace("KNOWN", item.file.file_id).replace("UNIQUE", item.file.unique_id))
    asked = world.open_inline_query(MEI, "x")
    assert await refused(raw, asked.id, **filled) == f"Bad Request: {reason}"
    good = await raw.post("answerInlineQuery", json={"inline_query_id": asked.id, "results": []})
    assert good.status_code == 200


async def test_limits_themselves_are_allowed(raw: httpx.AsyncClient, world: World):
    file_id = file_ids(world)[0]
    made = [{"type": "sticker", "id": f"{n:064d}", "sticker_file_id": file_id} for n in range(50)]
    asked = world.open_inline_query(MEI, "字" * 256)
    answer = await raw.post(
        "answerInlineQuery", json={"inline_query_id": asked.id, "results": made, "next_offset": "x" * 64}
    )
    assert answer.status_code == 200


async def test_another_bots_file_id_is_wrong(raw: httpx.AsyncClient, world: World, make_pack):
    other = World("777:another-bot")
    other.add_pack(make_pack())
    ours, theirs = (next(iter(each.sets)).stickers[0].file for each in (world, other))
    assert ours.unique_id == theirs.unique_id
    asked = world.open_inline_query(MEI, "x")
    made = [{"type": "sticker", "id": "1", "sticker_file_id": theirs.file_id}]
    assert "wrong file identifier" in await refused(raw, asked.id, results=made)


async def test_a_personal_answer_is_cached_for_its_person_alone(bot: telegram.Bot, world: World):
    asked = asyncio.create_task(world.inline_query(MEI, "x"))
    await answer_all(bot, world, 1, is_personal=True, cache_time=60)
    first = await asked
    again = await world.inline_query(MEI, "x")
    assert again.answer == first.answer
    assert again.query_id != first.query_id
    assert world.choose(MEI, MEI, again.query_id, "r0").via_bot
    other = world.open_inline_query(ALEX, "x")
    assert not other.answer.done()


async def test_an_answer_for_everybody_is_cached_for_everybody_until_its_time_is_over(bot, world: World):
    asked = asyncio.create_task(world.inline_query(MEI, "x"))
    await answer_all(bot, world, 1, is_personal=False, cache_time=1)
    await asked
    assert world.open_inline_query(ALEX, "x").answer.done()
    assert not world.open_inline_query(ALEX, "x", "50").answer.done()
    await asyncio.sleep(1.05)
    assert not world.open_inline_query(ALEX, "x").answer.done()


async def test_without_a_cache_time_nothing_is_cached(bot: telegram.Bot, world: World):
    asked = asyncio.create_task(world.inline_query(MEI, "x"))
    await answer_all(bot, world, 1, is_personal=True, cache_time=0)
    await asked
    assert not world.open_inline_query(MEI, "x").answer.done()


async def test_who_asks_a_bot_that_sleeps_is_told_so(world: World):
    world.inline.timeout = 0.1
    with pytest.raises(InlineUnanswered, match="not asking for updates"):
        await world.inline_query(MEI, "x")


async def test_inline_mode_can_be_off_and_a_query_has_a_limit(world: World):
    with pytest.raises(InlineUnanswered, match="256 characters"):
        world.open_inline_query(MEI, "x" * 257)
    world.inline_enabled = False
    with pytest.raises(InlineUnanswered, match="/setinline"):
        world.open_inline_query(MEI, "x")


async def test_a_result_can_only_be_chosen_by_who_was_shown_it(bot: telegram.Bot, world: World):
    asked = asyncio.create_task(world.inline_query(MEI, "x"))
    await answer_all(bot, world, 1)
    outcome = await asked
    with pytest.raises(Exception, match="RESULT_ID_INVALID"):
        world.choose(ALEX, FRIENDS, outcome.query_id, "r0")
    with pytest.raises(Exception, match="RESULT_ID_INVALID"):
        world.choose(MEI, FRIENDS, outcome.query_id, "r9")


async def test_many_queries_at_once_all_get_their_own_answer(bot: telegram.Bot, world: World):
    asked = [asyncio.create_task(world.inline_query(MEI, f"q{n}")) for n in range(20)]
    began = time.monotonic()
    await answer_all(bot, world, 20)
    outcomes = await asyncio.gather(*asked)
    assert len({outcome.query_id for outcome in outcomes}) == 20
    assert time.monotonic() - began < 10
