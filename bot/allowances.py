"""How much one person may ask of the bot, so that a single one cannot take it from the others."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

PEOPLE = 10_000
"""People that an allowance remembers; beyond that, who came longest ago starts anew."""
REPORTS_A_DAY = 20
FILES_A_DAY = 20
"""Times that /mydata sends its file; each reads all that is kept of a person."""
ANSWERS_KEPT_A_DAY = 1_000
"""Answers of one person that are put on record, of a kilobyte each; typing letter by letter asks some hundreds."""
MINUTE, DAY = 60.0, 86_400.0


@dataclass(slots=True)
class _Taken:
    """What one person has taken: when and how much, oldest first."""

    entries: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0


class Allowance:
    """So many within a window that slides. In memory: a restart forgives."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """:param most: 0: any number."""
        self.most = most
        self._seconds = seconds
        self._clock = clock
        self._taken: OrderedDict[int, _Taken] = OrderedDict()

    def take(self, user_id: int, amount: int = 1) -> bool:
        """Take some; False where so many are not left, which costs nothing."""
        if not self.most:
            return True
        now = self._clock()
        taken = self._taken.setdefault(user_id, _Taken())
        self._taken.move_to_end(user_id)
        while taken.entries and now - taken.entries[0][0] >= self._seconds:
            taken.total -= taken.entries.popleft()[1]
        if taken.total + amount > self.most:
            return False
        taken.entries.append((now, amount))
        taken.total += amount
        if len(self._taken) > PEOPLE:
            self._taken.popitem(last=False)
        return True

    def give_back(self, user_id: int, amount: int) -> None:
        """Some of what was taken was not needed after all: the latest first."""
        taken = self._taken.get(user_id)
        while taken is not None and taken.entries and amount > 0:
            at, times = taken.entries.pop()
            back = min(times, amount)
            if times > back:
                taken.entries.append((at, times - back))
            taken.total -= back
            amount -= back


class DailyCount:
    """So many a day, UTC: a number a person, where each time would be too much to remember. A restart forgives."""

    def __init__(self, most: int, clock: Callable[[], float] = time.time) -> None:
        """:param clock: Unix seconds."""
        self.most = most
        self._clock = clock
        self._day = 0
        self._taken: Counter[int] = Counter()

    def take(self, user_id: int) -> bool:
        """Take one; False where none is left."""
        day = int(self._clock() // DAY)
        if day != self._day:
            self._day, self._taken = day, Counter()
        if self._taken[user_id] >= self.most:
            return False
        self._taken[user_id] += 1
        return True


class Allowances:
    """What is limited for each person."""

    def __init__(self, *, queries: int = 0, sets: int = 0, stickers: int = 0) -> None:
        """Set the limits.

        :param queries: Inline queries a minute; 0: any number.
        :param sets: Sticker sets in 24 hours; 0: any number.
        :param stickers: Sticker files that are fetched or drawn for them in 24 hours; 0: any number.
        """
        self.queries = Allowance(queries, MINUTE)
        self.sets = Allowance(sets, DAY)
        self.stickers = Allowance(stickers, DAY)
        self.reports = Allowance(REPORTS_A_DAY, DAY)
        self.files = Allowance(FILES_A_DAY, DAY)
        self.answers_kept = DailyCount(ANSWERS_KEPT_A_DAY)
