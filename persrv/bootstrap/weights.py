"""The weights of the settings, as the stages take them."""

from __future__ import annotations

from persrv.config import Settings
from persrv.ranking.personal import RankingWeights
from persrv.ranking.plus import PlusWeights
from persrv.recall.weights import RelevanceWeights
from persrv.utility.weights import UtilityWeights


def relevance_weights(settings: Settings) -> RelevanceWeights:
    """The weights of relevance that the settings ask for."""
    return RelevanceWeights(
        ocr=settings.relevance_ocr,
        queries=settings.relevance_queries,
        keywords=settings.relevance_keywords,
        description=settings.relevance_description,
        emotions=settings.relevance_emotions,
        emoji=settings.relevance_emoji,
        pack=settings.relevance_pack,
    )


def plus_weights(settings: Settings) -> PlusWeights:
    """The weights of persrv-plus that the settings ask for.

    :raises ConfigurationError: with them nothing would be found.
    """
    return PlusWeights(
        lexical=settings.plus_lexical,
        meaning=settings.plus_meaning,
        texts=settings.plus_texts,
        memory=settings.plus_memory,
        choices=settings.plus_choices,
        diffusion=settings.plus_diffusion,
        style=settings.plus_style,
    )


def utility_weights(settings: Settings) -> UtilityWeights:
    """The weights of utility that the settings ask for."""
    return UtilityWeights(
        popularity=settings.utility_popularity,
        users=settings.utility_users,
        queries=settings.utility_queries,
        base=settings.utility_base,
    )


def ranking_weights(settings: Settings) -> RankingWeights:
    """The weights of personal ranking that the settings ask for."""
    return RankingWeights(alpha=settings.ranking_alpha, gate=settings.ranking_gate, nearest=settings.ranking_nearest)
