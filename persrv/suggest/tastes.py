"""What people chose, at hand while the bot answers: for style as a share, and for memory."""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from persrv.errors import StorageError
from persrv.ports.learning import ChoiceLog, TimedChoice
from persrv.preference.share import StyleField, style_gate, style_share
from persrv.recall.memory import Memory, Remembered, remember

_log = logging.getLogger(__name__)

REMEMBERED = 5_000
"""People whose choices are kept in memory."""
LATEST = 400
"""Choices of a person that are looked at: more say little more, and cost every answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """One person's latest choices.

    :param stickers: Distinct, rising, shape (m,).
    :param counts: How often each, shape (m,).
    """

    user: str
    stickers: NDArray[np.int64]
    counts: NDArray[np.int64]
    memory: Memory
    _gates: dict[int, float] = field(default_factory=dict, repr=False)

    def preference(self, style: StyleField, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Gate x share of each sticker (`persrv.preference.share`), in nats; 0 where there is no style to tell.

        :param ids: Shape (n,).
        """
        liked = np.zeros(len(ids))
        known = ids < len(style.known)
        chosen = self._chosen(style)
        if not chosen.any() or not known.any():
            return liked
        gate = self.gate(style)
        if gate > 0:
            liked[known] = gate * style_share(style, ids[known], self.stickers[chosen], self.counts[chosen])
        return liked

    def gate(self, style: StyleField) -> float:
        """How likely it is that this person has a style, 0 to 1 (`persrv.preference.share`); worked out once."""
        if id(style) not in self._gates:
            self._gates.clear()
            self._gates[id(style)] = style_gate(style, self.stickers[self._chosen(style)])
        return self._gates[id(style)]

    def _chosen(self, style: StyleField) -> NDArray[np.bool_]:
        """Which of their stickers the field goes as far as, shape (m,): it is of a night, and choices go on."""
        return self.stickers < len(style.known)


class TasteKeeper:
    """Gives people's tastes, and reads them anew after each choice."""

    def __init__(self, log: ChoiceLog, *, now: Callable[[], datetime], capacity: int = REMEMBERED) -> None:
        self._log = log
        self._now = now
        self._capacity = capacity
        self._known: OrderedDict[int, Taste | None] = OrderedDict()
        self._reading: dict[int, object] = {}
        """By person, the latest reading that is under way; none once what it reads may be old."""

    async def taste(self, user_id: int) -> Taste | None:
        """A person's taste; None for one who chose nothing yet."""
        if user_id in self._known:
            self._known.move_to_end(user_id)
            return self._known[user_id]
        reading = self._reading[user_id] = object()
        try:
            choices = await self._log.latest_of(user_id, LATEST)
        except StorageError as error:
            _log.warning("what a person chose cannot be read just now: %s", error)
            return None
        finally:
            is_latest = self._reading.get(user_id) is reading
            if is_latest:
                del self._reading[user_id]
        taste = taste_of(user_id, choices, now=self._now())
        if is_latest:  # else it may be old already: the next query reads again
            self._known[user_id] = taste
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return taste

    def forget(self, user_id: int) -> None:
        """This person chose something, or is to be forgotten: what is known of them is old."""
        self._known.pop(user_id, None)
        self._reading.pop(user_id, None)


def taste_of(user_id: int, choices: Sequence[TimedChoice], *, now: datetime) -> Taste | None:
    """From a person's choices."""
    if not choices:
        return None
    counts = Counter(choice.sticker_id for choice in choices)
    stickers = np.array(sorted(counts), dtype=np.int64)
    user = str(user_id)
    return Taste(
        user,
        stickers,
        np.array([counts[sticker] for sticker in stickers.tolist()], dtype=np.int64),
        remember(
            (
                Remembered(user, choice.query, choice.sticker_id, choice.chosen_at.timestamp())
                for choice in choices
                if choice.query
            ),
            now=now.timestamp(),
        ),
    )
