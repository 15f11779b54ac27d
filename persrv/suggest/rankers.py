"""The two rankings that can serve: the paper's, and persrv-plus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import PARTS, Found, Pool, RecalledStickers
from persrv.domain.nsfw import NOTHING_HIDDEN, Hidden
from persrv.domain.own_packs import OwnWanted
from persrv.domain.semantics import SemanticField
from persrv.domain.suggestions import Ranked, Scores
from persrv.ports.search import LeftOut, StickerIndex
from persrv.preference.preference import preference
from persrv.preference.profile import StyleProfile
from persrv.ranking.order import as_ranked
from persrv.ranking.personal import RankingWeights, rank_by_factor
from persrv.ranking.plus import PlusRanking, PlusWeights, rank_plus
from persrv.recall.forgiving import Alternative, readings, weight_of_typed
from persrv.recall.pool import TEXTS, best_of_readings, from_words, pool, relative_to_best
from persrv.recall.top import top
from persrv.suggest.query_vectors import QueryVectors
from persrv.suggest.serving import Serving
from persrv.suggest.tastes import Taste
from persrv.text import normalise

POOLED: Final = 500
"""Candidates of persrv-plus whose style is looked at: the best before it, and as many at least as a ranking has."""
OWN_PACKS: Final = 1.0
"""What an own pack adds to the factor of its stickers, for those who prefer their own: they count twice. In the
validation part of stickerbench 4 of 24 people have not chosen from every set and can tell (docs/evaluation.md): all
from 0.25 to 1 is as good with style, and 2 is best without it. No log tells who would prefer what."""
OWN_TEXTS: Final = 2_000
"""Stickers' own texts that are looked at by meaning where only own packs count: most are somebody else's."""


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
        if self.own is None or self.own.only:
            return np.ones(len(sticker_ids))
        return np.where(self.own.stickers.among(sticker_ids), 1.0 + bonus, 1.0)

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


def ranked_by(ranker: Ranker, asked: Asked) -> tuple[tuple[str, ...], tuple[Ranked, ...]]:
    """What else the query was taken to mean, best first, and the ranking that all of it gave."""
    readings = ranker.readings(asked)
    return tuple(each.text for each in readings), ranker.rank(replace(asked, readings=readings))


class PaperRanker:
    """The paper, made exact (section 3.6): BM25 + utility, times 1 + alpha x preference."""

    name = "persrv"
    by_profile, by_taste = True, False

    def __init__(
        self,
        index: StickerIndex,
        weights: Mapping[SemanticField, float],
        ranking: RankingWeights,
        *,
        recall_size: int,
        own_packs: float = OWN_PACKS,
    ) -> None:
        """Make it.

        :param recall_size: R, the stickers that recall hands to ranking (paper: 100).
        :param own_packs: What an own pack adds to the factor of its stickers, for those who prefer their own.
        """
        self._index = index
        self._weights = weights
        self._ranking = ranking
        self._recall_size = recall_size
        self._own_packs = own_packs

    def readings(self, asked: Asked) -> tuple[Alternative, ...]:
        """See `Ranker.readings`: the paper's takes every query as it is typed."""
        return ()

    def rank(self, asked: Asked) -> tuple[Ranked, ...]:
        """See `Ranker.rank`."""
        serving = asked.serving
        recalled = _recall(self._index, asked, asked.tokens, self._weights, self._recall_size)
        liked = preference(
            asked.profile,
            serving.vectors_of(recalled.ids),
            space_id=serving.space_id,
            gate=self._ranking.gate,
            nearest=self._ranking.nearest,
        )
        own = asked.own_packs(recalled.ids, self._own_packs)
        best = rank_by_factor(recalled, liked, (1.0 + self._ranking.alpha * liked) * own).first(self._recall_size)
        found = best.found
        return as_ranked(
            found.ids,
            Scores(
                best.scores,
                best.preference,
                best.factors,
                asked.own_packs(found.ids, self._own_packs),
                found.utility,
                dict(zip(found.fields, found.by_field, strict=True)),
            ),
        )


class PlusRanker:
    """persrv-plus (`persrv.recall.pool`, `persrv.ranking.plus`). A stage without what it needs steps aside."""

    name = "persrv-plus"
    by_profile, by_taste = False, True

    def __init__(
        self,
        index: StickerIndex,
        weights: Mapping[SemanticField, float],
        plus: PlusWeights,
        vectors: QueryVectors,
        *,
        recall_size: int,
        forgiving: bool = True,
        own_packs: float = OWN_PACKS,
    ) -> None:
        """Make it.

        :param recall_size: R, the stickers of a ranking.
        :param forgiving: Whether words that nobody used are read as others that sound or look like them.
        :param own_packs: What an own pack adds to the factor of its stickers, for those who prefer their own.
        """
        self._index = index
        self._weights = weights
        self._plus = plus
        self._vectors = vectors
        self._recall_size = recall_size
        self._forgiving = forgiving
        self._own_packs = own_packs

    def readings(self, asked: Asked) -> tuple[Alternative, ...]:
        """See `Ranker.readings`. A query that somebody chose something for is taken as it is typed."""
        serving = asked.serving
        if not self._forgiving or serving.vocabulary is None:
            return ()
        return readings(asked.query, serving.vocabulary, serving.learnt.past if serving.learnt else None)

    def rank(self, asked: Asked) -> tuple[Ranked, ...]:
        """See `Ranker.rank`."""
        found = [self._find(asked, weight_of_typed(asked.readings), asked.query, asked.tokens)]
        found += [self._find(asked, each.weight, normalise(each.text), each.tokens) for each in asked.readings]
        learnt = asked.serving.learnt
        shares = self._plus.shares
        parts = best_of_readings([(each.weight, each.parts) for each in found])
        together = pool(
            parts, learnt.lent if learnt else None, shares, choices=self._plus.choices, diffusion=self._plus.diffusion
        )
        kept = _without(together, asked.left_out)
        pooled = _best(kept, asked.own_packs(kept.ids, self._own_packs), max(POOLED, self._recall_size))
        liked = np.zeros(len(pooled.ids))
        if asked.taste is not None and asked.serving.style is not None and self._plus.style > 0:
            liked = asked.taste.preference(asked.serving.style, pooled.ids)
        own = asked.own_packs(pooled.ids, self._own_packs)
        best = rank_plus(pooled, liked, style=self._plus.style, limit=self._recall_size, own_packs=own)
        return as_ranked(best.ids, _scores(best, found))

    def _find(self, asked: Asked, weight: float, query: str, tokens: Sequence[str]) -> _Reading:
        """What one reading of the query finds."""
        recalled = _recall(self._index, asked, tokens, self._weights, from_words(self._recall_size))
        return _Reading(weight, recalled, {"lexical": relative_to_best(recalled)} | self._beyond_words(asked, query))

    def _beyond_words(self, asked: Asked, query: str) -> dict[str, Found]:
        learnt, taste = asked.serving.learnt, asked.taste
        if learnt is None:
            return {} if taste is None else {"memory": taste.memory.find(taste.user, query)}
        known = (each.of(query) for each in learnt.known)
        vector = next((each for each in known if each is not None), None)
        if vector is None:
            vector = self._vectors.of(query, learnt.encoder)
        rows, near = learnt.past.near(query, vector)
        only_own = asked.own is not None and asked.own.only
        texts = learnt.own.find(vector, OWN_TEXTS, asked.left_out) if only_own else learnt.own.find(vector, TEXTS)
        found = {"meaning": learnt.past.brought(rows, near), "texts": texts, "choices": learnt.past.choices(query)}
        if taste is not None:
            found["memory"] = taste.memory.find(taste.user, query, learnt.past.keys[rows], near)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """What one reading of a query found.

    :param weight: How much it counts, above 0 to 1.
    """

    weight: float
    recalled: RecalledStickers
    parts: Mapping[str, Found]


def _recall(
    index: StickerIndex, asked: Asked, tokens: Sequence[str], weights: Mapping[SemanticField, float], limit: int
) -> RecalledStickers:
    """What words find: the best, and where own packs are preferred the best of those beside them, in one order."""

    def search(left_out: LeftOut | None) -> RecalledStickers:
        lookup = asked.serving.utility.lookup
        return index.search(tokens, weights=weights, limit=limit, utility=lookup, left_out=left_out)

    best = search(asked.left_out)
    if asked.own is None or asked.own.only or len(best) < limit or not len(asked.own.stickers):
        return best
    own = search(replace(asked, own=replace(asked.own, only=True)).left_out)
    return best.and_others(own) if len(own) else best


def _without(pooled: Pool, left_out: LeftOut | None) -> Pool:
    """Without whom recall is to pass over, and others than words may have brought in."""
    if left_out is None:
        return pooled
    kept = ~left_out(pooled.ids)
    return Pool(pooled.ids[kept], pooled.parts[kept], pooled.lent[kept])


def _best(pooled: Pool, own_packs: NDArray[np.float64], most: int) -> Pool:
    """The best before style; of equals the lower ids.

    :param own_packs: What each is multiplied by, shape (n,).
    """
    if len(pooled.ids) <= most:
        return pooled
    kept = np.sort(top(pooled.recall * own_packs, pooled.ids, most))
    return Pool(pooled.ids[kept], pooled.parts[kept], pooled.lent[kept])


def _scores(best: PlusRanking, found: Sequence[_Reading]) -> Scores:
    """All that is told of a ranking; the words' part by field, which together is what `lexical` has in the score."""
    beyond = dict(zip(PARTS, best.parts.T, strict=True))
    utility, by_field = _by_words(best.ids, beyond.pop("lexical"), found)
    return Scores(
        best.scores, best.preference, best.factors, best.own_packs, utility, by_field, beyond | {"diffusion": best.lent}
    )


def _by_words(
    ids: NDArray[np.int64], lexical: NDArray[np.float64], found: Sequence[_Reading]
) -> tuple[NDArray[np.float64], dict[SemanticField, NDArray[np.float64]]]:
    """Utility and BM25 by field of some stickers, as the reading has them that each has its words' part from.

    :param ids: Distinct, shape (n,).
    :param lexical: The words' part of each, which these sum to, shape (n,).
    """
    fields = next((reading.recalled.fields for reading in found if len(reading.recalled)), ())
    utility, by_field, most = np.zeros(len(ids)), np.zeros((len(fields), len(ids))), np.zeros(len(ids))
    for reading in found:
        recalled = reading.recalled
        scores = recalled.scores
        best = scores.max(initial=0.0)
        if best <= 0:
            continue
        _, here, there = np.intersect1d(ids, recalled.ids, assume_unique=True, return_indices=True)
        totals = scores[there] * (reading.weight / best)
        better = totals > most[here]
        here, there = here[better], there[better]
        most[here] = totals[better]
        scale = lexical[here] / scores[there]
        utility[here] = scale * recalled.utility[there]
        by_field[:, here] = scale * recalled.by_field[:, there]
    return utility, dict(zip(fields, by_field, strict=True))
