"""answerInlineQuery, with all that Telegram checks of it."""

from __future__ import annotations

import re

from bot.sandbox.bot_api.params import Params
from bot.sandbox.bot_api.stickers import sticker_by_file_id
from bot.sandbox.inline_desk import InlineAnswer, InlineButton, InlineResult
from bot.sandbox.refusals import bad_request
from bot.sandbox.world import World

_START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_NO_JSON = "can't parse inline query results JSON object"


def answer_inline_query(world: World, params: Params) -> bool:
    """Bot API `answerInlineQuery`; results must be stickers by file id.

    :raises Refusal: the query cannot be answered any more, or the answer is wrong.
    """
    query_id = params.text("inline_query_id")
    with world.lock:
        world.inline.check_open(query_id)
        answer = InlineAnswer(
            results=_results(world, params),
            next_offset=_next_offset(params),
            button=_button(params),
            cache_time=params.number("cache_time", 300, 0, 24 * 60 * 60),
            is_personal=params.flag("is_personal"),
        )
        world.inline.answer(query_id, answer)
    return True


def _results(world: World, params: Params) -> tuple[InlineResult, ...]:
    given = params.decoded("results", _NO_JSON)
    if not isinstance(given, list):
        raise bad_request("can't parse inline query results: Expected an Array of InlineQueryResult")
    if len(given) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    results = tuple(_result(world, one) for one in given)
    if len({result.id for result in results}) != len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    return results


def _result(world: World, given: object) -> InlineResult:
    if not isinstance(given, dict):
        raise bad_request("can't parse inline query result: InlineQueryResult must be an Object")
    kind = given.get("type")
    if not isinstance(kind, str) or not kind:
        raise bad_request("can't parse inline query result: Can't find field \"type\"")
    result_id = given.get("id")
    if not isinstance(result_id, str) or not 1 <= len(result_id.encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if kind != "sticker":
        raise bad_request(f'inline query result type "{kind}" is not known to the sandbox: it shows stickers')
    file_id = given.get("sticker_file_id")
    if not isinstance(file_id, str) or not file_id:
        raise bad_request("can't parse inline query result: Can't find field \"sticker_file_id\"")
    return InlineResult(result_id, sticker_by_file_id(world, file_id))


def _next_offset(params: Params) -> str:
    offset = params.text("next_offset")
    if len(offset.encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    return offset


def _button(params: Params) -> InlineButton | None:
    given = params.decoded("button", "can't parse inline query results button JSON object")
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("text"), str) or not given["text"].strip():
        raise bad_request("can't parse inline query results button: Can't find field \"text\"")
    start = given.get("start_parameter")
    if not isinstance(start, str) or not _START_PARAMETER.match(start):
        raise bad_request("START_PARAM_INVALID")
    return InlineButton(given["text"], start)
