"""The stand-in's queue of updates, which remembers what was acknowledged, and delivers out of order."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.updates import Update, UpdateQueue


@dataclass(frozen=True, slots=True)
class PromisedChoice:
    """A choice as Telegram knows it.

    :param update: Its update's id.
    """

    update: int
    user: int
    sticker: int
    query: str
    position: int


class Ledger(UpdateQueue):
    """Everything that was pushed, delivered and acknowledged.

    Only the order within one answer changes, and old updates come again: Telegram never skips an update, and one
    that a later offset has acknowledged is gone.

    :ivar disorder: The chance that an answer with several updates is shuffled.
    """

    def __init__(self, lock: threading.RLock, first_id: int, seed: int) -> None:
        super().__init__(lock, first_id)
        self.disorder = 0.0
        self.pushed = self.delivered = self.shuffled = self.repeated = 0
        self.choices: dict[int, PromisedChoice] = {}
        self.acknowledged: set[int] = set()
        """Ids of chosen results that the bot has acknowledged."""
        self._dice = random.Random(seed)

    def push(self, kind: str, payload: Mapping[str, object]) -> int | None:
        """Queue an update, and remember a chosen result."""
        with self._lock:
            number = super().push(kind, payload)
            if number is not None:
                self.pushed += 1
                if kind == "chosen_inline_result":
                    self.choices[number] = _choice(number, payload)
            return number

    def take(self, offset: int, limit: int) -> list[Update]:
        """As `UpdateQueue.take`; what the offset removes is acknowledged."""
        with self._lock:
            before = {update.id for update in self._pending if update.id in self.choices}
            taken = super().take(offset, limit)
            if before:
                self.acknowledged |= before - {update.id for update in self._pending}
            if len(taken) > 1 and self._dice.random() < self.disorder:
                self._dice.shuffle(taken)
                self.shuffled += 1
            self.delivered += len(taken)
            return taken

    def repeat_some(self, most: int) -> int:
        """Deliver up to so many of the latest chosen results again. Return how many."""
        with self._lock:
            known = [number for number in list(self.choices)[-300:] if number in self._past]
            chosen = self._dice.sample(known, min(most, len(known)))
            for number in chosen:
                self.redeliver(number)
            self.repeated += len(chosen)
            return len(chosen)


def _choice(number: int, payload: Mapping[str, object]) -> PromisedChoice:
    _, position, sticker = str(payload["result_id"]).split(".")
    person = payload["from"]
    if not isinstance(person, Mapping):
        raise TypeError("a chosen result is from nobody")
    return PromisedChoice(number, int(person["id"]), int(sticker), str(payload["query"]), int(position))
