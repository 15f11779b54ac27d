"""Pressed buttons: each may be answered once, and the page shows what the bot said."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import Future

from bot.sandbox.model import Event, EventKind, Press, PressAnswer
from bot.sandbox.room import Room


class PressDesk:
    """All pressed buttons; safe from any thread."""

    def __init__(self, lock: threading.RLock, room: Room) -> None:
        """:param lock: What guards the room."""
        self._lock = lock
        self._room = room
        self._presses: dict[str, Press] = {}

    def open(self, person: int, chat_id: int) -> Press:
        """Begin to wait for what the bot says to a button."""
        pressed = Press(str(secrets.randbits(63)), person, chat_id, Future())
        with self._lock:
            self._presses[pressed.id] = pressed
        return pressed

    def answer(self, query_id: str, answer: PressAnswer) -> bool:
        """Take the bot's answer, the first that it gives, and show it.

        :return: False when no such button was pressed.
        """
        with self._lock:
            pressed = self._presses.get(query_id)
            if pressed is None:
                return False
            if not pressed.answer.done():
                pressed.answer.set_result(answer)
                if answer.text:
                    self._room.tell(
                        Event(EventKind.NOTICE, pressed.chat_id, None, pressed.person, answer.text, answer.alert)
                    )
            return True
