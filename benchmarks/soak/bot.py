"""The real bot as a process: `persrv run`, killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from persrv.config import Settings, environment_of

STARTS_WITHIN = 5.0


class BotProcess:
    """One bot, or none; whoever supervises it calls `see_to` often."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("PERSRV_")}
        self.environment |= environment_of(settings)
        self.log = log
        self._file: IO[bytes] = log.open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self.counts: Counter[str] = Counter()
        self.disk_is_full = False
        self.room_since = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def note(self, text: str) -> None:
        """A line of the soak's own in the log."""
        self._file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} SOAK    {text}\n".encode())
        self._file.flush()

    def start(self) -> None:
        self.note("start")
        self.counts["starts"] += 1
        self._process = self.spawn("run")

    def spawn(self, *command: str) -> subprocess.Popen[bytes]:
        """`persrv COMMAND...` with the bot's settings, its words in the bot's log."""
        return subprocess.Popen(
            [sys.executable, "-m", "persrv", *command],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=self._file,
        )

    def see_to(self) -> None:
        """Start it again where it has ended by itself, as systemd would."""
        if self._process is None or self._process.poll() is None:
            return
        self.note(f"ended with {self._process.returncode}")
        # With no room for its data it says so and ends; anything else is a fault of ours.
        self.counts["ended, disk full" if self._had_no_room() else "ended by itself"] += 1
        time.sleep(0.5)
        self.start()

    def _had_no_room(self) -> bool:
        """Whether it met a full disk while it started or ended: both take seconds on a busy machine."""
        return self.disk_is_full or time.monotonic() - self.room_since < STARTS_WITHIN

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
            self.note("killed")
            self.counts["kills"] += 1
        self._process = None

    def stop(self, seconds: float = 30.0) -> float:
        """SIGTERM; return the seconds it took.

        :raises RuntimeError: it did not end, or ended with an error.
        """
        if self._process is None:
            return 0.0
        started = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"the bot did not stop within {seconds:.0f} s") from None
        self._process = None
        # A signal that comes before Python has put its handlers up ends it as it ends any program.
        if code not in (0, -signal.SIGTERM):
            if self._had_no_room():
                self.counts["ended, disk full"] += 1
                return 0.0
            raise RuntimeError(f"the bot stopped with {code}")
        self.counts["stops"] += 1
        return time.monotonic() - started

    def close(self) -> None:
        """End what still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._file.close()
