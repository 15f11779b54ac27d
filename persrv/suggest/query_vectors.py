"""Vectors of queries as they are typed: a millisecond each, and none for one that was seen lately."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from persrv.errors import PerSRVError
from persrv.ports.texts import TextEncoder

_log = logging.getLogger(__name__)

REMEMBERED = 10_000
"""Vectors that are kept, of two kilobytes each."""


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

    def of(self, query: str, encoder: str) -> NDArray[np.float32] | None:
        """A query's vector, shape (dimensions,), or None.

        :param query: Normalised.
        :param encoder: The name of the encoder whose vectors it is to be compared with.
        """
        with self._lock:
            if self._encoder is None or self._encoder.name != encoder or not query:
                return None
            if query in self._known:
                self._known.move_to_end(query)
                return self._known[query]
            vector: NDArray[np.float32] | None = self._encoder.encode([query])[0]
            if vector is not None and not np.isfinite(vector).all():
                vector = None
            self._known[query] = vector
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
            return vector

    def forget(self) -> None:
        """Drop all that is remembered: somebody asked to be forgotten, and it is not known whose words these are."""
        with self._lock:
            self._known.clear()
