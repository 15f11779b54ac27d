"""What a ranking goes by, and what a ranking is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from persrv.domain.nsfw import NOTHING_HIDDEN, Hidden
from persrv.domain.own_packs import OwnWanted
from persrv.domain.suggestions import Ranked
from persrv.ports.search import LeftOut
from persrv.preference.profile import StyleProfile
from persrv.recall.forgiving import Alternative
from persrv.suggest.serving import Serving
from persrv.suggest.tastes import Taste

OWN_BONUS: Final = 1.0
"""What an own pack adds to the factor of its stickers, for those who prefer their own: they count twice. In the
validation part of stickerbench 4 of 24 people have not chosen from every set and can tell (docs/evaluation.md): all
from 0.25 to 1 is as good with style, and 2 is best without it. No log tells who would prefer what."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """All that a ranking goes by.

    :param query: Normalised.
    :param tokens: What words to look for.
    :param profile: In the space that serves, or None.
    :param taste: None for a person who chose nothing yet.
    :param hidden: What this person is not shown.
    :param own: What it has to do with this person's own packs; None: nothing.
    :param readings: What else the query may mean, best first (`Ranker.readings`).
    """

    query: str
    tokens: Sequence[str]
    serving: Serving
    profile: StyleProfile | None = None
    taste: Taste | None = None
    hidden: Hidden = NOTHING_HIDDEN
    own: OwnWanted | None = None
    readings: tuple[Alternative, ...] = ()

    @property
    def left_out(self) -> LeftOut | None:
        """Whom recall is to pass over."""
        if self.own is not None and self.own.only:
            return self._hidden_or_not_own
        return self.hidden.among if len(self.hidden) else None

    def own_packs(self, sticker_ids: NDArray[np.int64], bonus: float) -> NDArray[np.float64]:
        """What the score of each sticker is multiplied by for being of an own pack or not, shape (stickers,)."""
        return np.ones(len(sticker_ids)) if self.own is None else self.own.factors(sticker_ids, bonus)

    def _hidden_or_not_own(self, sticker_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        own = self.own.stickers.among(sticker_ids) if self.own is not None else np.ones(len(sticker_ids), np.bool_)
        return self.hidden.among(sticker_ids) | ~own


class Ranker(Protocol):
    """Answers a query with stickers, best first. Synchronous, safe from any thread."""

    name: str
    by_profile: bool
    """Whether it looks at `Asked.profile`; what it does not look at need not be read."""
    by_taste: bool
    """Whether it looks at `Asked.taste`."""

    def readings(self, asked: Asked) -> tuple[Alternative, ...]:
        """What else the query may mean, for `Asked.readings`; () where it is taken as it is typed."""

    def rank(self, asked: Asked) -> tuple[Ranked, ...]:
        """R stickers at most, with every part of their scores."""

    def expected(self, query: str) -> AbstractContextManager[None]:
        """For as long as a query waits for its turn: what it will need may be made together with what others need.

        :param query: Normalised.
        """

    def forget(self) -> None:
        """Drop all that is kept of queries: somebody is to be forgotten, and it is not known whose words these are."""


def ranked_by(ranker: Ranker, asked: Asked) -> tuple[tuple[str, ...], tuple[Ranked, ...]]:
    """What else the query was taken to mean, best first, and the ranking that all of it gave."""
    readings = ranker.readings(asked)
    return tuple(each.text for each in readings), ranker.rank(replace(asked, readings=readings))
