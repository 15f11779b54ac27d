"""The sticker index over Whoosh."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from persrv.adapters.search.apart import move_in, written_apart
from persrv.adapters.search.background import Build, Builder
from persrv.adapters.search.exact import Searched, best_of, matches_of, recalled
from persrv.adapters.search.files import remove_leftovers, stamp
from persrv.adapters.search.impact_building import build_apart, by_number
from persrv.adapters.search.manifest import Manifest, read_manifest, write_manifest
from persrv.adapters.search.merging import merge_alike, merge_all
from persrv.adapters.search.postings import PostingsCache
from persrv.adapters.search.rows import row
from persrv.adapters.search.schema import FIELDS
from persrv.adapters.search.serving import Keeper, Served
from persrv.adapters.search.sessions import failed, open_or_make, unreadable, unwritable, writing
from persrv.adapters.search.snapshot import Snapshot, open_snapshot
from persrv.adapters.search.tokens import encodable
from persrv.domain.candidates import RecalledStickers
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.errors import SearchIndexError
from persrv.ports.search import LeftOut, UtilityLookup
from persrv.recall.impact_search import Best
from persrv.recall.impact_view import Scratches
from persrv.recall.relevance import relevance

_log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 30.0
"""How long a large update that is written waits for another process to end its commit."""
_RETRY_SECONDS = 5.0
"""How long to leave a commit alone that could not be read; Whoosh tries for half a second by itself."""


class WhooshStickerIndex:
    """The `StickerIndex` of record: Whoosh keeps it on disk, numpy scores it.

    A large one is searched by a table of impacts (`persrv.recall.impacts`), derived from Whoosh's postings, kept in a
    folder beside them and made anew in the background as the index changes; what changed since is searched too, and
    every answer is to the last bit that of the postings themselves. While there is no table that fits, these serve.

    Opens the index in `directory`, or makes an empty one where there is none, or none that can be used:
    damaged, or made with other fields, another Whoosh or another tokeniser. Then `needs_rebuild` is True. What
    cannot be used is deleted: all of it can be made again from the database, and words that someone had erased
    must not stay.

    A search sees one commit, whole. Queries are looked up token by token and never parsed. A token that comes
    several times in a query counts once. Commits of other processes are seen within `refresh_seconds`.

    The index is a pickle: open no folder that a stranger could have written.

    :param clock: Seconds that only rise.
    :param lock_seconds: How long to wait for another process that is writing.
    :param impacts_from: Stickers from which a table is worth its files.
    :param weights: That most searches will have: a table answers these fastest. None: those that there are by default.
    :param build: What makes the table; None: a process of its own.
    :param apart_from: Documents of one update from which processes of their own write them.
    :param cache_dir: See `persrv.text.warm_up`; for those processes.
    :raises SearchIndexError: the folder cannot be read or written.
    :raises IndexBusy: another process is writing it, and it must be made anew.
    """

    def __init__(
        self,
        directory: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        refresh_seconds: float = 0.5,
        lock_seconds: float = 2.0,
        cached_postings: int = 2_000_000,
        impacts_from: int = 1_000,
        weights: Mapping[SemanticField, float] | None = None,
        build: Build | None = None,
        apart_from: int = 2_000,
        cache_dir: Path | None = None,
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._refresh_seconds = refresh_seconds
        self._lock_seconds = lock_seconds
        self._cache = PostingsCache(cached_postings)
        self._reading = threading.Lock()
        """Held while postings are read and while the snapshot changes; never while scoring or writing."""
        self._refreshing = threading.Lock()
        """Held while a commit is opened; never by a search that would have to wait for it."""
        self._writing = threading.Lock()
        self._closed = False
        self._stopping = threading.Event()
        self._apart_from = apart_from
        self._cache_dir = cache_dir
        self._looked_at = clock()
        self._version = 0
        self._scratches = Scratches()
        self._outdated = False
        """Whether it is time for a new table."""
        self._keeper = Keeper(directory, least=impacts_from, weights=by_number(weights))
        build = build or partial(build_apart, weights=weights)
        self._builder = Builder(directory, build, made=self._look, clock=clock)
        with self._refreshing:
            self._snapshot = open_or_make(directory, self._keeper.known(), lock_seconds=lock_seconds)
            self._served = self._serve(self._snapshot)
            if self._outdated:
                self._builder.want()

    # Searching

    def search(
        self,
        tokens: Sequence[str],
        *,
        weights: Mapping[SemanticField, float],
        limit: int,
        utility: UtilityLookup | None = None,
        left_out: LeftOut | None = None,
    ) -> RecalledStickers:
        """The `limit` best stickers; see `StickerIndex.search`. Only fields with a weight above 0 are searched.

        :raises SearchIndexError: the files are damaged, and `needs_rebuild` is True from then on; or this machine is
            short of memory or open files.
        """
        searched = [(number, field, weights[field]) for number, field in enumerate(FIELDS) if weights.get(field, 0) > 0]
        # Sorted: floating-point sums depend on their order, and a score must not depend on that of the words.
        wanted = sorted({token for token in tokens if encodable(token)})
        if limit <= 0 or not searched or not wanted:
            return RecalledStickers()
        self._refresh_if_due()
        served = self._served
        best = served.best(wanted, searched, limit, utility, self._scratches, left_out) if served else None
        if best is None:
            best = self._by_postings(wanted, searched, limit, utility, left_out)
        return recalled(best, searched)

    def _by_postings(
        self,
        words: list[str],
        searched: list[Searched],
        limit: int,
        utility: UtilityLookup | None,
        left_out: LeftOut | None,
    ) -> Best:
        with self._reading:
            snapshot = self._snapshot
            try:
                matches = matches_of(snapshot, words, searched, self._cache)
            except Exception as error:
                raise failed(self._directory, error) from error
        found = relevance(matches, live=snapshot.count, size=len(snapshot.stickers))
        return best_of(
            snapshot.stickers[found.documents], found.by_field, found.total, limit, utility=utility, left_out=left_out
        )

    def count(self) -> int:
        """How many stickers are in the index."""
        self._refresh_if_due()
        return self._snapshot.count

    @property
    def version(self) -> int:
        """See `StickerIndex.version`: rises with each commit that is seen.

        :raises SearchIndexError: it is closed.
        """
        self._refresh_if_due()
        return self._version

    # Writing

    def update(self, documents: Sequence[StickerDocument], deleted: Collection[int]) -> None:
        """Replace, add and delete in one commit; see `StickerIndex.update`.

        The last of several documents of one sticker counts; a sticker that is also in `deleted` is kept.
        A document without any token is counted, and never found.

        :raises IndexBusy: another process is writing.
        :raises SearchIndexError: it cannot be written; the last commit stays and keeps serving.
        """
        latest = {document.sticker_id: document for document in documents}
        affected = latest.keys() | set(deleted)
        if not affected:
            return
        many = list(latest.values()) if len(latest) >= self._apart_from else []
        rows = [] if many else [row(document) for document in latest.values()]
        apart = written_apart(self._directory, many, self._cache_dir, self._stopping.is_set, self._lock_seconds)
        with apart as folders, self._session(patient=bool(many)) as writer:
            numbers = self._snapshot.numbers(affected)
            for number in numbers:
                writer.delete_document(number)
            if numbers or latest:
                for values in rows:
                    writer.add_document(**values)
                moved = move_in(writer.storage, folders)
                writer.commit(mergetype=lambda writer, segments: [*merge_alike(writer, segments), *moved])
            else:
                writer.cancel()

    def compact(self) -> None:
        """Rewrite the index; see `StickerIndex.compact`. Takes as long as making it, but for the tokenising.

        :raises IndexBusy: another process is writing.
        :raises SearchIndexError: it cannot be written; the last commit stays and keeps serving.
        """
        with self._session(rewritten=True) as writer:
            remove_leftovers(self._directory)
            writer.commit(mergetype=merge_all)

    @property
    def needs_rebuild(self) -> bool:
        """Whether the index was made anew, or found damaged, and not all stickers are queued for it yet.

        Kept on disk: it stays True over restarts until `note_rebuild_queued`. It can become True at any time,
        so look before each round of indexing.

        :raises SearchIndexError: the folder cannot be read.
        """
        try:
            manifest = read_manifest(self._directory)
        except OSError as error:
            raise unreadable(error) from error
        return manifest is None or not manifest.complete

    def note_rebuild_queued(self) -> None:
        """All stickers are queued for indexing: `needs_rebuild` is False from now on.

        :raises SearchIndexError: the folder cannot be written.
        """
        with self._writing:
            self._renew_if_damaged()
            try:
                write_manifest(self._directory, replace(Manifest.current(), complete=True))
            except OSError as error:
                raise unwritable(error) from error

    def close(self) -> None:
        """Let go of all files; see `StickerIndex.close`. A large update is broken off, a small one waited for."""
        self._stopping.set()
        self._builder.close()
        with self._writing, self._refreshing, self._reading:
            if not self._closed:
                self._closed = True
                self._snapshot.close()

    # Inside

    @contextmanager
    def _session(self, *, rewritten: bool = False, patient: bool = False) -> Iterator[Any]:
        """A writer on the latest commit, with the snapshot at the same; and at the next, once it is made.

        :param patient: Much is done already, which would be lost where another process does not let go of the lock.
        :param rewritten: The commit rewrites every segment, and so outdates the table.
        """
        with self._writing:
            self._renew_if_damaged()
            seconds = max(self._lock_seconds, _PATIENCE_SECONDS) if patient else self._lock_seconds
            with writing(self._directory, lock_seconds=seconds) as writer:
                with self._refreshing:
                    self._refresh()
                yield writer
            with self._refreshing:
                if rewritten and self._served is not None:
                    self._builder.build()  # the commit before, which is the same to a search, serves meanwhile
                try:
                    self._refresh()
                except OSError as error:
                    raise unreadable(error) from error
                except Exception as error:
                    raise failed(self._directory, error) from error
                if rewritten:
                    self._keeper.tidy(self._snapshot)

    def _refresh_if_due(self) -> None:
        if self._closed:
            raise SearchIndexError("The search index is closed; the bot is shutting down.")
        now = self._clock()
        if now - self._looked_at < self._refresh_seconds or not self._refreshing.acquire(blocking=False):
            return
        try:
            self._looked_at = now
            self._refresh()
        except Exception:
            # Another process may be in the middle of replacing it: what we have is whole and keeps serving.
            self._looked_at = now + _RETRY_SECONDS
            _log.warning("the search index has changed on disk and cannot be read for now", exc_info=True)
        finally:
            self._refreshing.release()

    def _look(self) -> None:
        """There is a new table."""
        with self._refreshing:
            if not self._closed:
                try:
                    self._refresh()
                except Exception:
                    _log.warning("the search index cannot be read for now", exc_info=True)

    def _refresh(self) -> None:
        """Show the latest commit, by the newest table. Hold `_refreshing`."""
        if self._keeper.look() or stamp(self._directory) != self._snapshot.stamp:
            self._show(open_snapshot(self._directory, {**self._snapshot.columns, **self._keeper.known()}))
        if self._outdated:
            self._builder.want()

    def _show(self, snapshot: Snapshot) -> None:
        """Let a commit serve. Hold `_refreshing`."""
        served, before = self._serve(snapshot), self._snapshot
        with self._reading:
            self._snapshot, self._served = snapshot, served
            self._version += 1
            # By a table nobody looks at postings.
            self._cache.retain(snapshot.columns.keys() if served is None else ())
            before.close()

    def _serve(self, snapshot: Snapshot) -> Served | None:
        """By the table, if there is one; and see whether it is time for another. Nobody else reads the snapshot yet."""
        self._outdated = self._keeper.wants(snapshot)
        try:
            return self._keeper.serve(snapshot)
        except Exception:
            _log.warning("what is new in the search index cannot be read for its table", exc_info=True)
            return None

    def _renew_if_damaged(self) -> None:
        """After damage the manifest is gone: make the index anew, as an opening would. Hold `_writing`."""
        if self._closed:
            raise SearchIndexError("The search index is closed; the bot is shutting down.")
        try:
            manifest = read_manifest(self._directory)
        except OSError as error:
            raise unreadable(error) from error
        if manifest is None:
            with self._refreshing:
                self._keeper.look()
                self._show(open_or_make(self._directory, {}, lock_seconds=self._lock_seconds))
