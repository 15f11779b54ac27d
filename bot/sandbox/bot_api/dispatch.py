"""One Bot API request: token, faults, method, answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.bot_api import about, inline, messages, polling, stickers
from bot.sandbox.bot_api.params import Params, read_params
from bot.sandbox.faults import Call
from bot.sandbox.refusals import ConnectionDropped, Refusal
from bot.sandbox.waits import OpenWaits
from bot.sandbox.world import World

Handler = Callable[[World, Params], object]

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+\Z")

METHODS: Mapping[str, Handler] = {
    "getMe": about.get_me,
    "getChat": about.get_chat,
    "setMyCommands": about.set_my_commands,
    "getMyCommands": about.get_my_commands,
    "deleteMyCommands": about.delete_my_commands,
    "setMyName": about.setter("name", 64),
    "getMyName": about.getter("name"),
    "setMyDescription": about.setter("description", 512),
    "getMyDescription": about.getter("description"),
    "setMyShortDescription": about.setter("short_description", 120),
    "getMyShortDescription": about.getter("short_description"),
    "setWebhook": polling.set_webhook,
    "deleteWebhook": polling.delete_webhook,
    "getWebhookInfo": polling.get_webhook_info,
    "getStickerSet": stickers.get_sticker_set,
    "getFile": stickers.get_file,
    "sendMessage": messages.send_message,
    "sendSticker": messages.send_sticker,
    "sendPhoto": messages.send_photo,
    "sendDocument": messages.send_document,
    "copyMessage": messages.copy_message,
    "sendChatAction": messages.send_chat_action,
    "editMessageText": messages.edit_message_text,
    "editMessageCaption": messages.edit_message_caption,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "deleteMessage": messages.delete_message,
    "answerCallbackQuery": messages.answer_callback_query,
    "answerInlineQuery": inline.answer_inline_query,
}
"""Every method but getUpdates, which waits."""

_BY_LOWER_NAME = {name.lower(): handler for name, handler in METHODS.items()}


class DroppedResponse(Response):
    """Promises a body and never sends it: the server closes the connection, as a broken network does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head of an answer and nothing else."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


async def serve_method(request: Request, world: World, waits: OpenWaits) -> Response:
    """Answer `/bot{token}/{method}`."""
    try:
        check_token(world, request.path_params["token"])
        body = await request.body()
        params = read_params(request.headers.get("content-type", ""), request.url.query, body)
        method = request.path_params["method"]
        world.faults.log(Call(method, params.logged()))
        if delay := world.faults.delay_of(method):
            await asyncio.sleep(delay)
        lose_answer = world.faults.strike(method)
        result = await _call(world, method, params, waits)
    except ConnectionDropped:
        return DroppedResponse()
    except Refusal as refusal:
        return refused(refusal)
    if lose_answer:
        return DroppedResponse()
    return _json(200, {"ok": True, "result": result})


async def serve_file(request: Request, world: World) -> Response:
    """Answer `/file/bot{token}/{path}`."""
    try:
        check_token(world, request.path_params["token"])
        path = request.path_params["path"]
        world.faults.log(Call("file", {"path": path}))
        if delay := world.faults.delay_of("file"):
            await asyncio.sleep(delay)
        lose_answer = world.faults.strike("file")
        file = world.files.by_path(path)
        if file is None:
            raise Refusal(404, "Not Found")
    except ConnectionDropped:
        return DroppedResponse()
    except Refusal as refusal:
        return refused(refusal)
    return DroppedResponse() if lose_answer else Response(file.data, media_type="application/octet-stream")


def check_token(world: World, token: str) -> None:
    """Whether this is our bot.

    :raises Refusal: 401 for another token, 404 for what cannot be one.
    """
    if not _TOKEN.match(token):
        raise Refusal(404, "Not Found")
    if token != world.bot_token:
        raise Refusal(401, "Unauthorized")


def refused(refusal: Refusal) -> Response:
    """The answer that says no."""
    body: dict[str, object] = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.retry_after is not None:
        body["parameters"] = {"retry_after": refusal.retry_after}
    return _json(refusal.code, body)


async def _call(world: World, method: str, params: Params, waits: OpenWaits) -> object:
    if method.lower() == "getupdates":
        return await polling.get_updates(world, params, waits)
    handler = _BY_LOWER_NAME.get(method.lower())
    if handler is None:
        raise Refusal(404, "Not Found: method not found")
    with world.lock:
        return handler(world, params)


def _json(status: int, body: Mapping[str, object]) -> Response:
    raw = json.dumps(body, separators=(",", ":")).encode()
    return Response(raw, status, media_type="application/json")
