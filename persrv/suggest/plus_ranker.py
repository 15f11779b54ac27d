"""persrv-plus, as it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persrv.domain.candidates import PARTS, Found, Pool
from persrv.domain.semantics import SemanticField
from persrv.domain.suggestions import Ranked, Scores, Told
from persrv.ports.search import LeftOut, StickerIndex
from persrv.ranking.order import as_ranked
from persrv.ranking.plus import PlusRanking, PlusWeights, rank_plus
from persrv.recall.forgiving import Alternative, readings, weight_of_typed
from persrv.recall.pool import OWN_TEXTS, TEXTS, best_of_readings, from_words, pool, relative_to_best
from persrv.recall.top import top
from persrv.suggest.asked import OWN_BONUS, Asked
from persrv.suggest.query_vectors import QueryVectors
from persrv.suggest.recall_arrays import LearntStages
from persrv.suggest.shared_finds import Finds, Read, SharedFinds
from persrv.suggest.words import by_words
from persrv.text import normalise

POOLED: Final = 500
"""Candidates of persrv-plus whose style is looked at: the best before it, and as many at least as a ranking has."""


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
        own_packs: float = OWN_BONUS,
        shared: SharedFinds | None = None,
    ) -> None:
        """Make it.

        :param recall_size: R, the stickers of a ranking.
        :param forgiving: Whether words that nobody used are read as others that sound or look like them.
        :param own_packs: What an own pack adds to the factor of its stickers, for those who prefer their own.
        :param shared: Keeps what queries found for everybody; of this ranker alone.
        """
        self._index = index
        self._weights = weights
        self._plus = plus
        self._vectors = vectors
        self._recall_size = recall_size
        self._forgiving = forgiving
        self._own_packs = own_packs
        self._shared = shared if shared is not None else SharedFinds()

    def readings(self, asked: Asked) -> tuple[Alternative, ...]:
        """See `Ranker.readings`. A query that somebody chose something for is taken as it is typed."""
        serving = asked.serving
        if not self._forgiving or serving.vocabulary is None:
            return ()
        return readings(asked.query, serving.vocabulary, serving.learnt.past if serving.learnt else None)

    def rank(self, asked: Asked) -> tuple[Ranked, ...]:
        """See `Ranker.rank`."""
        finds = self._finds(asked)
        remembered = _remembered(asked, finds.readings)
        pooled = finds.pooled
        if remembered is not None and len(remembered[0]) and self._plus.shares["memory"]:
            pooled = self._pooled(asked, {**finds.parts, "memory": remembered})
        liked = np.zeros(len(pooled.ids))
        if asked.taste is not None and asked.serving.style is not None and self._plus.style > 0:
            liked = asked.taste.preference(asked.serving.style, pooled.ids)
        own = asked.own_packs(pooled.ids, self._own_packs)
        best = rank_plus(pooled, liked, style=self._plus.style, limit=self._recall_size, own_packs=own)
        by_words = bool(best.parts[:, PARTS.index("lexical")].any())
        return as_ranked(best.ids, Told(lambda: _scores(best, finds.readings), by_words=by_words))

    def expected(self, query: str) -> AbstractContextManager[None]:
        """See `Ranker.expected`."""
        return self._vectors.expected(query)

    def forget(self) -> None:
        """See `Ranker.forget`."""
        self._shared.forget()

    def _finds(self, asked: Asked) -> Finds:
        """What does not depend on who asks, where they have no packs of their own to look at."""
        if asked.own is not None:
            return self._find(asked)
        key = asked.query, tuple(asked.tokens), asked.readings, asked.hidden
        state = asked.serving, self._index.version, self._vectors.ready
        return self._shared.of(key, state, lambda: self._find(asked))

    def _find(self, asked: Asked) -> Finds:
        weights = weight_of_typed(asked.readings), *(each.weight for each in asked.readings)
        queries = asked.query, *(normalise(each.text) for each in asked.readings)
        tokens = asked.tokens, *(each.tokens for each in asked.readings)
        read = zip(weights, queries, tokens, self._vectors_of(queries, asked.serving.learnt), strict=True)
        found = [self._read(asked, *each) for each in read]
        parts = best_of_readings([(each.weight, of_it) for each, of_it in found])
        return Finds([each for each, _ in found], parts, self._pooled(asked, parts))

    def _pooled(self, asked: Asked, parts: Mapping[str, Found]) -> Pool:
        """The candidates."""
        learnt, plus = asked.serving.learnt, self._plus
        together = pool(
            parts, learnt.lent if learnt else None, plus.shares, choices=plus.choices, diffusion=plus.diffusion
        )
        kept = _without(together, asked.left_out)
        return _best(kept, asked.own_packs(kept.ids, self._own_packs), max(POOLED, self._recall_size))

    def _vectors_of(self, queries: Sequence[str], learnt: LearntStages | None) -> Sequence[NDArray[np.float32] | None]:
        """Of each, where it is known from the night or can be made."""
        if learnt is None:
            return [None] * len(queries)
        known = {query: learnt.vector_of(query) for query in queries}
        new = [query for query, vector in known.items() if vector is None]
        made = self._vectors.of(new, learnt.encoder, needless=lambda query: learnt.vector_of(query) is not None)
        known |= zip(new, made, strict=True)
        return [known[query] for query in queries]

    def _read(
        self, asked: Asked, weight: float, query: str, tokens: Sequence[str], vector: NDArray[np.float32] | None
    ) -> tuple[Read, Mapping[str, Found]]:
        """What one reading of the query finds, and by part: all but memory."""
        recalled = by_words(self._index, asked, tokens, self._weights, from_words(self._recall_size))
        found = {"lexical": relative_to_best(recalled)}
        learnt = asked.serving.learnt
        if learnt is None:
            return Read(weight, query, recalled, None, None), found
        rows, near = learnt.past.near(query, vector)
        only_own = asked.own is not None and asked.own.only
        found |= {
            "meaning": learnt.past.brought(rows, near),
            "texts": learnt.own.find(vector, OWN_TEXTS, asked.left_out) if only_own else learnt.own.find(vector, TEXTS),
            "choices": learnt.past.choices(query),
        }
        return Read(weight, query, recalled, learnt.past.keys[rows], near), found


def _remembered(asked: Asked, found: Sequence[Read]) -> Found | None:
    """What this person chose for it; None for a person who chose nothing yet."""
    taste = asked.taste
    if taste is None:
        return None
    chosen = [
        (each.weight, {"memory": taste.memory.find(taste.user, each.query, each.keys, each.near)}) for each in found
    ]
    return best_of_readings(chosen)["memory"]


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


def _scores(best: PlusRanking, found: Sequence[Read]) -> Scores:
    """All that is told of a ranking; the words' part by field, which together is what `lexical` has in the score."""
    beyond = dict(zip(PARTS, best.parts.T, strict=True))
    utility, by_field = _by_words(best.ids, beyond.pop("lexical"), found)
    return Scores(
        best.scores, best.preference, best.factors, best.own_packs, utility, by_field, beyond | {"diffusion": best.lent}
    )


def _by_words(
    ids: NDArray[np.int64], lexical: NDArray[np.float64], found: Sequence[Read]
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
