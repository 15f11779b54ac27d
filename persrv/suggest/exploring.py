"""Who is given a place so that somebody sees them at all."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from persrv.domain.suggestions import Ranked
from persrv.errors import StorageError
from persrv.ports.storage import HistoryStore
from persrv.ranking.exploration import give_place

_log = logging.getLogger(__name__)

REMEMBERED = 2_000
"""Answers whose explored sticker is remembered: typed again, they show the same one."""


class Explorer:
    """Knows which stickers somebody has seen or chosen, as far as answers and choices are kept.

    A byte a sticker in memory: read once, beside the first answers, and kept up to date as answers go out. Until it is
    read nothing is explored.
    """

    def __init__(self, store: HistoryStore, *, share: float = 0.0) -> None:
        """:param share: Of answers in which a place is given away, 0 to 0.2; 0 switches it off and reads nothing."""
        self.share = share
        self._store = store
        self._seen = np.zeros(1024, dtype=np.bool_)
        self._loaded = False
        self._given: OrderedDict[tuple[int, int], int] = OrderedDict()

    async def load(self) -> None:
        """Read what has been seen; where that fails, nothing is explored."""
        if self.share <= 0 or self._loaded:
            return
        try:
            self.note(await self._store.seen())
        except StorageError as error:
            _log.warning("which stickers people have seen cannot be read, so no new one is tried out: %s", error)
            return
        self._loaded = True

    def note(self, sticker_ids: Sequence[int] | NDArray[np.int64]) -> None:
        """These have been shown."""
        ids = np.asarray(sticker_ids, dtype=np.int64)
        if self.share <= 0 or not len(ids):
            return
        missing = int(ids.max()) + 1 - len(self._seen)
        if missing > 0:
            self._seen = np.append(self._seen, np.zeros(missing + 1024, dtype=np.bool_))
        self._seen[ids] = True

    def explore(
        self, ranking: Sequence[Ranked], *, below: int, place: int | None, person: int, seed: int
    ) -> tuple[Ranked, ...]:
        """Give a place to the best sticker that nobody has seen, of those that the first page leaves out.

        :param below: How many places the first page has.
        :param place: From 0, or None: give none away.
        :param seed: Which answer of this person's it is: the same one has the same sticker again.
        """
        if place is None or not self._loaded:
            return tuple(ranking)
        left_out = [ranked.sticker_id for ranked in ranking[below:]]
        given = self._given.get((person, seed))
        if given not in left_out:
            given = next((sticker_id for sticker_id in left_out if not self._is_seen(sticker_id)), None)
        if given is None:
            return tuple(ranking)
        self._given[person, seed] = given
        self._given.move_to_end((person, seed))
        while len(self._given) > REMEMBERED:
            self._given.popitem(last=False)
        return give_place(ranking, given, place)

    def forget(self, user_id: int) -> None:
        """Drop which sticker this person was given; that somebody has seen it names nobody."""
        for key in [key for key in self._given if key[0] == user_id]:
            del self._given[key]

    def _is_seen(self, sticker_id: int) -> bool:
        return sticker_id < len(self._seen) and bool(self._seen[sticker_id])
