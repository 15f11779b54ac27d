"""When the next message of many may go out."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST_PAUSE = 60.0
"""Seconds between two tries where Telegram cannot be reached; what it asks for itself is kept to, however long."""


class Pace:
    """So many a second at most, and pauses where Telegram wants or needs them. It only says how long; others wait."""

    def __init__(self, a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / a_second
        self._clock = clock
        self._next = clock()
        self._pause = 0.0

    @property
    def left(self) -> float:
        """Seconds until the next one may go out; 0 where it may now."""
        return max(0.0, self._next - self._clock())

    def step(self) -> None:
        """One goes out now."""
        self._rest(self._interval)

    def reached(self) -> None:
        """Telegram has answered: the next failure begins with a short pause again."""
        self._pause = 0.0

    def asked_to_rest(self, seconds: float) -> None:
        """Telegram wants a pause (429)."""
        self._rest(seconds)

    def stumbled(self) -> None:
        """Telegram could not be reached: a pause, twice as long with each time, so that an outage costs little."""
        self._pause = min(LONGEST_PAUSE, max(1.0, 2 * self._pause))
        self._rest(self._pause)

    def _rest(self, seconds: float) -> None:
        self._next = max(self._next, self._clock() + seconds)
