"""The use case online: a query becomes a page of stickers, a chosen one becomes an interaction."""

from persrv.suggest.about import StickerFacts, sticker_facts
from persrv.suggest.asked import Asked, Ranker
from persrv.suggest.choices import choice_from_result, result_id
from persrv.suggest.exploring import Explorer
from persrv.suggest.impressions import ImpressionWriter
from persrv.suggest.memory import RankingMemory
from persrv.suggest.mydata import as_file
from persrv.suggest.mystyle import StyleTeller, ToldStyle
from persrv.suggest.nsfw import NsfwGuard
from persrv.suggest.own_packs import OwnPacksKeeper, read_typed
from persrv.suggest.paper_ranker import PaperRanker
from persrv.suggest.plus_ranker import PlusRanker
from persrv.suggest.query_vectors import QueryVectors
from persrv.suggest.service import PAGE_SIZE, Reading, Suggester
from persrv.suggest.serving import Serving, ServingHolder
from persrv.suggest.shelf import Shelf
from persrv.suggest.styles import StyleKeeper
from persrv.suggest.tastes import Taste, TasteKeeper
from persrv.suggest.trials import Trials
from persrv.suggest.usage import UsageTeller

__all__ = [
    "PAGE_SIZE",
    "Asked",
    "Explorer",
    "ImpressionWriter",
    "NsfwGuard",
    "OwnPacksKeeper",
    "PaperRanker",
    "PlusRanker",
    "QueryVectors",
    "Ranker",
    "RankingMemory",
    "Reading",
    "Serving",
    "ServingHolder",
    "Shelf",
    "StickerFacts",
    "StyleKeeper",
    "StyleTeller",
    "Suggester",
    "Taste",
    "TasteKeeper",
    "ToldStyle",
    "Trials",
    "UsageTeller",
    "as_file",
    "choice_from_result",
    "read_typed",
    "result_id",
    "sticker_facts",
]
