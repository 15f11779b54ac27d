"""The chat page's API for tests: what people do, as sentences.

    with SandboxServer(world) as server, SandboxClient(server.url) as people:
        mei = people.person(1001)
        mei.writes("/start")
        mei.waits_for("Hello")
        answer = mei.types("笑")
        sent = mei.chooses(answer, 0)

Everything blocks: call it from a thread that does not run the bot, or with `asyncio.to_thread`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import httpx

from bot.sandbox.model import FRIENDS
from bot.sandbox.seen import (
    NothingHappened,
    SandboxRefused,
    SeenAnswer,
    SeenMessage,
    SeenSticker,
    as_mapping,
    as_sequence,
    read_answer,
    read_message,
    read_sticker,
)

__all__ = ["NothingHappened", "PersonAtPage", "SandboxClient", "SandboxRefused", "Wanted"]

_POLL_PAUSE = 0.02
"""Seconds between two looks at a chat."""


Wanted = str | Callable[[SeenMessage], bool]
"""A text that the message holds, or a condition."""


class SandboxClient:
    """The page's API over HTTP.

    :param url: The server's, without a slash at the end.
    :param timeout: Seconds that a request may take, and that `wait_for_message` waits by default.
    """

    def __init__(self, url: str, *, timeout: float = 15.0) -> None:
        self.timeout = timeout
        self._http = httpx.Client(base_url=url, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def person(self, person_id: int) -> PersonAtPage:
        """Somebody, to say what they do."""
        return PersonAtPage(self, person_id)

    def inline(self, person: int, query: str, offset: str = "", *, chat: int | None = None) -> SeenAnswer:
        """Type after the bot's name.

        :raises SandboxRefused: the bot did not answer, or cannot.
        """
        body = {"person": person, "query": query, "offset": offset, "chat": chat}
        return read_answer(self._post("/api/inline", body))

    def choose(self, person: int, answer: SeenAnswer, place: int = 0, *, chat: int = FRIENDS) -> SeenMessage:
        """Send the result at a place (from 0) of an answer into a chat."""
        body = {
            "person": person,
            "chat": chat,
            "query_id": answer.query_id,
            "result_id": answer.result_ids[place],
        }
        return read_message(as_mapping(self._post("/api/choose", body)["message"]))

    def send(
        self,
        person: int,
        text: str | None = None,
        *,
        sticker: str | None = None,
        chat: int | None = None,
        reply_to: int | None = None,
    ) -> SeenMessage:
        """Write a text or send a sticker (by `file_unique_id`).

        :param chat: The private chat with the bot where it is None.
        """
        body = {
            "person": person,
            "chat": person if chat is None else chat,
            "text": text,
            "sticker": sticker,
            "reply_to": reply_to,
        }
        return read_message(as_mapping(self._post("/api/send", body)["message"]))

    def press(self, person: int, message: SeenMessage, button: str, *, wait: float = 5.0) -> str | None:
        """Press a callback button, by text or data.

        :param wait: Seconds to wait for what the bot says to it; 0 does not wait.
        :return: What the bot said ("" when it only confirmed), or None when it said nothing in time.
        """
        body = {
            "person": person,
            "chat": message.chat,
            "message_id": message.id,
            "data": message.button(button).value,
            "wait": wait,
        }
        answer = self._post("/api/press", body)["answer"]
        return None if answer is None else str(as_mapping(answer)["text"])

    def messages(self, person: int, chat: int | None = None) -> tuple[SeenMessage, ...]:
        """What was said in a chat, oldest first; the private one where it is None."""
        where = {"person": person, "chat": person if chat is None else chat}
        found = self._checked(self._http.get("/api/messages", params=where))
        return tuple(read_message(as_mapping(one)) for one in as_sequence(found["messages"]))

    def wait_for_message(
        self,
        person: int,
        wanted: Wanted,
        *,
        chat: int | None = None,
        after: SeenMessage | None = None,
        timeout: float | None = None,
    ) -> SeenMessage:
        """The first message that fits, now or later; edited messages are looked at again.

        :param after: Only messages that came after this one.
        :raises NothingHappened: none came in time.
        """
        fits = (lambda message: wanted in message.text) if isinstance(wanted, str) else wanted
        until = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            seen = self.messages(person, chat)
            for message in seen:
                if (after is None or message.id > after.id) and fits(message):
                    return message
            if time.monotonic() > until:
                raise NothingHappened(f"No such message came ({wanted!r}). The chat holds: {_told(seen)}")
            time.sleep(_POLL_PAUSE)

    def wait_for_answer(
        self, message: SeenMessage, wanted: Wanted = "", *, timeout: float | None = None
    ) -> SeenMessage:
        """The first message of the bot after this one, in its chat, that fits.

        :raises NothingHappened: none came in time.
        """
        fits = (lambda one: wanted in one.text) if isinstance(wanted, str) else wanted
        return self.wait_for_message(
            message.sender,
            lambda one: one.from_bot and fits(one),
            chat=message.chat,
            after=message,
            timeout=timeout,
        )

    def menu(
        self, person: int, until: Callable[[Mapping[str, str]], bool] = bool, *, timeout: float | None = None
    ) -> Mapping[str, str]:
        """The commands in the bot's menu with what each does, as this person sees them, once they fit.

        :raises NothingHappened: they did not in time.
        """
        end = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            found = self._checked(self._http.get("/api/commands", params={"person": person}))
            told = [as_mapping(one) for one in as_sequence(found["commands"])]
            menu = {str(one["command"]): str(one["description"]) for one in told}
            if until(menu):
                return menu
            if time.monotonic() > end:
                raise NothingHappened(f"The menu holds {menu}.")
            time.sleep(_POLL_PAUSE)

    def packs(self) -> tuple[str, ...]:
        """The names of all sets that Telegram knows."""
        found = self._checked(self._http.get("/api/packs"))
        return tuple(str(as_mapping(pack)["name"]) for pack in as_sequence(found["packs"]))

    def pack(self, name: str) -> tuple[SeenSticker, ...]:
        """The stickers of a set."""
        found = self._checked(self._http.get(f"/api/packs/{name}"))
        return tuple(read_sticker(as_mapping(one)) for one in as_sequence(found["stickers"]))

    def picture(self, address: str) -> bytes:
        """What is behind a `media`, `preview` or `photo` address."""
        response = self._http.get(address)
        if not response.is_success:
            raise SandboxRefused(f"{address}: {response.status_code}")
        return response.content

    def _post(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        given = {name: value for name, value in body.items() if value is not None}
        return self._checked(self._http.post(path, json=given))

    @staticmethod
    def _checked(response: httpx.Response) -> Mapping[str, object]:
        try:
            found = as_mapping(response.json())
        except ValueError:
            raise SandboxRefused(f"{response.status_code}: {response.text[:200]}") from None
        if found.get("ok") is False:
            raise SandboxRefused(str(found.get("error")))
        return found


class PersonAtPage:
    """One person in front of the page: `SandboxClient` with the person filled in."""

    def __init__(self, client: SandboxClient, person_id: int) -> None:
        self._client = client
        self.id = person_id

    def types(self, query: str, offset: str = "", *, chat: int | None = FRIENDS) -> SeenAnswer:
        """`SandboxClient.inline`."""
        return self._client.inline(self.id, query, offset, chat=chat)

    def chooses(self, answer: SeenAnswer, place: int = 0, *, chat: int = FRIENDS) -> SeenMessage:
        """`SandboxClient.choose`."""
        return self._client.choose(self.id, answer, place, chat=chat)

    def writes(self, text: str, *, chat: int | None = None, reply_to: int | None = None) -> SeenMessage:
        """`SandboxClient.send` of a text, to the bot where no chat is given."""
        return self._client.send(self.id, text, chat=chat, reply_to=reply_to)

    def sends_sticker(self, sticker: str | SeenSticker, *, chat: int | None = None) -> SeenMessage:
        """`SandboxClient.send` of a sticker, to the bot where no chat is given."""
        unique_id = sticker if isinstance(sticker, str) else sticker.id
        return self._client.send(self.id, sticker=unique_id, chat=chat)

    def presses(self, message: SeenMessage, button: str, *, wait: float = 5.0) -> str | None:
        """`SandboxClient.press`."""
        return self._client.press(self.id, message, button, wait=wait)

    def sees(self, chat: int | None = None) -> tuple[SeenMessage, ...]:
        """`SandboxClient.messages`."""
        return self._client.messages(self.id, chat)

    def menu(self, until: Callable[[Mapping[str, str]], bool] = bool) -> Mapping[str, str]:
        """`SandboxClient.menu`."""
        return self._client.menu(self.id, until)

    def waits_for(
        self,
        wanted: Wanted,
        *,
        chat: int | None = None,
        after: SeenMessage | None = None,
        timeout: float | None = None,
    ) -> SeenMessage:
        """`SandboxClient.wait_for_message`."""
        return self._client.wait_for_message(self.id, wanted, chat=chat, after=after, timeout=timeout)

    def asks(self, text: str, wanted: Wanted = "", *, timeout: float | None = None) -> SeenMessage:
        """Write to the bot, and wait for its answer."""
        return self._client.wait_for_answer(self.writes(text), wanted, timeout=timeout)


def _told(seen: tuple[SeenMessage, ...]) -> str:
    return "; ".join(
        f"{message.sender_name}: {message.text or ('sticker' if message.sticker else 'media')}" for message in seen
    )
