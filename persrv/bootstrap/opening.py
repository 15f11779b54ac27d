"""Opens the use cases on real adapters: what serves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from zoneinfo import ZoneInfo

from persrv.adapters.artefacts import FolderArtefactStore, FolderEmbeddingArchive
from persrv.adapters.database import (
    Database,
    SqlBanStore,
    SqlBroadcastStore,
    SqlCatalogueStore,
    SqlChoiceLog,
    SqlHistoryStore,
    SqlIndexQueue,
    SqlJobLog,
    SqlNsfwStore,
    SqlOwnPackStore,
    SqlProfileStore,
    SqlReportStore,
    SqlSemanticsStore,
    SqlStorageProbe,
    SqlUsageStore,
    upgrade,
)
from persrv.adapters.heap import give_back
from persrv.adapters.media import FolderMediaStore, ProcessFrameDecoder
from persrv.adapters.nearest import open_nearest
from persrv.adapters.pictures import MatplotlibUsagePainter, PillowStylePainter
from persrv.adapters.search import WhooshStickerIndex
from persrv.bootstrap.engines import text_encoder
from persrv.bootstrap.process import loading, prepare_data_dir, utc_now
from persrv.bootstrap.services import Services
from persrv.bootstrap.weights import plus_weights, ranking_weights, relevance_weights
from persrv.catalogue import Indexer, Moderation
from persrv.config import Settings
from persrv.ports.search import StickerIndex
from persrv.suggest import (
    Explorer,
    ImpressionWriter,
    NsfwGuard,
    OwnPacksKeeper,
    PaperRanker,
    PlusRanker,
    QueryVectors,
    Ranker,
    ServingHolder,
    Shelf,
    StyleKeeper,
    StyleTeller,
    Suggester,
    TasteKeeper,
    Trials,
    UsageTeller,
)
from persrv.text import warm_up


@contextlib.asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything that the settings name, migrations applied; close it at the end.

    :raises StorageError: the data folder or the database cannot be used.
    """
    prepare_data_dir(settings)
    await asyncio.to_thread(upgrade, settings.database)
    with loading():
        await asyncio.to_thread(warm_up, settings.cache_dir)
    async with contextlib.AsyncExitStack() as stack:
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        search = _executor(stack, "search")
        writing = _executor(stack, "index", workers=2)  # a change to one sticker beside one to many
        index = await asyncio.to_thread(_open_index, settings)
        stack.callback(index.close)
        decoder = ProcessFrameDecoder()
        media = FolderMediaStore(settings.media_dir)
        stack.push_async_callback(decoder.close)
        catalogue, history = SqlCatalogueStore(database), SqlHistoryStore(database)
        impressions = ImpressionWriter(history)
        stack.push_async_callback(impressions.flush)  # of answers that went out while the bot was stopping
        choices, profiles = SqlChoiceLog(database), SqlProfileStore(database)
        semantics = SqlSemanticsStore(database)
        artefacts = FolderArtefactStore(settings.artefacts_dir)
        background = _executor(stack, "background")
        serving = ServingHolder(artefacts, background, open_nearest=open_nearest, settle=give_back)
        styles = StyleKeeper(
            log=choices, profiles=profiles, serving=serving, executor=background, styles=settings.styles
        )
        serving.changed = styles.serving_changed
        await serving.refresh()
        queue = SqlIndexQueue(database)
        indexer = Indexer(queue, index, writing)
        bans = SqlBanStore(database)
        shelf = Shelf(catalogue, history)
        stack.push_async_callback(shelf.close)

        def banned() -> None:
            shelf.changed()
            indexer.wake()

        moderation = Moderation(bans, changed=banned, now=utc_now)
        await moderation.load()
        nsfw_scores = SqlNsfwStore(database)
        nsfw = NsfwGuard(nsfw_scores, limit=None if settings.nsfw_engine == "none" else settings.nsfw_limit)
        await nsfw.load()
        own_packs = OwnPacksKeeper(SqlOwnPackStore(database), now=utc_now)
        await own_packs.load()
        tastes = TasteKeeper(choices, now=utc_now)
        vectors = QueryVectors(partial(text_encoder, settings))
        explorer = Explorer(history, share=settings.explore_share)
        suggester = Suggester(
            shelf=shelf,
            history=history,
            ranker=_ranker(settings.ranking, settings, index, vectors),
            serving=serving,
            styles=styles,
            tastes=tastes,
            nsfw=nsfw,
            own_packs=own_packs,
            trials=Trials(
                rival=_ranker(settings.compare_with, settings, index, vectors) if settings.compare_with else None,
                compare_share=settings.compare_share,
                explore_share=settings.explore_share,
            ),
            explorer=explorer,
            impressions=impressions,
            executor=search,
            now=utc_now,
        )
        yield Services(
            settings=settings,
            catalogue=catalogue,
            history=history,
            index=index,
            media=media,
            decoder=decoder,
            suggester=suggester,
            explorer=explorer,
            impressions=impressions,
            indexer=indexer,
            documents=queue,
            semantics=semantics,
            choices=choices,
            profiles=profiles,
            artefacts=artefacts,
            embeddings=FolderEmbeddingArchive(settings.embeddings_dir),
            serving=serving,
            styles=styles,
            tastes=tastes,
            query_vectors=vectors,
            style_teller=StyleTeller(
                log=choices,
                catalogue=catalogue,
                styles=styles,
                tastes=tastes if settings.ranking == PlusRanker.name and settings.plus_style > 0 else None,
                serving=serving,
                nsfw=nsfw,
                media=media,
                decoder=decoder,
                painter=PillowStylePainter(),
                executor=background,
            ),
            usage_teller=UsageTeller(
                usage=SqlUsageStore(database),
                catalogue=catalogue,
                semantics=semantics,
                painter=MatplotlibUsagePainter(),
                executor=background,
                zone=ZoneInfo(settings.timezone),
                kept_days=settings.keep_impressions_days,
            ),
            job_log=SqlJobLog(database),
            probe=SqlStorageProbe(database),
            bans=bans,
            reports=SqlReportStore(database),
            moderation=moderation,
            nsfw=nsfw,
            own_packs=own_packs,
            shelf=shelf,
            nsfw_scores=nsfw_scores,
            broadcasts=SqlBroadcastStore(database),
        )


def _executor(stack: contextlib.AsyncExitStack, name: str, *, workers: int = 1) -> Executor:
    executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name)
    stack.callback(executor.shutdown, wait=True, cancel_futures=True)
    return executor


def _ranker(name: str, settings: Settings, index: StickerIndex, vectors: QueryVectors) -> Ranker:
    weights = relevance_weights(settings).as_mapping()
    if name == PaperRanker.name:
        return PaperRanker(
            index,
            weights,
            ranking_weights(settings),
            recall_size=settings.recall_size,
            own_packs=settings.own_packs,
        )
    return PlusRanker(
        index,
        weights,
        plus_weights(settings),
        vectors,
        recall_size=settings.recall_size,
        forgiving=settings.forgiving,
        own_packs=settings.own_packs,
    )


def _open_index(settings: Settings) -> WhooshStickerIndex:
    weights = relevance_weights(settings).as_mapping()
    return WhooshStickerIndex(settings.index_dir, cache_dir=settings.cache_dir, weights=weights)
