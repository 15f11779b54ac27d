"""Who types what and when, worked out before anything is measured."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

LETTER_SECONDS = (0.25, 0.6)
"""Between two letters; a Telegram client asks after each."""
LOOK_SECONDS = (1.0, 4.0)
"""Looking at what came, before the next word."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One inline query to come.

    :param at: Seconds from the start.
    :param last: Whether the person then stops to look.
    :param chooses: Whether they first choose something of what they looked at last.
    """

    at: float
    person: int
    text: str
    last: bool
    chooses: bool = False


def evenly(
    queries: Sequence[str], people: Sequence[int], *, rate: float, seconds: float, chosen: float = 0.0
) -> list[Typed]:
    """So many queries a second, each of another person than the ones before, whatever becomes of the answers.

    :param chosen: How often a person who looked at something chooses one of it, 0 to 1.
    """
    rng = np.random.default_rng([len(people), 13])
    return [
        Typed(number / rate, people[number % len(people)], queries[number % len(queries)], True, rng.random() < chosen)
        for number in range(int(rate * seconds))
    ]


def letter_by_letter(
    queries: Sequence[str], people: Sequence[int], *, seconds: float, seed: int, chosen: float = 0.0
) -> list[Typed]:
    """Each person types one query after the other, letter by letter, and looks at each for a while.

    :param chosen: How often they choose one of what they looked at, 0 to 1.
    """
    rng, choosing = np.random.default_rng([seed, 12]), np.random.default_rng([seed, 13])
    typed: list[Typed] = []
    for person in people:
        at = float(rng.uniform(0, 4.0))
        while at < seconds:
            text = queries[int(rng.integers(len(queries)))]
            for end in range(1, len(text) + 1):
                chooses = end == 1 and choosing.random() < chosen
                typed.append(Typed(at, person, text[:end], end == len(text), chooses))
                at += float(rng.uniform(*(LOOK_SECONDS if end == len(text) else LETTER_SECONDS)))
    return sorted((each for each in typed if each.at < seconds), key=lambda each: (each.at, each.person))


class Typists:
    """Types all of it at its time in a thread of its own.

    It is a thread of the stand-in's process: over HTTP it would take more from the bot's processors than it does.
    """

    def __init__(self, typed: Sequence[Typed], types: Callable[[Typed], None]) -> None:
        self._typed = typed
        self._types = types
        self.late: list[float] = []
        """Seconds that each query was typed late, since this thread had to wait for its turn."""
        self.cpu = 0.0
        """Seconds of processor time."""
        self._thread = threading.Thread(target=self._run, name="typists", daemon=True)

    def run(self) -> None:
        """Type until all is typed."""
        self._thread.start()
        self._thread.join()

    def _run(self) -> None:
        worked, start = time.thread_time(), time.perf_counter()
        for each in self._typed:
            wait = start + each.at - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            self.late.append(time.perf_counter() - start - each.at)
            self._types(each)
        self.cpu = time.thread_time() - worked
