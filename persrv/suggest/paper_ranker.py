"""The paper's ranking, as it can serve."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from persrv.domain.semantics import SemanticField
from persrv.domain.suggestions import Ranked, Scores, Told
from persrv.ports.search import StickerIndex
from persrv.preference.preference import preference
from persrv.ranking.order import as_ranked
from persrv.ranking.personal import RankingWeights, rank_by_factor
from persrv.recall.forgiving import Alternative
from persrv.suggest.asked import OWN_BONUS, Asked
from persrv.suggest.words import by_words


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
        own_packs: float = OWN_BONUS,
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
        recalled = by_words(self._index, asked, asked.tokens, self._weights, self._recall_size)
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

        def scores() -> Scores:
            return Scores(
                best.scores,
                best.preference,
                best.factors,
                asked.own_packs(found.ids, self._own_packs),
                found.utility,
                dict(zip(found.fields, found.by_field, strict=True)),
            )

        return as_ranked(found.ids, Told(scores, by_words=len(found) > 0))

    def expected(self, query: str) -> AbstractContextManager[None]:
        """See `Ranker.expected`: nothing of a query is made beforehand."""
        return nullcontext()

    def forget(self) -> None:
        """See `Ranker.forget`: nothing is kept."""
