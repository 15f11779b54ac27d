"""`persrv`: the paper's system, made exact, out of the product's own parts (paper, section 3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import RecalledStickers
from persrv.evaluation.systems.order import strictly_falling
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.system import Ranking, StyleVectors, Training
from persrv.preference.preference import literal_preference, preference
from persrv.preference.profile import MAX_STYLES, StyleProfile, fit_profile
from persrv.ranking.personal import PersonalRanking, RankingWeights, order_by_factor, rank_personally
from persrv.recall.weights import RelevanceWeights
from persrv.utility.clicks import Clicks, query_codes
from persrv.utility.utility import Utility, compute_utility
from persrv.utility.weights import UtilityWeights

RECALL_SIZE = 100
"""R of the paper's section 3.6.1."""
PAPER_RANKING = RankingWeights(alpha=8.0, nearest=True)
"""Equation 9 by the nearest style, made exact. The bot's own default counts every style by its share."""
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
        self.profiles: Mapping[str, StyleProfile] = {}

    def fit(self, training: Training, profiles: Mapping[str, StyleProfile] | None = None) -> None:
        """See `System.fit`.

        :param profiles: `train_profiles` of this training and as many styles, where they are known already.
        """
        self._docids = training.stickers.docids
        self._index.fit(training)
        self.utility = None if self.settings.utility is None else train_utility(training, self.settings.utility)
        self._style = training.style
        self.profiles = {}
        if self.settings.ranking is not None and training.style is not None:
            self.profiles = train_profiles(training, self.settings.styles) if profiles is None else profiles

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        ranked = self.order(user, self.recall(query)).first(max(limit, 0))
        docids = (self._docids[row] for row in ranked.found.ids.tolist())
        return strictly_falling(zip(docids, ranked.scores.tolist(), strict=True))

    def close(self) -> None:
        """See `System.close`; there is nothing to let go of."""

    def recall(self, query: str) -> RecalledStickers:
        """The top R by equation 6."""
        return self._index.search(
            query,
            weights=self.settings.relevance.as_mapping(),
            limit=self.settings.recall_size,
            utility=None if self.utility is None else self.utility.lookup,
        )

    def order(self, user: str, recalled: RecalledStickers) -> PersonalRanking:
        """What was recalled, by equation 10."""
        alpha, liked = self._alpha_and_liking(user, recalled)
        return rank_personally(recalled, liked, alpha=alpha)

    def places(self, user: str, recalled: RecalledStickers) -> list[int]:
        """The order of `order` alone: rows of the catalogue, best first."""
        alpha, liked = self._alpha_and_liking(user, recalled)
        order = order_by_factor(recalled, 1.0 + alpha * liked)
        places: list[int] = recalled.ids[order].tolist()
        return places

    def _alpha_and_liking(self, user: str, recalled: RecalledStickers) -> tuple[float, NDArray[np.float64]]:
        if self.settings.ranking is None:
            return 0.0, np.zeros(len(recalled))
        return self.settings.ranking.alpha, self.liking(user, recalled)

    def liking(self, user: str, recalled: RecalledStickers) -> NDArray[np.float64]:
        """Equation 9 of each recalled sticker, shape (recalled,); 0 for a person whom nobody knows."""
        profile = self.profiles.get(user)
        if profile is None or self._style is None or not recalled:
            return np.zeros(len(recalled))
        vectors = self._style.vectors.of(recalled.ids)
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
