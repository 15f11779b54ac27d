"""Inline queries: open, answered once, kept for a while, and cached as Telegram caches them."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field

from bot.sandbox.model import StickerItem
from bot.sandbox.refusals import bad_request

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

_KEPT = 5000
"""How many answered queries a person can still choose from."""


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One place in an answer."""

    id: str
    sticker: StickerItem


@dataclass(frozen=True, slots=True)
class InlineButton:
    """The button above the results (Bot API `InlineQueryResultsButton`)."""

    text: str
    start_parameter: str


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """Bot API `answerInlineQuery`.

    :param cache_time: Seconds for which Telegram may give the same answer again.
    :param is_personal: The cache is this person's alone.
    """

    results: tuple[InlineResult, ...]
    next_offset: str = ""
    button: InlineButton | None = None
    cache_time: int = 300
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class InlineQuery:
    """A query that a person typed after the bot's name.

    :param asked_at: `time.monotonic()`.
    """

    id: str
    person: int
    query: str
    offset: str
    asked_at: float
    answer: Future[InlineAnswer] = field(compare=False)


@dataclass(frozen=True, slots=True)
class InlineOutcome:
    """What the page shows for a query.

    :param milliseconds: From the query to its answer, as a person waits; 0 from the cache.
    """

    query_id: str
    answer: InlineAnswer
    milliseconds: float


CacheKey = tuple[int | None, str, str]


class InlineDesk:
    """All inline queries; safe from any thread.

    :param timeout: Seconds in which the bot has to answer.
    """

    def __init__(self, lock: threading.RLock, timeout: float = 10.0) -> None:
        self._lock = lock
        self.timeout = timeout
        self._open: dict[str, InlineQuery] = {}
        self._answered: OrderedDict[str, tuple[InlineQuery, InlineAnswer]] = OrderedDict()
        self._cache: OrderedDict[CacheKey, tuple[float, InlineAnswer]] = OrderedDict()

    def open(self, person: int, query: str, offset: str) -> InlineQuery:
        """Begin to wait for an answer, or have it at once from the cache."""
        query_id = str(secrets.randbits(63))
        asked = InlineQuery(query_id, person, query, offset, time.monotonic(), Future())
        with self._lock:
            cached = self._cached(asked)
            if cached is None:
                self._open[query_id] = asked
            else:
                self._keep(asked, cached)
                asked.answer.set_result(cached)
        return asked

    def close(self, query_id: str) -> None:
        """Nobody waits any more: an answer that comes now is too late."""
        with self._lock:
            self._open.pop(query_id, None)

    def check_open(self, query_id: str) -> None:
        """Whether the query can be answered still.

        :raises Refusal: it is unknown, answered already, or older than `timeout`.
        """
        with self._lock:
            asked = self._open.get(query_id)
            if asked is None or time.monotonic() - asked.asked_at > self.timeout:
                self._open.pop(query_id, None)
                raise bad_request(TOO_OLD)

    def answer(self, query_id: str, answer: InlineAnswer) -> None:
        """Take the bot's answer, once.

        :raises Refusal: as `check_open`.
        """
        with self._lock:
            self.check_open(query_id)
            asked = self._open.pop(query_id)
            self._keep(asked, answer)
            if answer.cache_time > 0:
                person = asked.person if answer.is_personal else None
                self._cache[(person, asked.query, asked.offset)] = (
                    time.monotonic() + answer.cache_time,
                    answer,
                )
                if len(self._cache) > _KEPT:
                    self._cache.popitem(last=False)
        asked.answer.set_result(answer)

    def chosen(self, query_id: str, result_id: str) -> tuple[InlineQuery, InlineResult] | None:
        """The query and the result that a person chooses, or None where there is no such result."""
        with self._lock:
            kept = self._answered.get(query_id)
        if kept is None:
            return None
        asked, answer = kept
        for result in answer.results:
            if result.id == result_id:
                return asked, result
        return None

    def _cached(self, asked: InlineQuery) -> InlineAnswer | None:
        for person in (asked.person, None):
            key = (person, asked.query, asked.offset)
            kept = self._cache.get(key)
            if kept is None:
                continue
            if kept[0] > time.monotonic():
                return kept[1]
            del self._cache[key]
        return None

    def _keep(self, asked: InlineQuery, answer: InlineAnswer) -> None:
        self._answered[asked.id] = (asked, answer)
        if len(self._answered) > _KEPT:
            self._answered.popitem(last=False)
