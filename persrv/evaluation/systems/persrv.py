"""`persrv`: the paper's system, made exact, out of the product's own parts (paper, section 3; DESIGN)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from persrv.domain.suggestions import Recalled
from persrv.evaluation.systems.order import strictly_falling
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.system import Ranking, StyleVectors, Training
from persrv.preference.preference import literal_preference, preference
from persrv.preference.profile import MAX_STYLES, StyleProfile, fit_profile
from persrv.ranking.personal import PersonalScore, RankingWeights, order_by_factor, rank_personally
from persrv.recall.weights import RelevanceWeights
from persrv.utility.clicks import Clicks, query_codes
from persrv.utility.utility import Utility, compute_utility
from persrv.utility.weights import UtilityWeights

RECALL_SIZE = 100
"""R of the paper's section 3.6.1."""
PAPER_RANKING = RankingWeights(alpha=8.0, nearest=True)
"""Equation 9 by the nearest style, made exact (DESIGN). The bot's own default counts every style by its share."""
PAPER_FIELDS = RelevanceWeights(emoji=0.0, pack=0.0)
"""The paper's five fields; a dataset's emoji and set names are none of them."""


@dataclass(frozen=True, slots=True)
class PerSRVSettings:
    """What of the paper is switched on, and how it is weighted.

    :param utility: None: recall by relevance alone (rows 1 to 3 of table 5).
    :param ranking: None: the recall order (rows 1 to 4 of table 5).
    :param literal: Equation 9 to the letter, by distance, instead of the cosine.
    :param styles: k, the most styles of a person.
    """

    relevance: RelevanceWeights = PAPER_FIELDS
    utility: UtilityWeights | None = field(default_factory=UtilityWeights)
    ranking: RankingWeights | None = PAPER_RANKING
    literal: bool = False
    styles: int = MAX_STYLES
    recall_size: int = RECALL_SIZE


class PerSRV:
    """Recall by relevance + utility (equation 6), then personal ranking (equation 10)."""

    def __init__(self, index: RecallIndex, settings: PerSRVSettings | None = None, *, name: str = "persrv") -> None:
        self.name = name
        self.encoder_seconds = 0.0
        self.settings = settings or PerSRVSettings()
        self._index = index
        self._docids: tuple[str, ...] = ()
        self._style: StyleVectors | None = None
        self.utility: Utility | None = None
        self.profiles: dict[str, StyleProfile] = {}

    def fit(self, training: Training) -> None:
        """See `System.fit`."""
        self._docids = training.stickers.docids
        self._index.fit(training)
        self.utility = None if self.settings.utility is None else train_utility(training, self.settings.utility)
        self._style = training.style
        personal = self.settings.ranking is not None and training.style is not None
        self.profiles = train_profiles(training, self.settings.styles) if personal else {}

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        ranked = self.order(user, self.recall(query))
        return strictly_falling((self._docids[place.sticker_id], place.score) for place in ranked[: max(limit, 0)])

    def close(self) -> None:
        """See `System.close`; there is nothing to let go of."""

    def recall(self, query: str) -> Sequence[Recalled]:
        """The top R by equation 6."""
        return self._index.search(
            query,
            weights=self.settings.relevance.as_mapping(),
            limit=self.settings.recall_size,
            utility=None if self.utility is None else self.utility.lookup,
        )

    def order(self, user: str, recalled: Sequence[Recalled]) -> tuple[PersonalScore, ...]:
        """What was recalled, by equation 10."""
        alpha, liked = self._alpha_and_liking(user, recalled)
        return rank_personally(recalled, liked, alpha=alpha)

    def places(self, user: str, recalled: Sequence[Recalled]) -> list[int]:
        """The order of `order` alone: rows of the catalogue, best first."""
        alpha, liked = self._alpha_and_liking(user, recalled)
        return [recalled[place].sticker_id for place in order_by_factor(recalled, 1.0 + alpha * liked).tolist()]

    def _alpha_and_liking(self, user: str, recalled: Sequence[Recalled]) -> tuple[float, NDArray[np.float64]]:
        if self.settings.ranking is None:
            return 0.0, np.zeros(len(recalled))
        return self.settings.ranking.alpha, self.liking(user, recalled)

    def liking(self, user: str, recalled: Sequence[Recalled]) -> NDArray[np.float64]:
        """Equation 9 of each recalled sticker, shape (recalled,); 0 for a person whom nobody knows."""
        profile = self.profiles.get(user)
        if profile is None or self._style is None or not recalled:
            return np.zeros(len(recalled))
        rows = np.array([found.sticker_id for found in recalled], dtype=np.int64)
        vectors = self._style.vectors.of(rows)
        if self.settings.literal:
            return literal_preference(profile, vectors, space_id=self._style.space_id)
        ranking = self.settings.ranking or PAPER_RANKING
        return preference(profile, vectors, space_id=self._style.space_id, gate=ranking.gate, nearest=ranking.nearest)


def train_utility(training: Training, weights: UtilityWeights) -> Utility:
    """Equations 1 to 5 on the training part."""
    users = {user: code for code, user in enumerate(sorted({click.uid for click in training.clicks}))}
    clicks = Clicks(
        np.array([users[click.uid] for click in training.clicks], dtype=np.int64),
        query_codes(click.query for click in training.clicks),
        training.rows(),
    )
    return compute_utility(clicks, len(training.stickers), weights)


def train_profiles(training: Training, styles: int) -> dict[str, StyleProfile]:
    """The styles of everybody with a choice in train that has a vector (section 3.5)."""
    if training.style is None:
        return {}
    chosen: dict[str, Counter[int]] = defaultdict(Counter)
    for click, row in zip(training.clicks, training.rows().tolist(), strict=True):
        chosen[click.uid][row] += 1
    profiles = {}
    for user in sorted(chosen):
        rows = np.array(sorted(chosen[user]), dtype=np.int64)
        counts = np.array([chosen[user][row] for row in rows.tolist()], dtype=np.int64)
        profile = fit_profile(
            training.style.vectors.of(rows), counts, space_id=training.style.space_id, k=styles, seed=training.seed
        )
        if profile is not None:
            profiles[user] = profile
    return profiles
