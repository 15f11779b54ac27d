"""Knobs by which a test makes this Telegram fail, and the log of what the bot asked."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.sandbox.refusals import ConnectionDropped, Refusal

_LOGGED_CALLS = 2000


class Call(NamedTuple):
    """One request of the bot.

    :param method: As the bot wrote it.
    :param params: Raw values; nested ones are JSON texts. An uploaded file is "<file of N bytes>".
    """

    method: str
    params: Mapping[str, str]

    def decoded(self, name: str) -> object:
        """A parameter read as JSON, or its text where it is none; None where it is absent."""
        raw = self.params.get(name)
        if raw is None:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            return raw


@dataclass(slots=True)
class _Planned:
    """Something that happens to the next `times` requests."""

    refusal: Refusal | None
    times: int
    processed: bool = False


class Faults:
    """What goes wrong on purpose; safe from any thread. Method names compare without case."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._planned: dict[str, deque[_Planned]] = {}
        self._delays: dict[str, float] = {}
        self._last_sent: dict[int, float] = {}
        self._calls: deque[Call] = deque(maxlen=_LOGGED_CALLS)
        self.flood_control = False
        """Whether more than one message a second in a chat gives 429."""

    def fail_next(self, method: str, refusal: Refusal, times: int) -> None:
        """Refuse the next `times` requests of a method, unprocessed."""
        self._plan(method, _Planned(refusal, times))

    def drop_next(self, method: str, times: int, *, processed: bool) -> None:
        """Close the connection of the next `times` requests, before or after they have taken effect."""
        self._plan(method, _Planned(None, times, processed))

    def delay(self, method: str, seconds: float) -> None:
        """Make every request of a method wait before it is looked at; 0 ends it."""
        with self._lock:
            self._delays[method.lower()] = seconds

    def delay_of(self, method: str) -> float:
        """Seconds."""
        return self._delays.get(method.lower(), 0.0)

    def log(self, call: Call) -> None:
        """Remember a request."""
        with self._lock:
            self._calls.append(call)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The last two thousand requests, oldest first."""
        with self._lock:
            return tuple(self._calls)

    def strike(self, method: str) -> bool:
        """Let what is planned for this request happen.

        :return: True when the connection has to be closed after the request has taken effect.
        :raises Refusal: the request is to be refused.
        :raises ConnectionDropped: the connection is to be closed now.
        """
        with self._lock:
            queue = self._planned.get(method.lower())
            if not queue:
                return False
            planned = queue[0]
            planned.times -= 1
            if planned.times <= 0:
                queue.popleft()
        if planned.refusal is not None:
            raise planned.refusal
        if not planned.processed:
            raise ConnectionDropped(f"A test asked to drop this {method}.")
        return True

    def check_flood(self, chat_id: int) -> None:
        """Count a message into a chat.

        :raises Refusal: flood control is on and the last one was less than a second ago.
        """
        if not self.flood_control:
            return
        now = time.monotonic()
        with self._lock:
            if now - self._last_sent.get(chat_id, float("-inf")) < 1.0:
                raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
            self._last_sent[chat_id] = now

    def _plan(self, method: str, planned: _Planned) -> None:
        with self._lock:
            self._planned.setdefault(method.lower(), deque()).append(planned)
