"""What befalls the bot: drawn by lot, counted when it strikes."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable

from benchmarks.soak.bot import BotProcess
from benchmarks.soak.disk import Disk
from benchmarks.soak.ledger import Ledger
from benchmarks.soak.packs import PackMaker
from bot.sandbox.faults import Faults
from bot.sandbox.refusals import ConnectionDropped, Refusal
from bot.sandbox.world import World

METHODS = ("getUpdates", "getUpdates", "answerInlineQuery", "sendMessage", "getFile", "file", "getMe", "getStickerSet")
SERVER_ERRORS = ((500, "Internal Server Error"), (502, "Bad Gateway"), (503, "Service Unavailable"))
JOBS = ("utility", "preference", "nightly")
ADMIN = 1001


class CountingFaults(Faults):
    """Counts the faults that really met a request."""

    def __init__(self, lock: threading.RLock) -> None:
        super().__init__(lock)
        self.counts: Counter[str] = Counter()

    def waits_for(self, method: str) -> bool:
        """Whether something is planned for a method already; rare ones would gather a queue of it."""
        with self._lock:
            return bool(self._planned.get(method.lower()))

    def end(self) -> None:
        """Nothing that is planned happens any more."""
        with self._lock:
            self._planned.clear()

    def strike(self, method: str) -> bool:
        try:
            lost = super().strike(method)
        except ConnectionDropped:
            self.counts["connections dropped before the request was processed"] += 1
            raise
        except Refusal as refusal:
            self.counts["429" if refusal.code == 429 else "5xx"] += 1
            raise
        if lost:
            self.counts["connections dropped after the request was processed"] += 1
        return lost


class Troubles:
    """One trouble after the other, until told to stop."""

    def __init__(
        self,
        world: World,
        ledger: Ledger,
        faults: CountingFaults,
        bot: BotProcess,
        disk: Disk,
        packs: PackMaker,
        dice: random.Random,
    ) -> None:
        self._world, self._ledger, self._faults = world, ledger, faults
        self._bot, self._disk, self._packs, self._dice = bot, disk, packs, dice
        self.counts: Counter[str] = Counter()
        self._jobs: list[tuple[subprocess.Popen[bytes], float]] = []
        self._full_until = 0.0
        self._lots: tuple[tuple[float, Callable[[], None]], ...] = (
            (0.7, self._kill),
            (0.2, self._restart),
            (5.0, self._drop),
            (3.0, self._too_many),
            (4.0, self._server_error),
            (4.0, self._repeat),
            (0.4, self._fill_disk),
            (0.7, self._job),
            (0.7, self._change_pack),
        )

    def run(self, seconds: float) -> None:
        """Trouble for so long; the bot runs, the disk has room and no job runs when it returns."""
        self._ledger.disorder = 0.4
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pause = time.monotonic() + self._dice.uniform(0.2, 1.8)
            while time.monotonic() < pause:
                self._tick()
                time.sleep(0.05)
            weights, troubles = zip(*self._lots, strict=True)
            self._dice.choices(troubles, weights)[0]()
        self._ledger.disorder = 0.0
        self._faults.end()
        self._full_until = 0.0
        self._tick()
        for job, _ in self._jobs:
            job.kill()
            job.wait()

    def _tick(self) -> None:
        now = time.monotonic()
        if now < self._full_until:
            self._disk.fill(self._bot.pid)
        elif self._bot.disk_is_full:
            self._disk.free(self._bot.pid)
            self._bot.disk_is_full = False
            self._bot.room_since = now
            self._bot.note("the disk has room again")
        self._bot.see_to()
        for job, end in list(self._jobs):
            if job.poll() is None and now > end:
                job.kill()
                job.wait()
                self.counts["jobs killed"] += 1
            if job.poll() is not None:
                self._jobs.remove((job, end))

    def _kill(self) -> None:
        self._bot.kill()
        time.sleep(self._dice.choice((0.0, 0.0, 0.3, 1.0)))
        self._bot.start()

    def _restart(self) -> None:
        if self._bot.pid is not None:
            self._bot.stop()
            self._bot.start()

    def _drop(self) -> None:
        if method := self._method():
            self._world.drop_next(method, self._dice.randint(1, 2), processed=self._dice.random() < 0.5)

    def _too_many(self) -> None:
        if method := self._method():
            self._world.fail_next(method, 429, "Too Many Requests: retry after 1", retry_after=1)

    def _server_error(self) -> None:
        status, text = self._dice.choice(SERVER_ERRORS)
        if method := self._method():
            self._world.fail_next(method, status, text, times=self._dice.randint(1, 3))

    def _method(self) -> str | None:
        method = self._dice.choice(METHODS)
        return None if self._faults.waits_for(method) else method

    def _repeat(self) -> None:
        self._ledger.repeat_some(self._dice.randint(1, 8))

    def _fill_disk(self) -> None:
        if not self._bot.disk_is_full and self._bot.pid is not None:
            self.counts["full disks"] += 1
            self._bot.disk_is_full = True
            self._bot.note("the disk is full")
            self._full_until = time.monotonic() + self._dice.uniform(2.0, 8.0)

    def _job(self) -> None:
        self.counts["jobs started"] += 1
        long = 60.0 if self._dice.random() < 0.5 else self._dice.uniform(0.5, 6.0)
        self._jobs.append((self._bot.spawn("job", self._dice.choice(JOBS), "--background"), time.monotonic() + long))

    def _change_pack(self) -> None:
        name = self._packs.change(self._dice)
        self._world.send_text(ADMIN, ADMIN, f"/addset {name}")
        self.counts["sets added or changed"] += 1
