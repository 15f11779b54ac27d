"""The stand-in of Telegram with a stop-watch: when a query was typed, handed out and answered."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np

from bot.sandbox.inline_desk import InlineAnswer, InlineDesk
from bot.sandbox.room import FRIENDS
from bot.sandbox.updates import Update, UpdateQueue
from bot.sandbox.world import World
from persrv.domain.stickers import FetchedSticker, StickerFormat


@dataclass(slots=True)
class Timed:
    """One inline query.

    :param last: Whether the person then stopped to look: its answer is the one that they want.
    :param typed: Seconds of `time.perf_counter`, like the others.
    :param handed: When `getUpdates` gave it to the bot; None: not yet.
    :param answered: When `answerInlineQuery` was taken; None: not yet.
    :param results: The ids of the answer's stickers, best first.
    """

    person: int
    last: bool
    typed: float
    handed: float | None = None
    answered: float | None = None
    results: tuple[str, ...] = ()


class StopWatch:
    """Every query since the last `clear`, by its id."""

    def __init__(self) -> None:
        self.queries: dict[str, Timed] = {}
        self.choices = 0
        """How often somebody chose a sticker."""
        self._looked_at: dict[int, str] = {}
        self._rng = np.random.default_rng(14)

    def types(self, world: World, person: int, text: str, *, last: bool, chooses: bool = False) -> None:
        """A person types; nobody waits for the answer.

        :param chooses: They choose a sticker of what they looked at last before that, if there was any.
        """
        with world.lock:
            if chooses:
                self._choose(world, person)
            asked = world.open_inline_query(person, text)
            self.queries[asked.id] = Timed(person, last, time.perf_counter())
            if last:
                self._looked_at[person] = asked.id

    def clear(self) -> tuple[Timed, ...]:
        """Forget them, and return them in the order of typing."""
        taken, self.queries = tuple(self.queries.values()), {}
        self._looked_at.clear()
        return taken

    def _choose(self, world: World, person: int) -> None:
        looked_at = self._looked_at.pop(person, "")
        timed = self.queries.get(looked_at)
        if timed is None or not timed.results:
            return
        place = min(int(self._rng.geometric(0.3)), len(timed.results)) - 1  # what is further behind, less often
        world.choose(person, FRIENDS, looked_at, timed.results[place])
        self.choices += 1


class WatchedQueue(UpdateQueue):
    """Notes when an inline query is handed out first."""

    def __init__(self, lock: threading.RLock, first_id: int, watch: StopWatch) -> None:
        super().__init__(lock, first_id)
        self._watch = watch

    def take(self, offset: int, limit: int) -> list[Update]:
        """As `UpdateQueue.take`."""
        taken, now = super().take(offset, limit), time.perf_counter()
        for update in taken:
            timed = self._watch.queries.get(str(update.payload["id"])) if update.kind == "inline_query" else None
            if timed is not None and timed.handed is None:
                timed.handed = now
        return taken


class WatchedDesk(InlineDesk):
    """Notes when an answer is taken."""

    def __init__(self, lock: threading.RLock, watch: StopWatch) -> None:
        super().__init__(lock)
        self._watch = watch

    def answer(self, query_id: str, answer: InlineAnswer) -> None:
        """As `InlineDesk.answer`."""
        super().answer(query_id, answer)
        timed = self._watch.queries.get(query_id)
        if timed is not None:
            timed.answered = time.perf_counter()
            timed.results = tuple(each.id for each in answer.results)


def watched(token: str, watch: StopWatch) -> World:
    """A Telegram whose inline queries are timed."""
    world = World(token)
    world.updates = WatchedQueue(world.lock, 100_000_000, watch)
    world.inline = WatchedDesk(world.lock, watch)
    return world


def sticker(world: World, number: int, emoji: str) -> FetchedSticker:
    """A sticker that this Telegram knows; its file is a few bytes that nobody fetches."""
    kept = world.sets.upload(b"made up %d" % number, StickerFormat.STATIC, emoji, (512, 512))
    return FetchedSticker(kept.file.unique_id, kept.file.file_id, StickerFormat.STATIC, emoji, 512, 512)
