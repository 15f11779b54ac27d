"""`persrv-plus`: what goes beyond the paper (`persrv.ranking.plus`), fitted on a training part."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import Found, Pool, RecalledStickers
from persrv.domain.own_packs import OwnPacks, OwnWanted
from persrv.evaluation.systems.order import strictly_falling
from persrv.evaluation.systems.persrv import RECALL_SIZE, train_utility
from persrv.evaluation.systems.plus_learning import Learnt, learn
from persrv.evaluation.systems.recall_index import RecallIndex
from persrv.evaluation.systems.system import Ranking, Training
from persrv.ports.progress import Progress, silent
from persrv.ports.search import LeftOut
from persrv.ports.texts import TextEncoder
from persrv.preference.share import style_share
from persrv.ranking.plus import PlusRanking, PlusWeights, rank_plus
from persrv.recall.forgiving import readings, weight_of_typed
from persrv.recall.learning import Arrange
from persrv.recall.nearest import ExactNearest
from persrv.recall.pool import OWN_TEXTS, TEXTS, best_of_readings, from_words, pool, relative_to_best
from persrv.recall.weights import RelevanceWeights
from persrv.suggest.asked import OWN_BONUS
from persrv.text import normalise
from persrv.utility.utility import Utility
from persrv.utility.weights import UtilityWeights

PLUS_FIELDS = RelevanceWeights(pack=0.0)
"""All fields but the sets' names: style, not a name, is to tell which set is meant."""


@dataclass(frozen=True, slots=True)
class PlusSettings:
    """What is searched, and how the parts are weighted."""

    weights: PlusWeights = field(default_factory=PlusWeights)
    relevance: RelevanceWeights = PLUS_FIELDS
    utility: UtilityWeights | None = field(default_factory=UtilityWeights)
    recall_size: int = RECALL_SIZE
    forgiving: bool = True
    """Whether words that nobody used are read as others that sound or look like them."""
    own_packs: OwnPacks = OwnPacks.OFF
    """What everybody wants of their own packs."""
    own_bonus: float = OWN_BONUS
    """What an own pack adds to the factor of its stickers, where they are preferred."""


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """One reading of a query.

    :param weight: How much it counts, above 0 to 1.
    :param rows: Of past queries that are near, shape (n,).
    :param near: How near each of them is, from 0 to 1, shape (n,).
    """

    weight: float
    text: str
    vector: NDArray[np.float32] | None
    rows: NDArray[np.int64]
    near: NDArray[np.float64]


class PerSRVPlus:
    """The stages of `persrv.ranking.plus` over the product's index.

    :param encoder: None: the stages that need vectors step aside.
    :param arrange: Makes vectors ready to be asked which are near.
    """

    name = "persrv-plus"

    def __init__(
        self,
        index: RecallIndex,
        encoder: TextEncoder | None,
        settings: PlusSettings | None = None,
        *,
        arrange: Arrange = ExactNearest,
        progress: Progress = silent,
    ) -> None:
        self.encoder_seconds = 0.0
        self.settings = settings or PlusSettings()
        self._index = index
        self._encoder = encoder
        self._arrange = arrange
        self._progress = progress
        self._docids: tuple[str, ...] = ()
        self._utility: Utility | None = None
        self._learnt: Learnt | None = None
        self._last: tuple[str | None, tuple[_Reading, ...]] = (None, ())

    def fit(self, training: Training) -> None:
        """See `System.fit`."""
        self._docids = training.stickers.docids
        self._index.fit(training)
        self._utility = None if self.settings.utility is None else train_utility(training, self.settings.utility)
        self._learnt = learn(training, self._encoder, self.settings.relevance, self._arrange, self._progress)
        self._last = (None, ())

    def rank(self, user: str, query: str, limit: int) -> Ranking:
        """See `System.rank`."""
        own = self.wanted(user)
        ranked = self.order(user, self.pool(self.find(query, own) | self.remembered(user, query), own))
        docids = (self._docids[row] for row in ranked.ids.tolist())
        return strictly_falling(islice(zip(docids, ranked.scores.tolist(), strict=True), max(limit, 0)))

    def wanted(self, user: str) -> OwnWanted | None:
        """What a ranking has to do with this person's own packs; None for nothing."""
        sets, wanted = self._fitted().own, self.settings.own_packs
        if sets is None or wanted is OwnPacks.OFF:
            return None
        return OwnWanted(sets.stickers(user), only=wanted is OwnPacks.ONLY)

    def find(self, query: str, own: OwnWanted | None = None) -> dict[str, Found]:
        """What words, past queries and own texts find; the same for everybody who wants the same packs."""
        return best_of_readings([(each.weight, self._find(each, own)) for each in self._readings(query)])

    def _find(self, reading: _Reading, own: OwnWanted | None) -> dict[str, Found]:
        learnt = self._fitted()
        only = _not_of(own) if own is not None and own.only else None
        recalled = self._search(reading.text, only)
        if own is not None and not own.only and len(recalled) == from_words(self.settings.recall_size):
            recalled = recalled.and_others(self._search(reading.text, _not_of(own)))
        texts = learnt.recall.own
        return {
            "lexical": relative_to_best(recalled),
            "meaning": learnt.recall.past.brought(reading.rows, reading.near),
            "texts": texts.find(reading.vector, TEXTS) if only is None else texts.find(reading.vector, OWN_TEXTS, only),
            "choices": learnt.recall.past.choices(normalise(reading.text)),
        }

    def _search(self, query: str, left_out: LeftOut | None) -> RecalledStickers:
        return self._index.search(
            query,
            weights=self.settings.relevance.as_mapping(),
            limit=from_words(self.settings.recall_size),
            utility=None if self._utility is None else self._utility.lookup,
            left_out=left_out,
        )

    def remembered(self, user: str, query: str) -> dict[str, Found]:
        """What this person chose for it."""
        return best_of_readings([(each.weight, self._remembered(user, each)) for each in self._readings(query)])

    def _remembered(self, user: str, reading: _Reading) -> dict[str, Found]:
        learnt = self._fitted()
        keys = learnt.recall.past.keys[reading.rows]
        return {"memory": learnt.memory.find(user, normalise(reading.text), keys, reading.near)}

    def _readings(self, query: str) -> tuple[_Reading, ...]:
        """The query as typed and what else it may mean, as the bot reads it; those of the last query are at hand."""
        if query != self._last[0]:
            learnt, normal = self._fitted(), normalise(query)
            meant = readings(normal, learnt.vocabulary, learnt.recall.past) if self.settings.forgiving else ()
            texts = [(weight_of_typed(meant), query), *((each.weight, each.text) for each in meant)]
            self._last = query, tuple(self._read(weight, text) for weight, text in texts)
        return self._last[1]

    def _read(self, weight: float, text: str) -> _Reading:
        normal = normalise(text)
        vector = self._encoded(normal)
        rows, near = self._fitted().recall.past.near(normal, vector)
        return _Reading(weight, text, vector, rows, near)

    def pool(self, found: dict[str, Found], own: OwnWanted | None = None) -> Pool:
        """The candidates."""
        weights = self.settings.weights
        pooled = pool(
            found, self._fitted().recall.lent, weights.shares, choices=weights.choices, diffusion=weights.diffusion
        )
        if own is None or not own.only:
            return pooled
        kept = own.stickers.among(pooled.ids)
        return Pool(pooled.ids[kept], pooled.parts[kept], pooled.lent[kept])

    def order(self, user: str, pooled: Pool) -> PlusRanking:
        """The best R for a person."""
        weights = self.settings.weights
        liked = self.preference(user, pooled.ids) if weights.style else np.zeros(len(pooled.ids))
        own = self.own_factors(self.wanted(user), pooled.ids)
        return rank_plus(pooled, liked, style=weights.style, limit=self.settings.recall_size, own_packs=own)

    def own_factors(self, own: OwnWanted | None, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """What the score of each sticker is multiplied by for being of an own pack or not, shape (ids,)."""
        return np.ones(len(ids)) if own is None else own.factors(ids, self.settings.own_bonus)

    def preference(self, user: str, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Gate x share, shape (ids,); 0 for a person whom nobody knows."""
        learnt = self._fitted()
        person = learnt.liking.get(user)
        if person is None or learnt.style is None:
            return np.zeros(len(ids))
        gate, choices, counts = person
        return gate * style_share(learnt.style, ids, choices, counts)

    def close(self) -> None:
        """See `System.close`; there is nothing to let go of."""

    @property
    def catalogue_size(self) -> int:
        """Stickers that can be ranked."""
        return len(self._docids)

    @property
    def knows_sets(self) -> bool:
        """Whether stickers have sets, without which nobody has packs of their own."""
        return self._fitted().own is not None

    def docid(self, row: int) -> str:
        """Of a row of the catalogue."""
        return self._docids[row]

    def _encoded(self, query: str) -> NDArray[np.float32] | None:
        if self._encoder is None or not query:
            return None
        began = time.perf_counter()
        vector: NDArray[np.float32] = self._encoder.encode([query])[0]
        self.encoder_seconds += time.perf_counter() - began
        return vector

    def _fitted(self) -> Learnt:
        if self._learnt is None:
            raise ValueError("a system was asked before it was fitted")
        return self._learnt

    def weighing(self, settings: PlusSettings) -> PerSRVPlus:
        """The same system under other weights, without learning again; utility and fields stay."""
        kept = replace(settings, utility=self.settings.utility, relevance=self.settings.relevance)
        other = PerSRVPlus(self._index, self._encoder, kept)
        other._docids, other._utility, other._learnt = self._docids, self._utility, self._learnt
        return other


def _not_of(own: OwnWanted) -> LeftOut:
    def left_out(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        return ~own.stickers.among(rows)

    return left_out
