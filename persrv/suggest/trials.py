"""Which answers something is tried out in, drawn by lot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from random import Random

from persrv.ranking.exploration import FIRST_PLACE, LAST_PLACE
from persrv.suggest.asked import Ranker


@dataclass(frozen=True, slots=True)
class Lot:
    """What was drawn for one answer.

    :param rival: The ranking to interleave the serving one with, or None.
    :param seed: Of the coin that they toss.
    :param place: The place that is given to a sticker nobody has seen, from 0, or None.
    """

    rival: Ranker | None = None
    seed: int = 0
    place: int | None = None


NOTHING_DRAWN = Lot()


class Trials:
    """Draws lots.

    The lot of one person's query is the same for a day (UTC): an answer does not jump about while it is typed again,
    and whoever asks why it is so gets the reasons of that very answer. It needs no memory and outlives a restart.
    """

    def __init__(self, *, rival: Ranker | None = None, compare_share: float = 0.0, explore_share: float = 0.0) -> None:
        """Set them up.

        :param rival: What is compared with the ranking that serves; None compares nothing.
        :param compare_share: Of answers in which it is, 0 to 1.
        :param explore_share: Of answers in which a place is given to a sticker that nobody has seen, 0 to 0.2.
        """
        self._rival = rival
        self._compare_share = compare_share
        self._explore_share = explore_share

    def draw(self, user_id: int, query: str, now: datetime) -> Lot:
        """The lot of an answer.

        :param query: Normalised.
        """
        if self._rival is None and not self._explore_share:
            return NOTHING_DRAWN
        said = f"{now.date().isoformat()}\n{user_id}\n{query}".encode("utf-8", "surrogatepass")
        lots = Random(blake2b(said, digest_size=16).digest())  # noqa: S311 (a draw of lots, not a secret)
        compares, seed = lots.random() < self._compare_share, lots.getrandbits(64)
        explores, place = lots.random() < self._explore_share, lots.randint(FIRST_PLACE, LAST_PLACE)
        return Lot(self._rival if compares else None, seed, place if explores else None)

    def forget(self) -> None:
        """See `Ranker.forget`."""
        if self._rival is not None:
            self._rival.forget()
