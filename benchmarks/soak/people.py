"""Simulated people, each in a thread of their own, who type, choose and write."""

from __future__ import annotations

import random
import threading
from collections import Counter

from bot.sandbox.inline_desk import InlineOutcome
from bot.sandbox.model import FRIENDS
from bot.sandbox.refusals import InlineUnanswered, Refusal
from bot.sandbox.world import World

QUERIES = ("笑", "想哭", "爱", "晚安", "happy", "sad", "party", "加油", "谢谢", "😀", "🎉", "cat", "", "zzzz", "好")
WRITES = ("/start", "/packs", "/mystyle", "/why", "/help", "hello", "/forgetme")
"""/forgetme only asks: nobody confirms, so that every choice has to stay."""


class People:
    """So many people; each prefers the stickers near one place of the answer."""

    def __init__(self, world: World, count: int, seed: int) -> None:
        self._world = world
        self._ids = [7001 + number for number in range(count)]
        for number in self._ids:
            world.add_person(number, f"Person {number}", "zh-hans" if number % 2 else "en")
        self._seed = seed
        self._enough = threading.Event()
        self._threads: list[threading.Thread] = []
        self.counts: Counter[str] = Counter()
        self.error: BaseException | None = None

    def start(self) -> None:
        for number in self._ids:
            thread = threading.Thread(target=self._live, args=(number,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """:raises BaseException: what ended one of them before."""
        self._enough.set()
        for thread in self._threads:
            thread.join(30)
        if self.error is not None:
            raise self.error

    def _live(self, person: int) -> None:
        dice = random.Random(self._seed * 1_000_003 + person)
        last: InlineOutcome | None = None
        try:
            while not self._enough.wait(dice.uniform(0.2, 0.9)):
                if dice.random() < 0.03:
                    self._world.send_text(person, person, dice.choice(WRITES))
                    self.counts["messages"] += 1
                    continue
                outcome = self._asks(person, dice.choice(QUERIES))
                if outcome is not None and dice.random() < 0.2 and outcome.answer.next_offset:
                    outcome = self._asks(person, "", outcome.answer.next_offset) or outcome
                self._chooses(person, outcome, dice)
                if dice.random() < 0.1:  # from an answer that still stands there, perhaps of a bot that is dead
                    self._chooses(person, last, dice)
                last = outcome or last
        except BaseException as error:
            self.error = error

    def _asks(self, person: int, query: str, offset: str = "") -> InlineOutcome | None:
        self.counts["queries"] += 1
        try:
            outcome = self._world.inline_query_sync(person, query, offset, chat_id=FRIENDS)
        except InlineUnanswered:
            self.counts["unanswered"] += 1
            return None
        self.counts["answered"] += 1
        return outcome

    def _chooses(self, person: int, outcome: InlineOutcome | None, dice: random.Random) -> None:
        if outcome is None or not outcome.answer.results or dice.random() < 0.2:
            return
        place = min(int(dice.expovariate(0.4)), len(outcome.answer.results) - 1)
        try:
            self._world.choose(person, FRIENDS, outcome.query_id, outcome.answer.results[place].id)
        except Refusal:  # the stand-in keeps the last few thousand answers
            return
        self.counts["choices"] += 1
