"""The rankings that people are looking at just now, so that page two continues page one."""

from __future__ import annotations

from collections import OrderedDict

from persrv.domain.history import Impression


class RankingMemory:
    """A bounded memory of rankings by impression id; the one looked at longest ago goes first."""

    def __init__(self, capacity: int = 2000) -> None:
        """:param capacity: Rankings that are kept, at least 1."""
        self._capacity = capacity
        self._rankings: OrderedDict[str, Impression] = OrderedDict()

    def keep(self, impression: Impression) -> None:
        """Remember a ranking, or its newer form."""
        self._rankings[impression.id] = impression
        self._rankings.move_to_end(impression.id)
        while len(self._rankings) > self._capacity:
            self._rankings.popitem(last=False)

    def recall(self, impression_id: str) -> Impression | None:
        """The ranking with this id, if it is still remembered."""
        impression = self._rankings.get(impression_id)
        if impression is not None:
            self._rankings.move_to_end(impression_id)
        return impression

    def forget(self, user_id: int) -> None:
        """Drop everything that one person was shown."""
        for key in [key for key, impression in self._rankings.items() if impression.user_id == user_id]:
            del self._rankings[key]
