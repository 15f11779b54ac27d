"""Fetches sticker sets: what is in them, then their files."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping
from datetime import datetime

from persrv.catalogue.progress import Outcome, PackProgress, ProgressListener, SharedProgress, SilentProgress
from persrv.domain.stickers import MediaState, Pack, PackChange, PackKind, Sticker
from persrv.errors import MediaError, PackBanned, PackNotFound, PerSRVError, TelegramUnavailable
from persrv.ports.media import FrameDecoder, MediaStore
from persrv.ports.storage import CatalogueStore
from persrv.ports.telegram import StickerSource

_log = logging.getLogger(__name__)

MAX_STICKER_BYTES = 2_000_000
"""Telegram takes 512 KB for a static sticker, 64 KB animated, 256 KB video; older sets hold larger ones."""

PROBE_SIZE = 64
"""Pixels of the one frame that is decoded to see whether a file can be used."""


class PackImporter:
    """Takes sets in, one after the other, the files of each with bounded concurrency.

    Everything that is done is in the database at once, and every step can be done again: a crash at any point is
    taken up by `resume`, and only the files that are missing are fetched.
    """

    def __init__(
        self,
        *,
        catalogue: CatalogueStore,
        source: StickerSource,
        media: MediaStore,
        decoder: FrameDecoder,
        changed: Callable[[], None],
        now: Callable[[], datetime],
        concurrency: int = 4,
        retry_seconds: float = 15.0,
    ) -> None:
        """Set it up.

        :param changed: Called when something was queued for indexing.
        :param concurrency: Files that are fetched at the same time.
        :param retry_seconds: Pause before a set that could not be reached is tried again; doubles up to 32 times.
        """
        self._catalogue = catalogue
        self._source = source
        self._media = media
        self._decoder = decoder
        self._changed = changed
        self._now = now
        self._slots = asyncio.Semaphore(concurrency)
        self._retry_seconds = retry_seconds
        self._wanted: asyncio.Queue[str] = asyncio.Queue()
        self._queued: set[str] = set()
        """Names that `_wanted` has, casefolded."""
        self._listeners: dict[str, dict[Hashable, ProgressListener]] = {}
        """By name, casefolded, and by chat: who is told of a set that waits or is being fetched."""
        self.finished = asyncio.Event()
        """Set whenever `run` is done with a set; whoever waits for it clears it."""

    @property
    def waiting(self) -> int:
        """Sets that `run` has not begun with yet."""
        return self._wanted.qsize()

    async def request(
        self,
        name: str,
        listener: ProgressListener | None = None,
        *,
        requested_by: int | None = None,
        progress_chat: int | None = None,
    ) -> Pack:
        """Ask for a set; `run` fetches it. Written to the database before this returns.

        :raises PackBanned: an admin has banned it.
        """
        pack = await self._catalogue.request_pack(name, requested_by=requested_by, progress_chat=progress_chat)
        self._listen(pack.name, listener, progress_chat)
        self._enqueue(pack.name)
        return pack

    def tells(self, name: str, chat: int) -> bool:
        """Whether a chat is already being told of a set: it was asked for there, and is not done."""
        return chat in self._listeners.get(name.casefold(), {})

    async def resume(self, listener: Callable[[Pack], Awaitable[ProgressListener]]) -> int:
        """Take up every set that was not finished. Return how many."""
        pending = await self._catalogue.pending_packs()
        for pack in pending:
            self._listen(pack.name, await listener(pack), pack.progress_chat)
            self._enqueue(pack.name)
        return len(pending)

    async def run(self) -> None:
        """Fetch what is asked for until cancelled; a set that cannot be reached is tried again later."""
        later: set[asyncio.Task[None]] = set()
        failures: dict[str, int] = {}
        try:
            while True:
                name = await self._wanted.get()
                # Whoever asks from now on may have meant a newer state of the set: it is then fetched once more.
                self._queued.discard(name.casefold())
                listeners = dict(self._listeners.get(name.casefold(), {}))
                finished = await self._fetch_safely(name, SharedProgress(tuple(listeners.values())))
                if finished:
                    self._told(name, listeners)
                    failures.pop(name, None)
                    continue
                failures[name] = failures.get(name, 0) + 1
                pause = self._retry_seconds * 2 ** min(failures[name] - 1, 5)
                task = asyncio.create_task(self._enqueue_later(name, pause))
                later.add(task)
                task.add_done_callback(later.discard)
        finally:
            for task in later:
                task.cancel()

    async def _fetch_safely(self, name: str, listener: ProgressListener) -> bool:
        """Fetch a set; False where it is to be tried again."""
        try:
            if await self.fetch(name, listener) is None:
                return False
        except PackBanned:  # after it was asked for
            pack = await self._catalogue.pack(name)
            if pack is not None:
                await listener.report(PackProgress(pack, Outcome.BANNED))
            return True
        except PerSRVError as error:  # the disk, or the media worker: no sticker is to blame
            _log.warning("a sticker set could not be taken in and will be tried again: %s", error)
            return False
        except Exception:  # nobody foresaw it; the sets behind this one must not wait for ever
            _log.exception("a sticker set could not be taken in and will be tried again")
            return False
        self.finished.set()
        return True

    async def fetch(self, name: str, listener: ProgressListener | None = None) -> PackProgress | None:
        """Bring one set up to date, now.

        :return: How it ended, or None when Telegram cannot be reached for now; the set then stays pending.
        :raises PackBanned: an admin has banned it.
        """
        listener = listener or SilentProgress()
        known = await self._catalogue.pack(name)
        try:
            fetched = await self._source.fetch_pack(name)
        except PackNotFound:
            return await self._gone(name, known, Outcome.NOT_FOUND, listener)
        except TelegramUnavailable as error:
            await self._unreachable(name, str(error), listener)
            return None
        if fetched.kind is PackKind.CUSTOM_EMOJI:
            return await self._gone(name, known, Outcome.NOT_STICKERS, listener)
        if not fetched.stickers:
            return await self._gone(name, known, Outcome.EMPTY, listener)
        change = await self._catalogue.save_pack(fetched, at=self._now())
        self._changed()
        try:
            done = await self._fetch_files(change, listener)
        except TelegramUnavailable as error:
            await self._unreachable(name, str(error), listener)
            return None
        await self._catalogue.finish_pack(change.pack.name)
        self._changed()
        progress = PackProgress(
            pack=change.pack,
            outcome=_outcome(known, change),
            done=done.done,
            total=done.total,
            unusable=done.unusable,
            change=change,
        )
        await listener.report(progress)
        return progress

    def _listen(self, name: str, listener: ProgressListener | None, chat: int | None) -> None:
        if listener is not None:
            listeners = self._listeners.setdefault(name.casefold(), {})
            listeners[object() if chat is None or chat in listeners else chat] = listener

    def _told(self, name: str, told: Mapping[Hashable, ProgressListener]) -> None:
        """These have heard how it ended; who came meanwhile waits on."""
        listeners = self._listeners.get(name.casefold(), {})
        for chat in told:
            listeners.pop(chat, None)
        if not listeners:
            self._listeners.pop(name.casefold(), None)

    def _enqueue(self, name: str) -> None:
        if name.casefold() not in self._queued:
            self._queued.add(name.casefold())
            self._wanted.put_nowait(name)

    async def _enqueue_later(self, name: str, pause: float) -> None:
        await asyncio.sleep(pause)
        self._enqueue(name)

    async def _gone(self, name: str, known: Pack | None, outcome: Outcome, listener: ProgressListener) -> PackProgress:
        """Retire a set that there is no more, or that never was one."""
        pack = known or await self._catalogue.request_pack(name, requested_by=None, progress_chat=None)
        removed = await self._catalogue.retire_pack(pack.name, outcome.value)
        self._changed()
        was_here = pack.fetched_at is not None
        progress = PackProgress(pack, Outcome.RETIRED if was_here and outcome is not Outcome.NOT_STICKERS else outcome)
        _log.info("sticker set %s: %s, %d stickers leave the answers", pack.name, progress.outcome.value, removed)
        await listener.report(progress)
        return progress

    async def _unreachable(self, name: str, problem: str, listener: ProgressListener) -> None:
        await self._catalogue.fail_pack(name, problem)
        _log.warning("sticker set %s will be tried again: %s", name, problem)
        pack = await self._catalogue.pack(name)
        if pack is not None:
            await listener.report(PackProgress(pack, Outcome.RETRYING))

    async def _fetch_files(self, change: PackChange, listener: ProgressListener) -> PackProgress:
        wanted = await self._catalogue.wanted_media(change.pack.id)
        total = change.added + change.changed + change.unchanged
        done = total - len(wanted)
        unusable = 0
        await listener.report(PackProgress(change.pack, Outcome.FETCHING, done, total, change=change))
        tasks = [asyncio.create_task(self._fetch_file(sticker)) for sticker in wanted]
        try:
            for finished in asyncio.as_completed(tasks):
                unusable += await finished is MediaState.UNUSABLE
                done += 1
                await listener.report(PackProgress(change.pack, Outcome.FETCHING, done, total, unusable, change=change))
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
        return PackProgress(change.pack, Outcome.FETCHING, done, total, unusable, change=change)

    async def _fetch_file(self, sticker: Sticker) -> MediaState:
        async with self._slots:
            try:
                data = await self._source.download(sticker.file_id, max_bytes=MAX_STICKER_BYTES)
                await self._decoder.decode(data, sticker.format, frames=1, size=PROBE_SIZE)
            except MediaError as error:
                await self._catalogue.note_media(sticker.id, MediaState.UNUSABLE, str(error))
                _log.info("the file of sticker %d cannot be used: %s", sticker.id, error)
                return MediaState.UNUSABLE
            await self._media.write(sticker.file_unique_id, sticker.format, data)
            await self._catalogue.note_media(sticker.id, MediaState.STORED)
            return MediaState.STORED


def _outcome(known: Pack | None, change: PackChange) -> Outcome:
    if known is None or known.fetched_at is None:
        return Outcome.ADDED
    return Outcome.REFRESHED if change.added or change.changed or change.removed else Outcome.UNCHANGED
