"""Who chats with whom, and what they said."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from bot.sandbox.model import FRIENDS, Chat, ChatKind, Event, EventKind, Message, Person
from bot.sandbox.refusals import bad_request

DEFAULT_PEOPLE = (
    Person(1001, "Mei", "zh-hans", "#e8618c"),
    Person(1002, "Alex", "en", "#5b8def"),
    Person(1003, "Lin", "zh-hans", "#3aa675"),
    Person(1004, "Sam", "en", "#d9822b"),
)
"""The first of them is the bot's admin."""

_COLORS = ("#8e6ad8", "#2f9fb3", "#b8860b", "#c0504d")


class Room:
    """People, chats and messages. Not locked: the world's lock guards it."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {FRIENDS: Chat(FRIENDS, "Friends", ChatKind.GROUP)}
        self.blocked: set[int] = set()
        self._messages: dict[int, dict[int, Message]] = {FRIENDS: {}}
        self._ids = itertools.count(1)
        self._listeners: list[Callable[[Event], None]] = []
        for person in DEFAULT_PEOPLE:
            self.add(person)

    def add(self, person: Person) -> Person:
        """Let somebody in: they join the group and can write to the bot."""
        if not person.color:
            person = replace(person, color=_COLORS[person.id % len(_COLORS)])
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, person.name, ChatKind.PRIVATE)
        self._messages.setdefault(person.id, {})
        return person

    def person(self, person_id: int) -> Person:
        """The person of that id.

        :raises Refusal: there is nobody of that id.
        """
        found = self.people.get(person_id)
        if found is None:
            raise bad_request("user not found")
        return found

    def chat(self, chat_id: int) -> Chat:
        """The chat of that id.

        :raises Refusal: "Bad Request: chat not found".
        """
        found = self.chats.get(chat_id)
        if found is None:
            raise bad_request("chat not found")
        return found

    def chat_seen_by(self, person_id: int, chat_id: int) -> Chat:
        """A chat, if that person is in it.

        :raises Refusal: there is no such person or chat, or they are not in it.
        """
        self.person(person_id)
        chat = self.chat(chat_id)
        if chat.kind is ChatKind.PRIVATE and chat_id != person_id:
            raise bad_request("chat not found")
        return chat

    def next_message_id(self) -> int:
        """A number that no message has."""
        return next(self._ids)

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """A message, or None where it never was or is deleted."""
        return self._messages[chat_id].get(message_id)

    def messages(self, chat_id: int) -> tuple[Message, ...]:
        """All of a chat, oldest first."""
        return tuple(self._messages[chat_id].values())

    def put(self, message: Message) -> None:
        """Post a message, or put an edited one in its place, and tell the page."""
        known = message.id in self._messages[message.chat_id]
        self._messages[message.chat_id][message.id] = message
        self.tell(Event(EventKind.EDITED if known else EventKind.MESSAGE, message.chat_id, message))

    def delete(self, message: Message) -> None:
        """Take a message away, and tell the page."""
        del self._messages[message.chat_id][message.id]
        self.tell(Event(EventKind.DELETED, message.chat_id, message))

    def tell(self, event: Event) -> None:
        """Tell every open page."""
        for listener in tuple(self._listeners):
            listener(event)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Be told of everything that happens; the listener must not block."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[Event], None]) -> None:
        """Be told no more."""
        self._listeners.remove(listener)
