"""The use cases, and what of them has to happen together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from persrv.adapters.threads import one_thread_a_product
from persrv.bootstrap.process import loading, utc_now
from persrv.catalogue import FolderImport, Indexer, Moderation, PackImporter
from persrv.config import Settings
from persrv.ports.artefacts import ArtefactStore, EmbeddingArchive
from persrv.ports.broadcasts import BroadcastStore
from persrv.ports.jobs import JobLog
from persrv.ports.learning import ChoiceLog, ProfileStore
from persrv.ports.media import FrameDecoder, MediaStore
from persrv.ports.moderation import BanStore, ReportStore
from persrv.ports.nsfw import NsfwStore
from persrv.ports.search import StickerIndex
from persrv.ports.semantics import SemanticsStore
from persrv.ports.storage import CatalogueStore, HistoryStore, IndexQueue
from persrv.ports.telegram import StickerSource
from persrv.ports.watching import StorageProbe
from persrv.preference.profile import warm_up as load_fitting
from persrv.suggest import (
    Explorer,
    ImpressionWriter,
    NsfwGuard,
    OwnPacksKeeper,
    PlusRanker,
    QueryVectors,
    ServingHolder,
    Shelf,
    StyleKeeper,
    StyleTeller,
    Suggester,
    TasteKeeper,
    UsageTeller,
)


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
    shelf: Shelf
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

    def chosen(self, user_id: int, sticker_id: int) -> None:
        """This person has chosen a sticker, and it is written: their next answer is to know of it, others soon."""
        self.tastes.forget(user_id)
        self.own_packs.chosen(user_id)
        self.styles.wake(user_id)
        self.shelf.choices_changed()
        self.indexer.chosen(sticker_id)

    def packs_changed(self) -> None:
        """A pack is new or another than before: the index and what is held of packs are to follow."""
        self.own_packs.packs_changed()
        self.shelf.changed()
        self.indexer.wake()

    @property
    def aside(self) -> tuple[str, ...]:
        """Stages of ranking that answers do without just now, and why, a sentence each."""
        problem = self.query_vectors.problem if self.settings.text_encoder != "none" else ""
        return (*self.serving.aside, *([problem] if problem else []))

    async def warm_up(self, *, ahead: bool = True) -> None:
        """Load what the first answers can do without, beside them; nothing that the settings have no use for.

        :param ahead: Also what the next generation will want, and the one that serves has no use for; and what a choice
            takes.
        """
        one_thread_a_product()
        await self.explorer.load()
        learnt = self.serving.current.learnt
        compares = ahead or (learnt is not None and learnt.encoder != "")
        if compares and PlusRanker.name in {self.settings.ranking, self.settings.compare_with}:
            with loading():
                await asyncio.to_thread(self.query_vectors.warm)
        if ahead and self.serving.current.space_id:
            await asyncio.to_thread(load_fitting)
            one_thread_a_product()  # what has come with it too

    async def forget(self, user_id: int) -> tuple[int, int]:
        """Erase all that is personal: rows, what waits to be written, and the person's words in the index.

        :return: How many choices and impressions were erased.
        """
        self.suggester.forget(user_id)
        await self.impressions.flush()
        erased = await self.history.forget(user_id)
        self.shelf.choices_erased()
        self.styles.forget(user_id)  # again: a fit that was under way may have ended since
        self.tastes.forget(user_id)
        self.nsfw.forget(user_id)
        self.own_packs.forget(user_id)
        self.query_vectors.forget()
        await self.indexer.erase_traces()
        return erased.choices, erased.impressions
