"""The chat page's API: JSON over HTTP, and Server-Sent Events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.explaining import AboutCallable, ExplainCallable
from bot.sandbox.model import Event
from bot.sandbox.page_json import (
    commands_view,
    event_view,
    explanation_view,
    facts_view,
    inline_view,
    message_view,
    pack_view,
    state_view,
    sticker_view,
)
from bot.sandbox.previews import Previews
from bot.sandbox.refusals import InlineUnanswered, Refusal
from bot.sandbox.waits import OpenWaits
from bot.sandbox.world import World
from persrv.errors import MediaError, PerSRVError

_HEARTBEAT = 15.0
"""Seconds without an event after which a comment is sent, so that proxies keep the stream open."""

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""A file's address is made from its content."""

_LONGEST_WAIT = 30.0

Endpoint = Callable[[Request], Awaitable[Response]]


class PageError(PerSRVError):
    """A request of the page is wrong.

    :param status: The HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


class PageApi:
    """The endpoints, over one world.

    :param explain: Says why an answer is in its order, or None where nothing can say it.
    :param about: Says what the bot knows of a sticker, or None.
    """

    def __init__(
        self, world: World, waits: OpenWaits, explain: ExplainCallable | None, about: AboutCallable | None = None
    ) -> None:
        self.world = world
        self.waits = waits
        self.explain = explain
        self.about = about
        self.previews = Previews()

    def routes(self) -> list[Route]:
        """All addresses of the page's API."""
        return [
            Route("/api/state", _guarded(self.state)),
            Route("/api/messages", _guarded(self.messages)),
            Route("/api/events", _guarded(self.events)),
            Route("/api/inline", _guarded(self.inline), methods=["POST"]),
            Route("/api/choose", _guarded(self.choose), methods=["POST"]),
            Route("/api/send", _guarded(self.send), methods=["POST"]),
            Route("/api/press", _guarded(self.press), methods=["POST"]),
            Route("/api/packs", _guarded(self.packs)),
            Route("/api/packs/{name}", _guarded(self.pack)),
            Route("/api/explain", _guarded(self.explained)),
            Route("/api/commands", _guarded(self.commands)),
            Route("/api/stickers/{unique_id}", _guarded(self.sticker)),
            Route("/media/{unique_id}", _guarded(self.media)),
            Route("/preview/{unique_id}.webp", _guarded(self.preview)),
        ]

    async def state(self, request: Request) -> Response:
        """Who is there."""
        with self.world.lock:
            return _json(state_view(self.world))

    async def messages(self, request: Request) -> Response:
        """What was said in a chat that this person is in."""
        person, chat = _number(request, "person"), _number(request, "chat")
        with self.world.lock:
            self.world.room.chat_seen_by(person, chat)
            found = [message_view(self.world, message) for message in self.world.room.messages(chat)]
        return _json({"messages": found})

    async def events(self, request: Request) -> Response:
        """What happens from now on, for this person."""
        person = _number(request, "person")
        self.world.room.person(person)
        return StreamingResponse(
            self._stream(person), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def inline(self, request: Request) -> Response:
        """Ask the bot, as its name and a text in the message field do."""
        given = await _object(request)
        try:
            outcome = await self.world.inline_query(
                _int(given, "person"),
                _str(given, "query", ""),
                _str(given, "offset", ""),
                chat_id=_optional_int(given, "chat"),
            )
        except InlineUnanswered as error:
            return _json({"ok": False, "error": str(error)})
        return _json(inline_view(outcome))

    async def choose(self, request: Request) -> Response:
        """Send an inline result."""
        given = await _object(request)
        message = self.world.choose(
            _int(given, "person"), _int(given, "chat"), _str(given, "query_id"), _str(given, "result_id")
        )
        return _json({"ok": True, "message": message_view(self.world, message)})

    async def send(self, request: Request) -> Response:
        """Write a text or send a sticker."""
        given = await _object(request)
        person, chat = _int(given, "person"), _int(given, "chat")
        reply_to = _optional_int(given, "reply_to")
        if given.get("sticker") is not None:
            message = self.world.send_sticker(person, chat, _str(given, "sticker"), reply_to=reply_to)
        else:
            message = self.world.send_text(person, chat, _str(given, "text"), reply_to=reply_to)
        return _json({"ok": True, "message": message_view(self.world, message)})

    async def press(self, request: Request) -> Response:
        """Press a button; with `wait` seconds, also wait for what the bot says to it."""
        given = await _object(request)
        pressed = self.world.press(
            _int(given, "person"), _int(given, "chat"), _int(given, "message_id"), _str(given, "data")
        )
        wait = min(_LONGEST_WAIT, _float(given, "wait", 0.0))
        answer = None
        if wait > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    said = await asyncio.shield(asyncio.wrap_future(pressed.answer))
                    answer = {"text": said.text, "alert": said.alert}
        return _json({"ok": True, "query_id": pressed.id, "answer": answer})

    async def packs(self, request: Request) -> Response:
        """All sets that Telegram knows."""
        with self.world.lock:
            return _json({"packs": [pack_view(found) for found in self.world.sets]})

    async def pack(self, request: Request) -> Response:
        """The stickers of a set."""
        with self.world.lock:
            found = self.world.sets.named(request.path_params["name"])
        return _json({"stickers": [sticker_view(item) for item in found.stickers]})

    async def explained(self, request: Request) -> Response:
        """Why the answer to a query is in its order."""
        if self.explain is None:
            return _json({"error": "Nothing explains the order here: the bot runs elsewhere."})
        try:
            explanation = await self.explain(_number(request, "person"), request.query_params.get("query", ""))
        except PerSRVError as error:
            return _json({"error": str(error)})
        with self.world.lock:
            return _json(explanation_view(self.world, explanation))

    async def commands(self, request: Request) -> Response:
        """The bot's menu, as this person sees it."""
        with self.world.lock:
            return _json({"commands": commands_view(self.world, _number(request, "person"))})

    async def sticker(self, request: Request) -> Response:
        """A sticker, and what the bot knows of it: `facts` is null where it knows nothing."""
        unique_id = request.path_params["unique_id"]
        with self.world.lock:
            item = self.world.sets.sticker(unique_id)
        if item is None:
            raise PageError(404, "There is no such sticker.")
        shown: dict[str, object] = {"sticker": sticker_view(item), "facts": None}
        if self.about is None:
            return _json(shown | {"error": "Nothing is known here: the bot runs elsewhere."})
        try:
            facts = await self.about(unique_id)
        except PerSRVError as error:
            return _json(shown | {"error": str(error)})
        return _json(shown | {"facts": None if facts is None else facts_view(facts)})

    async def media(self, request: Request) -> Response:
        """A file as it was made."""
        file = self.world.files.by_unique_id(request.path_params["unique_id"])
        if file is None:
            raise PageError(404, "There is no such file.")
        # An uploaded document must not become a page of ours.
        shown = file.mime if file.mime.startswith(("image/webp", "image/png", "image/jpeg", "video/")) else ""
        mime = shown or ("application/x-tgsticker" if "tgs" in file.mime else "application/octet-stream")
        return Response(file.data, media_type=mime, headers=_FOREVER | {"X-Content-Type-Options": "nosniff"})

    async def preview(self, request: Request) -> Response:
        """A sticker as a picture."""
        item = self.world.sets.sticker(request.path_params["unique_id"])
        if item is None:
            raise PageError(404, "There is no such sticker.")
        try:
            picture = await self.previews.of(item.file, item.format)
        except MediaError as error:
            raise PageError(404, str(error)) from error
        return Response(picture, media_type="image/webp", headers=_FOREVER)

    async def _stream(self, person: int) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        events: list[Event] = []

        def heard(event: Event) -> None:
            if event.person in (None, person) and event.chat_id in (person, *self._groups()):
                events.append(event)
                self.waits.call(loop, woken.set)

        stop = self.world.listen(heard)
        try:
            yield ": hello\n\n"
            with self.waits.opened(woken):
                while not self.waits.ended:
                    try:
                        async with asyncio.timeout(_HEARTBEAT):
                            await woken.wait()
                    except TimeoutError:
                        yield ": still here\n\n"
                    woken.clear()
                    while events:
                        with self.world.lock:
                            view = event_view(self.world, events.pop(0))
                        yield f"data: {json.dumps(view)}\n\n"
        finally:
            stop()

    def _groups(self) -> list[int]:
        return [chat.id for chat in self.world.room.chats.values() if chat.id < 0]


def _guarded(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with refusals as JSON that says why."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except PageError as error:
            return _json({"ok": False, "error": str(error)}, error.status)
        except Refusal as refusal:
            status = 404 if "not found" in refusal.description else refusal.code
            return _json({"ok": False, "error": refusal.description}, status)

    return guarded


def _json(body: object, status: int = 200) -> Response:
    raw = json.dumps(body, separators=(",", ":")).encode()
    return Response(raw, status, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _object(request: Request) -> dict[str, object]:
    try:
        given = json.loads(await request.body())
    except ValueError:
        raise PageError(400, "The request's body is no JSON.") from None
    if not isinstance(given, dict):
        raise PageError(400, "The request's body must be a JSON object.")
    return given


def _number(request: Request, name: str) -> int:
    try:
        return int(request.query_params.get(name, ""))
    except ValueError:
        raise PageError(400, f'"{name}" must be a number.') from None


def _int(given: dict[str, object], name: str) -> int:
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise PageError(400, f'"{name}" must be a number.')
    return value


def _optional_int(given: dict[str, object], name: str) -> int | None:
    return None if given.get(name) is None else _int(given, name)


def _float(given: dict[str, object], name: str, default: float) -> float:
    value = given.get(name, default)
    if not isinstance(value, int | float):
        raise PageError(400, f'"{name}" must be a number.')
    return float(value)


def _str(given: dict[str, object], name: str, default: str | None = None) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise PageError(400, f'"{name}" must be a text.')
    return value
