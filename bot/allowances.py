"""How much one person may ask of the bot, so that a single one cannot take it from the others."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

PEOPLE = 10_000
"""People that an allowance remembers; beyond that, who came longest ago starts anew."""
REPORTS_A_DAY = 20
MINUTE, DAY = 60.0, 86_400.0


class Allowance:
    """So many times within a window that slides. In memory: a restart forgives."""

    def __init__(self, times: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """:param times: 0: any number."""
        self._times = times
        self._seconds = seconds
        self._clock = clock
        self._taken: OrderedDict[int, deque[float]] = OrderedDict()

    def take(self, user_id: int) -> bool:
        """Take one; False where all are taken, which costs nothing more."""
        if not self._times:
            return True
        now = self._clock()
        taken = self._taken.setdefault(user_id, deque())
        self._taken.move_to_end(user_id)
        while taken and now - taken[0] >= self._seconds:
            taken.popleft()
        if len(taken) >= self._times:
            return False
        taken.append(now)
        if len(self._taken) > PEOPLE:
            self._taken.popitem(last=False)
        return True


class Allowances:
    """What is limited for each person."""

    def __init__(self, *, queries: int = 0, sets: int = 0) -> None:
        """Set the limits.

        :param queries: Inline queries a minute; 0: any number.
        :param sets: Sticker sets in 24 hours; 0: any number.
        """
        self.queries = Allowance(queries, MINUTE)
        self.sets = Allowance(sets, DAY)
        self.reports = Allowance(REPORTS_A_DAY, DAY)
