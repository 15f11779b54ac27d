"""One soak from the first set to the verdict."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak.bot import BotProcess
from benchmarks.soak.disk import Disk, open_disk
from benchmarks.soak.judge import (
    ChoicesVerdict,
    IndexVerdict,
    ProfilesVerdict,
    judge_choices,
    judge_index,
    judge_profiles,
)
from benchmarks.soak.ledger import Ledger
from benchmarks.soak.packs import PackMaker
from benchmarks.soak.people import People
from benchmarks.soak.troubles import ADMIN, CountingFaults, Troubles
from bot.sandbox.run import TOKEN, sandbox_settings
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.config import Settings

PEOPLE = 6
INLINE_TIMEOUT = 3.0
"""Seconds after which a person types on: less than Telegram's, so that a dead bot does not keep them idle."""
SETTLES_WITHIN = 180.0


@dataclass(frozen=True, slots=True)
class SoakResult:
    """The figures of one soak; `good` is the verdict."""

    minutes: float
    seed: int
    disk: str
    updates: int
    deliveries: int
    repeated: int
    shuffled: int
    promised: int
    acknowledged: int
    stop_seconds: float
    people: Counter[str]
    bot: Counter[str]
    faults: Counter[str]
    troubles: Counter[str]
    choices: ChoicesVerdict
    index: IndexVerdict
    live_profiles: ProfilesVerdict
    profiles: ProfilesVerdict
    tracebacks: int

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or left behind, and nothing ended that should not."""
        return (
            self.choices.good
            and self.index.good
            and self.live_profiles.good
            and self.profiles.good
            and self.promised == self.acknowledged == self.choices.rows > 0
            and not self.bot["ended by itself"]
            and not self.tracebacks
        )


def soak(minutes: float, seed: int, *, keep: Path | None = None, say: Callable[[str], object] = print) -> SoakResult:
    """Run it.

    :param keep: Where the bot's log is copied.
    :raises RuntimeError: the bot did not start, settle or stop.
    """
    with tempfile.TemporaryDirectory(prefix="persrv-soak-") as name:
        folder, data = Path(name), Path(name, "data")
        data.mkdir()
        disk = open_disk(data)
        try:
            return _soak(folder, disk, minutes, seed, say)
        finally:
            if keep is not None:
                shutil.copy(folder / "bot.log", keep)
            disk.close()


def _soak(folder: Path, disk: Disk, minutes: float, seed: int, say: Callable[[str], object]) -> SoakResult:
    world = World(TOKEN)
    ledger = Ledger(world.lock, 100_000_000 + seed, seed)
    faults = CountingFaults(world.lock)
    world.updates, world.faults = ledger, faults
    world.inline.timeout = INLINE_TIMEOUT
    packs = PackMaker(world, folder)
    with SandboxServer(world, port=0) as server:
        settings = sandbox_settings(Settings(data_dir=folder / "data", _env_file=None), server.url)
        settings = settings.model_copy(update={"ocr_engine": "none", "inline_cache_seconds": 0})
        settings.data_dir.mkdir(parents=True)
        database = settings.data_dir / "persrv.sqlite3"
        bot = BotProcess(settings, folder / "bot.log")
        try:
            bot.start()
            _until(lambda: ledger.polled_now, 60, "the bot does not ask for updates")
            world.send_text(ADMIN, ADMIN, "/addset " + " ".join(packs.add() for _ in range(4)))
            _until(
                lambda: _number(database, "SELECT count(*) FROM stickers WHERE media = 'stored'") == 48, 60, "no sets"
            )
            say("The sets are in; learning their styles.")
            _job(bot, "nightly")
            people = People(world, PEOPLE, seed)
            troubles = Troubles(world, ledger, faults, bot, disk, packs, random.Random(seed))
            people.start()
            say(f"Trouble for {minutes:g} minutes.")
            troubles.run(minutes * 60)
            people.stop()
            say("Peace. Waiting for what is under way.")
            _until(lambda: len(ledger) == 0 and ledger.polled_now, SETTLES_WITHIN, "updates are not taken", bot.see_to)
            _until(
                lambda: _number(database, "SELECT count(*) FROM index_queue") == 0, SETTLES_WITHIN, "the index waits"
            )
            time.sleep(5.0)  # the last profiles are fitted in the background
            stop_seconds = bot.stop()
            choices = judge_choices(database, ledger.choices, ledger.acknowledged)
            live = asyncio.run(judge_profiles(settings, ledger.choices))
            index = asyncio.run(judge_index(settings))
            _job(bot, "preference")
            fitted = asyncio.run(judge_profiles(settings, ledger.choices))
        finally:
            bot.close()
    log = (folder / "bot.log").read_text("utf-8", "replace")
    return SoakResult(
        minutes=minutes,
        seed=seed,
        disk=disk.how,
        updates=ledger.pushed,
        deliveries=ledger.delivered,
        repeated=ledger.repeated,
        shuffled=ledger.shuffled,
        promised=len(ledger.choices),
        acknowledged=len(ledger.acknowledged),
        stop_seconds=stop_seconds,
        people=people.counts,
        bot=bot.counts,
        faults=faults.counts,
        troubles=troubles.counts,
        choices=choices,
        index=index,
        live_profiles=live,
        profiles=fitted,
        tracebacks=_tracebacks(log),
    )


def _job(bot: BotProcess, name: str) -> None:
    """A job to its end; another one, left over from a killed bot, may be at it first."""
    for _ in range(60):
        if bot.spawn("job", name).wait(300) == 0:
            return
        time.sleep(2)
    raise RuntimeError(f"the job {name} does not succeed")


def _tracebacks(log: str) -> int:
    """Errors logged with one. The library logs one more when its last `getUpdates` meets a fault: it says itself
    that this is harmless."""
    found = re.findall(r"^(.*)\nTraceback \(most recent call last\)", log, re.MULTILINE)
    # A chained one follows an empty line, and belongs to the one before.
    return sum(bool(line.strip()) and "telegram.ext.Updater" not in line for line in found)


def _number(database: Path, query: str) -> int:
    if not database.exists():
        return -1
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return int(connection.execute(query).fetchone()[0])


def _until(
    condition: Callable[[], bool], seconds: float, problem: str, meanwhile: Callable[[], None] = lambda: None
) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(problem)
        meanwhile()
        time.sleep(0.1)
