"""Makes the table of impacts beside the searches, one at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from persrv.errors import PerSRVError

_log = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 300.0
"""After a failure, a full disk for one; searches are answered meanwhile, only not as fast."""

REST: Final = 10.0
"""After a table was made, no other is for so many times as long as that took: an import of a whole catalogue must not
have one made after the other."""

Build = Callable[[Path, Callable[[], bool]], None]
"""Makes the table of a folder, unless it is told that nobody waits for it any more."""


class Builder:
    """A thread that makes a table when it is wanted."""

    def __init__(self, directory: Path, build: Build, *, made: Callable[[], None], clock: Callable[[], float]) -> None:
        """:param made: Called, by that thread, when there is a new table."""
        self._directory = directory
        self._build = build
        self._made = made
        self._clock = clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._not_before = float("-inf")

    def want(self) -> None:
        """Have a table made, if that is not under way and did not just fail."""
        with self._lock:
            if self._thread is None and not self._stop.is_set() and self._clock() >= self._not_before:
                self._thread = threading.Thread(target=self._run, name="impacts", daemon=True)
                self._thread.start()

    def build(self) -> bool:
        """Make a table now, in this thread; False where that failed."""
        begun = self._clock()
        try:
            self._build(self._directory, self._stop.is_set)
        except (PerSRVError, OSError, ValueError, MemoryError) as error:
            self._not_before = self._clock() + PAUSE_SECONDS
            _log.warning("the table of impacts cannot be made, and searches take longer: %s", error)
            return False
        now = self._clock()
        self._not_before = now + REST * (now - begun)
        return True

    def close(self) -> None:
        """Give up what is under way, and wait until it has."""
        self._stop.set()
        with self._lock:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        made = self.build()
        with self._lock:
            self._thread = None
        if made and not self._stop.is_set():
            self._made()
