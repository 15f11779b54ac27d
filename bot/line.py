"""Who waits for their turn: updates in the order of their coming, one inline query a person."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from telegram import Update


@dataclass(slots=True)
class _Query:
    """The place of a person's inline query."""

    update: Update


class WaitingLine:
    """A newer inline query takes the place of the one that the same person waits for.

    Whoever types on is not sent to the end of the line, and what was typed before costs nothing more than this.
    """

    def __init__(self) -> None:
        self._places: deque[object] = deque()
        self._queries: dict[int, _Query] = {}

    def push(self, update: object) -> Update | None:
        """Let an update in.

        :return: The inline query that needs no turn any more: the older one of two, by the update's number, since a
            webhook's updates may overtake each other.
        """
        if not isinstance(update, Update) or update.inline_query is None:
            self._places.append(update)
            return None
        person = update.inline_query.from_user.id
        place = self._queries.get(person)
        if place is None:
            place = self._queries[person] = _Query(update)
            self._places.append(place)
            return None
        before = place.update
        if update.update_id <= before.update_id:
            return update
        place.update = update
        return before

    def pop(self) -> object:
        """Whose turn it is.

        :raises IndexError: nobody waits.
        """
        place = self._places.popleft()
        if not isinstance(place, _Query):
            return place
        query = place.update.inline_query
        if query is not None:
            del self._queries[query.from_user.id]
        return place.update

    def __len__(self) -> int:
        """How many updates wait."""
        return len(self._places)
