"""The queue of updates, as Bot API `getUpdates` defines it: what is not acknowledged is sent again."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that are sent only if named (Bot API `getUpdates`, `allowed_updates`)."""

_REMEMBERED = 1000
"""How many past updates can be sent again by a test."""

REPLACED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "Conflict: terminated by setWebhook request"


@dataclass(frozen=True, slots=True)
class Update:
    """One update; `payload` is the Bot API object that stands under `kind`."""

    id: int
    kind: str
    payload: Mapping[str, object]

    def json(self) -> dict[str, object]:
        """Bot API `Update`."""
        return {"update_id": self.id, self.kind: self.payload}


class Poll:
    """A long poll that waits.

    :param wake: Called from any thread when there is something to look at; must not block.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
        self.ended_by = ""
        """Why it has to end with 409, or ""."""


class UpdateQueue:
    """Updates that the bot has not acknowledged yet; safe from any thread.

    :param first_id: The id of the first update. A real queue starts anywhere: so must a new world, or a
        bot that remembers the ids of an earlier one takes its updates for redeliveries.
    """

    def __init__(self, lock: threading.RLock, first_id: int) -> None:
        self._lock = lock
        self._next_id = first_id
        self._pending: deque[Update] = deque()
        self._again: list[Update] = []
        self._past: dict[int, Update] = {}
        self._allowed: frozenset[str] | None = None
        self._poll: Poll | None = None
        self._watchers: list[Callable[[], None]] = []
        self._polled_at = float("-inf")

    @property
    def allowed(self) -> frozenset[str] | None:
        """The kinds that the bot asked for; None means all but `NOT_BY_DEFAULT`."""
        return self._allowed

    def allow(self, kinds: Collection[str]) -> None:
        """Remember which kinds the bot wants from now on; an empty collection means the default."""
        with self._lock:
            self._allowed = frozenset(kinds) or None

    def push(self, kind: str, payload: Mapping[str, object]) -> int | None:
        """Queue an update and wake whoever waits.

        :return: Its id, or None when the bot did not ask for this kind.
        """
        with self._lock:
            wanted = kind not in NOT_BY_DEFAULT if self._allowed is None else kind in self._allowed
            if not wanted:
                return None
            update = Update(self._next_id, kind, payload)
            self._next_id += 1
            self._pending.append(update)
            self._past[update.id] = update
            if len(self._past) > _REMEMBERED:
                del self._past[next(iter(self._past))]
            self._wake()
            return update.id

    def redeliver(self, update_id: int) -> None:
        """Send an update once more, acknowledged or not, before all others.

        :raises KeyError: there was no such update among the last thousand.
        """
        with self._lock:
            self._again.append(self._past[update_id])
            self._wake()

    def take(self, offset: int, limit: int) -> list[Update]:
        """What `getUpdates` returns; acknowledges everything before a positive `offset`.

        A negative offset counts from the end and forgets what is before it.
        """
        with self._lock:
            self._polled_at = time.monotonic()
            if offset > 0:
                while self._pending and self._pending[0].id < offset:
                    self._pending.popleft()
            elif offset < 0:
                while len(self._pending) > -offset:
                    self._pending.popleft()
            again, self._again = self._again, []
            return (again + list(self._pending)[:limit])[:limit] if again else self._head(limit)

    def head(self) -> Update | None:
        """The next update for a webhook; it stays until `confirm`."""
        with self._lock:
            if self._again:
                return self._again[0]
            return self._pending[0] if self._pending else None

    def confirm(self, update: Update) -> None:
        """A webhook took this update."""
        with self._lock:
            if self._again and self._again[0] is update:
                self._again.pop(0)
            elif self._pending and self._pending[0] is update:
                self._pending.popleft()

    def drop_pending(self) -> None:
        """Forget everything that was not delivered (`drop_pending_updates`)."""
        with self._lock:
            self._pending.clear()
            self._again.clear()

    def __len__(self) -> int:
        return len(self._pending)

    def past(self) -> tuple[Update, ...]:
        """The last thousand updates, delivered or not, oldest first."""
        with self._lock:
            return tuple(self._past.values())

    def open_poll(self, poll: Poll) -> None:
        """Begin to wait; an older poll ends with 409."""
        with self._lock:
            self.end_poll(REPLACED)
            self._poll = poll

    def close_poll(self, poll: Poll) -> None:
        """Stop waiting."""
        with self._lock:
            if self._poll is poll:
                self._poll = None

    def end_poll(self, reason: str) -> None:
        """End the poll that waits, if there is one, with 409 and this reason."""
        with self._lock:
            if self._poll is not None:
                self._poll.ended_by = reason
                self._poll.wake()
                self._poll = None

    @property
    def polled_now(self) -> bool:
        """Whether a long poll waits at this moment."""
        return self._poll is not None

    def seconds_since_poll(self) -> float:
        """How long ago the bot last asked for updates; infinite if never."""
        return time.monotonic() - self._polled_at

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Be woken by every change, as the webhook's sender is.

        :return: Call it to stop.
        """
        with self._lock:
            self._watchers.append(wake)

        def stop() -> None:
            with self._lock:
                self._watchers.remove(wake)

        return stop

    def wake(self) -> None:
        """Wake whoever waits, with nothing new: the webhook was set or removed."""
        with self._lock:
            self._wake()

    def _head(self, limit: int) -> list[Update]:
        return [self._pending[place] for place in range(min(limit, len(self._pending)))]

    def _wake(self) -> None:
        if self._poll is not None:
            self._poll.wake()
        for wake in self._watchers:
            wake()
