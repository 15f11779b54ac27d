"""Of the inline queries that one person waits for, only the newest needs an answer.

Telegram's client asks with every letter and shows the answer to what stands there now. Where queries come faster than
they can be answered, the older ones of each person are left out, and so nobody waits behind letters of somebody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from telegram import Update


class NewestQueries:
    """Which inline query of each person is the newest, among those that are not dealt with yet.

    By the update's number, not by its arrival: a webhook's updates may overtake each other.
    """

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}
        self._open: Counter[int] = Counter()

    def arrived(self, update: Update) -> None:
        """An update has come; each that has come is to be `done` one day."""
        query = update.inline_query
        if query is not None:
            person = query.from_user.id
            self._open[person] += 1
            self._newest[person] = max(update.update_id, self._newest.get(person, update.update_id))

    def wanted(self, update: Update) -> Callable[[], bool]:
        """Tells, whenever and from whichever thread it is asked, that the person has asked nothing newer so far."""
        query, number = update.inline_query, update.update_id
        person = query.from_user.id if query is not None else 0
        return lambda: number >= self._newest.get(person, number)

    def done(self, update: Update) -> None:
        """It was answered, or left out; once nothing of a person waits, nothing is kept of them."""
        query = update.inline_query
        if query is None:
            return
        person = query.from_user.id
        self._open[person] -= 1
        if self._open[person] <= 0:
            del self._open[person]
            self._newest.pop(person, None)

    def __len__(self) -> int:
        """How many people wait."""
        return len(self._newest)
