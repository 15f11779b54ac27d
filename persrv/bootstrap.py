"""The only wiring: settings in, use cases on real adapters out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from persrv.adapters.artefacts import FolderArtefactStore, FolderEmbeddingArchive
from persrv.adapters.caption import open_captioner
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
from persrv.adapters.embedding import open_image_encoder
from persrv.adapters.locks import job_lock
from persrv.adapters.media import FolderMediaStore, ProcessFrameDecoder
from persrv.adapters.nearest import arrange_vectors, open_nearest
from persrv.adapters.nsfw import open_nsfw
from persrv.adapters.ocr import open_ocr
from persrv.adapters.pictures import MatplotlibUsagePainter, PillowStylePainter
from persrv.adapters.search import WhooshStickerIndex
from persrv.adapters.text_encoding import open_text_encoder
from persrv.adapters.threads import one_thread_a_product
from persrv.catalogue import FolderImport, Indexer, Moderation, PackImporter
from persrv.config import Settings
from persrv.errors import StorageError
from persrv.ports.artefacts import ArtefactStore, EmbeddingArchive
from persrv.ports.broadcasts import BroadcastStore
from persrv.ports.captioner import Captioner
from persrv.ports.embedding import ImageEncoder
from persrv.ports.jobs import JobLog
from persrv.ports.learning import ChoiceLog, ProfileStore
from persrv.ports.media import FrameDecoder, MediaStore
from persrv.ports.moderation import BanStore, ReportStore
from persrv.ports.nearest import NearestVectors
from persrv.ports.nsfw import NsfwEngine, NsfwStore
from persrv.ports.ocr import OcrEngine
from persrv.ports.search import StickerIndex
from persrv.ports.semantics import SemanticsStore
from persrv.ports.storage import CatalogueStore, HistoryStore, IndexQueue
from persrv.ports.telegram import StickerSource
from persrv.ports.texts import TextEncoder
from persrv.ports.watching import StorageProbe
from persrv.ranking.personal import RankingWeights
from persrv.ranking.plus import PlusWeights
from persrv.recall.weights import RelevanceWeights
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
    StyleKeeper,
    StyleTeller,
    Suggester,
    TasteKeeper,
    Trials,
    UsageTeller,
)
from persrv.text import warm_up
from persrv.utility.weights import UtilityWeights


def utc_now() -> datetime:
    """The time, aware of its zone."""
    return datetime.now(UTC)


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


def ocr_engine(settings: Settings) -> OcrEngine:
    """The OCR engine that the settings ask for; loads its models.

    :raises ConfigurationError: it is not installed.
    """
    return open_ocr(settings.ocr_engine)


def nsfw_engine(settings: Settings) -> NsfwEngine | None:
    """The NSFW engine that the settings ask for; its model is loaded. None for none.

    :raises ConfigurationError: it is not installed, or its model is damaged.
    """
    return open_nsfw(settings.nsfw_engine)


def captioner(settings: Settings) -> Captioner:
    """The captioner that the settings ask for; `llava` loads its model.

    :raises ConfigurationError: a library, the model or the adapter is missing or wrong.
    """
    return open_captioner(
        settings.caption_engine,
        model=settings.caption_model,
        adapter=settings.caption_adapter,
        url=settings.caption_url,
        api_key=settings.caption_api_key,
        concurrency=settings.caption_concurrency,
        timeout=settings.caption_timeout,
        device=settings.caption_device,
        dtype=settings.caption_dtype,
        batch_size=settings.caption_batch,
    )


def image_encoder(settings: Settings) -> ImageEncoder:
    """The image encoder that the settings ask for; a network is loaded.

    :raises ConfigurationError: an extra, the model or a file is missing or wrong.
    """
    return open_image_encoder(settings.image_encoder, settings.image_model)


def text_encoder(settings: Settings) -> TextEncoder | None:
    """The text encoder that the settings ask for; its model is loaded. None for none, or where none is installed.

    :raises ConfigurationError: a model that is named cannot be loaded.
    """
    return None if settings.text_encoder == "none" else open_text_encoder(settings.text_encoder, "PERSRV_TEXT_ENCODER")


def vector_index(vectors: NDArray[np.float32]) -> tuple[NearestVectors, NDArray[np.uint8]]:
    """Make vectors ready to be asked which are near, and what a generation keeps to have it again."""
    return arrange_vectors(vectors)


def one_job_at_a_time(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """Hold the lock that keeps two jobs from running at once, whichever processes they are in.

    :raises JobBusy: another job is running.
    """
    return job_lock(settings.data_dir / "jobs.lock")


def prepare_data_dir(settings: Settings) -> None:
    """Make the data folder.

    :raises StorageError: it cannot be made or written.
    """
    try:
        for folder in (settings.data_dir, settings.index_dir, settings.media_dir, settings.cache_dir):
            folder.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise StorageError(
            f"The data folder {settings.data_dir} cannot be written ({error.strerror}): make it writable for this "
            "user or set PERSRV_DATA_DIR to another folder."
        ) from error


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, and the stores that entry points read."""

    settings: Settings
    catalogue: CatalogueStore
    history: HistoryStore
    index: StickerIndex
    media: MediaStore
    decoder: FrameDecoder
    suggester: Suggester
    explorer: Explorer
    impressions: ImpressionWriter
    indexer: Indexer
    documents: IndexQueue
    semantics: SemanticsStore
    choices: ChoiceLog
    profiles: ProfileStore
    artefacts: ArtefactStore
    embeddings: EmbeddingArchive
    serving: ServingHolder
    styles: StyleKeeper
    tastes: TasteKeeper
    query_vectors: QueryVectors
    style_teller: StyleTeller
    usage_teller: UsageTeller
    job_log: JobLog
    probe: StorageProbe
    bans: BanStore
    reports: ReportStore
    moderation: Moderation
    nsfw: NsfwGuard
    own_packs: OwnPacksKeeper
    nsfw_scores: NsfwStore
    broadcasts: BroadcastStore

    def importer(self, source: StickerSource) -> PackImporter:
        """The importer of sticker sets from Telegram."""
        return PackImporter(
            catalogue=self.catalogue,
            source=source,
            media=self.media,
            decoder=self.decoder,
            changed=self.packs_changed,
            now=utc_now,
            concurrency=self.settings.fetch_concurrency,
        )

    def folder_import(self, source: StickerSource, chat_id: int) -> FolderImport:
        """The importer of folders, which uploads to `chat_id`."""
        return FolderImport(
            catalogue=self.catalogue,
            source=source,
            media=self.media,
            decoder=self.decoder,
            changed=self.packs_changed,
            now=utc_now,
            chat_id=chat_id,
        )

    def chosen(self, user_id: int) -> None:
        """This person has chosen something: their next answer is to know of it."""
        self.tastes.forget(user_id)
        self.own_packs.chosen(user_id)
        self.styles.wake(user_id)

    def packs_changed(self) -> None:
        """A pack is new or another than before: the index and people's own packs are to follow."""
        self.own_packs.packs_changed()
        self.indexer.wake()

    async def warm_up(self) -> None:
        """Load what the first answers can do without, beside them; nothing that the settings have no use for."""
        one_thread_a_product()
        await self.explorer.load()
        if PlusRanker.name in {self.settings.ranking, self.settings.compare_with}:
            await asyncio.to_thread(self.query_vectors.warm)

    async def forget(self, user_id: int) -> tuple[int, int]:
        """Erase all that is personal: rows, what waits to be written, and the person's words in the index.

        :return: How many choices and impressions were erased.
        """
        self.suggester.forget(user_id)
        await self.impressions.flush()
        erased = await self.history.forget(user_id)
        self.styles.forget(user_id)  # again: a fit that was under way may have ended since
        self.tastes.forget(user_id)
        self.nsfw.forget(user_id)
        self.own_packs.forget(user_id)
        self.query_vectors.forget()
        await self.indexer.erase_traces()
        return erased.choices, erased.impressions


@contextlib.asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything that the settings name, migrations applied; close it at the end.

    :raises StorageError: the data folder or the database cannot be used.
    """
    prepare_data_dir(settings)
    await asyncio.to_thread(upgrade, settings.database)
    await asyncio.to_thread(warm_up, settings.cache_dir)
    async with contextlib.AsyncExitStack() as stack:
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        search = _executor(stack, "search")
        writing = _executor(stack, "index")
        index = await asyncio.to_thread(_open_index, settings)
        stack.callback(index.close)
        decoder = ProcessFrameDecoder()
        media = FolderMediaStore(settings.media_dir)
        stack.push_async_callback(decoder.close)
        catalogue, history = SqlCatalogueStore(database), SqlHistoryStore(database)
        impressions = ImpressionWriter(history)
        choices, profiles = SqlChoiceLog(database), SqlProfileStore(database)
        semantics = SqlSemanticsStore(database)
        artefacts = FolderArtefactStore(settings.artefacts_dir)
        background = _executor(stack, "background")
        serving = ServingHolder(artefacts, background, open_nearest=open_nearest)
        styles = StyleKeeper(
            log=choices, profiles=profiles, serving=serving, executor=background, styles=settings.styles
        )
        serving.changed = styles.serving_changed
        await serving.refresh()
        queue = SqlIndexQueue(database)
        indexer = Indexer(queue, index, writing)
        bans = SqlBanStore(database)
        moderation = Moderation(bans, changed=indexer.wake, now=utc_now)
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
            catalogue=catalogue,
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
            nsfw_scores=nsfw_scores,
            broadcasts=SqlBroadcastStore(database),
        )


@contextlib.asynccontextmanager
async def in_background(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run endless tasks beside the body; cancel them at its end and wait for what they still have to write."""
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _executor(stack: contextlib.AsyncExitStack, name: str) -> Executor:
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
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
    return WhooshStickerIndex(settings.index_dir, cache_dir=settings.cache_dir)
