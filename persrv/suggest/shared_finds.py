"""What queries find for everybody alike, kept for whoever asks the same next.

People type the same words, and letter by letter the same beginnings: what does not depend on who asks is then a look
into a dictionary.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import Found, Pool, RecalledStickers

CAPACITY: Final = 48 << 20
"""Bytes that are kept: some eight hundred queries."""
ENTRY: Final = 4 << 10
"""Bytes of a query that was asked, beside its arrays: one that finds nothing has none, and there is no end of those."""


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What one reading of a query finds.

    :param weight: How much it counts, above 0 to 1.
    :param query: Normalised.
    :param recalled: By words.
    :param keys: Of past queries that are near, shape (n,); None where nothing was learnt.
    :param near: How near each is, shape (n,).
    """

    weight: float
    query: str
    recalled: RecalledStickers
    keys: NDArray[np.uint64] | None
    near: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True, eq=False)
class Finds:
    """What a query finds for everybody who may see the same.

    :param readings: As typed first, then what else it may mean.
    :param parts: By name (`persrv.domain.candidates.PARTS`), all but memory: the best of all readings.
    :param pooled: The candidates of a person who remembers nothing.
    """

    readings: Sequence[Read]
    parts: Mapping[str, Found]
    pooled: Pool

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        recalled = (each.recalled for each in self.readings)
        arrays = [self.pooled.ids, self.pooled.parts, self.pooled.lent]
        arrays += [one for part in self.parts.values() for one in part]
        arrays += [one for each in recalled for one in (each.ids, each.relevance, each.utility, each.by_field)]
        arrays += [one for each in self.readings for one in (each.keys, each.near) if one is not None]
        return sum(array.nbytes for array in arrays)


class SharedFinds:
    """Keeps the latest. Safe from any thread."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """:param capacity: Bytes."""
        self._capacity = capacity
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Finds] = OrderedDict()
        self._bytes = 0
        self._state: tuple[object, ...] = ()

    def of(self, key: Hashable, state: tuple[object, ...], find: Callable[[], Finds]) -> Finds:
        """What was found for a key, or what is found now.

        :param state: What the finds depend on beside the key, as it was before they are made: all that was found in
            another one is dropped.
        """
        with self._lock:
            if state != self._state:
                self._drop()
                self._state = state
            elif key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        finds = find()
        with self._lock:
            if state == self._state and key not in self._known:
                self._known[key] = finds
                self._bytes += ENTRY + finds.nbytes
                while self._bytes > self._capacity:
                    self._bytes -= ENTRY + self._known.popitem(last=False)[1].nbytes
        return finds

    def forget(self) -> None:
        """Drop all: somebody asked to be forgotten, and it is not known whose words these are."""
        with self._lock:
            self._drop()
            self._state = ()

    def _drop(self) -> None:
        self._known.clear()
        self._bytes = 0
