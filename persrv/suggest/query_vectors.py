"""Vectors of queries as they are typed, and none made for one that was seen lately.

An encoder reads all its weights for one text as it does for several: of eight together each takes a third of the time.
So where queries wait for their turn, they are encoded with the one whose turn it is.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from persrv.errors import PerSRVError
from persrv.ports.texts import TextEncoder

_log = logging.getLogger(__name__)

REMEMBERED = 10_000
"""Vectors that are kept, of two kilobytes each."""
AT_ONCE = 16
"""Queries that are encoded together: who is first waits for all of them, three to four times as long as for one."""


class QueryVectors:
    """A text encoder with a memory. Safe from any thread.

    Until `warm` has loaded the encoder, and where there is none, queries have no vectors: meaning steps aside.
    """

    problem: str = ""
    """Why queries have no vectors, in a sentence; "" while all is well, and before `warm`."""

    def __init__(self, open_encoder: Callable[[], TextEncoder | None], *, capacity: int = REMEMBERED) -> None:
        """:param open_encoder: Loads it; may take seconds. None: there is none."""
        self._open = open_encoder
        self._capacity = capacity
        self._encoder: TextEncoder | None = None
        self._known: OrderedDict[str, NDArray[np.float32] | None] = OrderedDict()
        self._lock = threading.Lock()
        self._expected: Counter[str] = Counter()
        self._expecting = threading.Lock()
        """Held for a look at what is expected, never while something is encoded."""

    def warm(self) -> None:
        """Load the encoder, and let it encode once: the first time takes longest."""
        try:
            encoder = self._open()
            if encoder is not None:
                encoder.encode(["hello"])
        except PerSRVError as error:
            self._do_without(f"The text encoder cannot be used, stickers are found by words alone: {error}")
            return
        if encoder is None:
            self._do_without("No text encoder is installed: stickers are found by words alone.")
            return
        self.problem = ""
        with self._lock:
            self._encoder = encoder

    def _do_without(self, problem: str) -> None:
        _log.warning("%s", problem)
        self.problem = problem

    @property
    def ready(self) -> bool:
        """Whether the encoder is loaded."""
        return self._encoder is not None

    @contextmanager
    def expected(self, query: str) -> Iterator[None]:
        """For as long as a query waits for its turn: it may be encoded together with others.

        :param query: Normalised.
        """
        with self._expecting:
            self._expected[query] += 1
        try:
            yield
        finally:
            with self._expecting:
                self._expected[query] -= 1
                if not self._expected[query]:
                    del self._expected[query]

    def of(
        self, queries: Sequence[str], encoder: str, *, needless: Callable[[str], bool] = lambda _: False
    ) -> list[NDArray[np.float32] | None]:
        """The vector of each query, shape (dimensions,), or None.

        :param queries: Normalised.
        :param encoder: The name of the encoder whose vectors they are to be compared with.
        :param needless: Tells of a query that is expected whether its vector will not be asked for.
        """
        with self._lock:
            if self._encoder is None or self._encoder.name != encoder:
                return [None] * len(queries)
            wanted = [query for query in dict.fromkeys(queries) if query]
            new = [query for query in wanted if query not in self._known]
            if new:
                with self._expecting:
                    beside = [each for each in self._expected if each and each not in self._known and each not in new]
                beside = [each for each in beside if not needless(each)]
                self._encode(self._encoder, [*new, *beside[: max(AT_ONCE - len(new), 0)]])
            found = {query: self._known[query] for query in wanted}
            for query in wanted:
                self._known.move_to_end(query)
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
            return [found.get(query) for query in queries]

    def _encode(self, encoder: TextEncoder, queries: list[str]) -> None:
        for query, vector in zip(queries, encoder.encode(queries), strict=True):
            self._known[query] = vector if np.isfinite(vector).all() else None

    def forget(self) -> None:
        """Drop all that is remembered: somebody asked to be forgotten, and it is not known whose words these are."""
        with self._lock:
            self._known.clear()
