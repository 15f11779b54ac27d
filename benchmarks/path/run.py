"""One run: a catalogue, the bot as a process, the stand-in beside it, and two loads."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.corpus import Corpus
from benchmarks.machine import held_by
from benchmarks.path.catalogue import fill
from benchmarks.path.people import Typed, Typists, evenly, letter_by_letter
from benchmarks.path.ready import FIRST_CHOOSER, know_them, take
from benchmarks.path.stand_in import StopWatch, Timed, watched
from benchmarks.soak.bot import BotProcess
from bot.sandbox.run import TOKEN, sandbox_settings
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.config import Settings

FIRST_PERSON = 500_001
CHOSEN = 0.5
"""So often a person who has looked at something chooses one of it, where people choose."""
DISTINCT = 2_000
"""Queries that are drawn from: people repeat each other."""
ENDS_WITHIN = 15.0
"""Seconds in which the last answers have to come."""


@dataclass(frozen=True)
class Load:
    """What to put on the bot.

    :param size: Stickers.
    :param choices: Choices that people have made before.
    :param rate: Queries a second of the first load.
    :param people: Of the second, typing letter by letter.
    :param seconds: Of each.
    :param warm: Seconds of each load before it, which are not counted.
    :param ranking: That answers: "persrv-plus" or "persrv".
    """

    size: int = 2_000
    choices: int = 2_000
    rate: float = 50.0
    people: int = 500
    seconds: float = 20.0
    warm: float = 3.0
    seed: int = 1
    ranking: str = Settings.model_fields["ranking"].default


@dataclass(frozen=True, slots=True)
class Measured:
    """One load and what came of it.

    :param queries: All but those of the warming up.
    :param choices: How often somebody chose a sticker of what they were shown.
    :param late: Seconds that each query was typed late.
    :param cpu: Seconds of processor time by who took it: "bot", "stand-in", "typists".
    :param memory: MB that the bot holds at the end: resident, and of it anonymous (the rest is mapped out of files).
    """

    seconds: float
    queries: tuple[Timed, ...]
    choices: int
    late: tuple[float, ...]
    cpu: dict[str, float]
    memory: tuple[float, float]

    @property
    def answered(self) -> int:
        """Queries that were answered."""
        return sum(each.answered is not None for each in self.queries)

    @property
    def a_second(self) -> float:
        """Answers that came while people typed, by the second."""
        return self._in_time / self.seconds

    @property
    def _in_time(self) -> int:
        end = self.queries[0].typed + self.seconds
        return sum(each.answered is not None and each.answered <= end for each in self.queries)

    @property
    def unanswered(self) -> int:
        """Queries that were waited for in vain: nothing newer of the same person came after them."""
        return _unanswered(self.queries)

    @property
    def superseded(self) -> int:
        """Queries that got no answer, and needed none: the person had asked something newer."""
        return len(self.queries) - self.answered - self.unanswered

    def waits(self, *, since_handed: bool = False) -> list[float]:
        """Milliseconds from typing, or from being handed to the bot, to the answer; of the queries looked for."""
        return [
            (each.answered - (each.handed if since_handed and each.handed is not None else each.typed)) * 1000
            for each in self.queries
            if each.last and each.answered is not None
        ]

    def percentile(self, share: float, *, since_handed: bool = False) -> float:
        """Milliseconds that so many of a hundred wait at most; not a number where nothing was answered."""
        waits = self.waits(since_handed=since_handed)
        return float(np.percentile(waits, share)) if waits else float("nan")


@dataclass(frozen=True, slots=True)
class PathRun:
    """Both loads, of people who only look and of people who also choose.

    :param ready: Whether other benchmarks made the catalogue.
    """

    load: Load
    steady: Measured
    typing: Measured
    steady_choosing: Measured
    typing_choosing: Measured
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """What other benchmarks made: see `benchmarks.path.ready`."""

    data: Path
    learnt: Path


def run(
    load: Load,
    folder: Path,
    *,
    learn: bool = True,
    ready: Ready | None = None,
    say: Callable[[str], object] = print,
) -> PathRun:
    """Make the catalogue, start the bot, and measure.

    :param learn: Run the jobs that learn from choices first, as a night would.
    :param ready: Take this catalogue of `load.size` stickers instead, and what is learnt of it.
    :raises RuntimeError: the bot does not start or stop, or the catalogue has another size.
    """
    watch = StopWatch()
    world = watched(TOKEN, watch)
    first = FIRST_PERSON if ready is None else FIRST_CHOOSER
    people = [first + number for number in range(load.people)]
    for person in people:
        world.add_person(person, f"Person {person}", "zh-hans")
    corpus = Corpus(load.size, load.seed)
    with SandboxServer(world, port=0) as server:
        settings = sandbox_settings(Settings(data_dir=folder, _env_file=None), server.url)
        settings = settings.model_copy(
            update={
                "inline_cache_seconds": 0,
                "queries_a_minute": 0,
                "ocr_engine": "none",
                "nsfw_engine": "none",
                "ranking": load.ranking,
            }
        )
        settings.data_dir.mkdir(parents=True)
        if ready is None:
            say(f"making {load.size} stickers ...")
            asyncio.run(fill(settings, world, corpus, people[:200], load.choices))
        else:
            say(f"taking {load.size} stickers ...")
            if (found := asyncio.run(take(settings, ready.data, ready.learnt))) != load.size:
                raise RuntimeError(f"{ready.data} has {found} stickers, not {load.size}")
            know_them(world, load.size)
        with closing(BotProcess(settings, folder / "bot.log")) as bot:
            for job in ("utility", "meaning") if learn and ready is None else ():
                say(f"job {job} ...")
                if bot.spawn("job", job).wait(3600) != 0:
                    raise RuntimeError(f"the job {job} failed:\n" + (folder / "bot.log").read_text("utf-8")[-2000:])
            bot.start()
            _until(lambda: world.updates.polled_now, 60, "the bot does not ask for updates")
            queries = corpus.queries(DISTINCT, most=2)
            timing, measured = load.warm + load.seconds, []
            for chosen in (0.0, CHOSEN):
                also = " of people who choose" if chosen else ""
                say(f"{load.rate:g} queries a second{also} ...")
                asked = evenly(queries, people, rate=load.rate, seconds=timing, chosen=chosen)
                measured.append(_measure(world, watch, bot, load, asked))
                say(f"{load.people} people, letter by letter{also} ...")
                asked = letter_by_letter(queries, people, seconds=timing, seed=load.seed, chosen=chosen)
                measured.append(_measure(world, watch, bot, load, asked))
            bot.stop()
    return PathRun(load, *measured, ready=ready is not None)


def _measure(world: World, watch: StopWatch, bot: BotProcess, load: Load, typed: Sequence[Typed]) -> Measured:
    def types(each: Typed) -> None:
        watch.types(world, each.person, each.text, last=each.last, chooses=each.chooses)

    before = [each for each in typed if each.at < load.warm]
    counted = [replace(each, at=each.at - load.warm) for each in typed if each.at >= load.warm]
    Typists(before, types).run()
    watched_from, chosen_before = len(watch.queries), watch.choices
    typists = Typists(counted, types)
    cpu = {"bot": _cpu_of(bot.pid), "stand-in": time.process_time()}
    typists.run()
    cpu = {"bot": _cpu_of(bot.pid) - cpu["bot"], "stand-in": time.process_time() - cpu["stand-in"] - typists.cpu}
    end = time.monotonic() + ENDS_WITHIN
    while _unanswered(list(watch.queries.values())) and time.monotonic() < end:
        time.sleep(0.05)
    queries = watch.clear()[watched_from:]
    cpu["typists"] = typists.cpu
    choices = watch.choices - chosen_before
    return Measured(load.seconds, queries, choices, tuple(typists.late), cpu, held_by(bot.pid))


def _unanswered(queries: Sequence[Timed]) -> int:
    newest = {each.person: each for each in queries}
    return sum(each.answered is None for each in newest.values())


def _cpu_of(pid: int | None) -> float:
    """Seconds of processor time that a process has taken; 0 where the system does not say."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return 0.0
    fields = path.read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _until(condition: Callable[[], bool], seconds: float, problem: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(problem)
        time.sleep(0.05)
