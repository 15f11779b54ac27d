"""The sticker index over Whoosh."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from persrv.adapters.search.answers import best_stickers
from persrv.adapters.search.files import remove_leftovers, stamp
from persrv.adapters.search.manifest import Manifest, read_manifest, write_manifest
from persrv.adapters.search.merging import merge_alike, merge_all
from persrv.adapters.search.postings import PostingsCache
from persrv.adapters.search.schema import FIELDS, LENGTHS, STICKER, pack_lengths
from persrv.adapters.search.sessions import damaged, open_or_make, unreadable, unwritable, writing
from persrv.adapters.search.snapshot import Snapshot, open_snapshot
from persrv.adapters.search.tokens import encodable, field_tokens
from persrv.domain.semantics import SemanticField, StickerDocument
from persrv.domain.suggestions import Recalled
from persrv.errors import SearchIndexError
from persrv.ports.search import LeftOut, UtilityLookup
from persrv.recall.relevance import FieldMatch, relevance

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 5.0
"""How long to leave a commit alone that could not be read; Whoosh tries for half a second by itself."""


class WhooshStickerIndex:
    """The `StickerIndex` of record: Whoosh keeps it on disk, numpy scores it.

    Opens the index in `directory`, or makes an empty one where there is none, or none that can be used:
    damaged, or made with other fields, another Whoosh or another tokeniser. Then `needs_rebuild` is True. What
    cannot be used is deleted: all of it can be made again from the database, and words that someone had erased
    must not stay.

    A search sees one commit, whole. Queries are looked up token by token and never parsed. A token that comes
    several times in a query counts once. Commits of other processes are seen within `refresh_seconds`.

    The index is a pickle: open no folder that a stranger could have written.

    :param clock: Seconds that only rise.
    :param lock_seconds: How long to wait for another process that is writing.
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
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._refresh_seconds = refresh_seconds
        self._lock_seconds = lock_seconds
        self._cache = PostingsCache(cached_postings)
        self._reading = threading.Lock()
        """Held while files are read and while the snapshot changes; never while scoring or writing."""
        self._writing = threading.Lock()
        self._closed = False
        self._looked_at = clock()
        self._snapshot = open_or_make(directory, lock_seconds=lock_seconds)

    # Searching

    def search(
        self,
        tokens: Sequence[str],
        *,
        weights: Mapping[SemanticField, float],
        limit: int,
        utility: UtilityLookup | None = None,
        left_out: LeftOut | None = None,
    ) -> Sequence[Recalled]:
        """The `limit` best stickers; see `StickerIndex.search`. Only fields with a weight above 0 are searched.

        :raises SearchIndexError: the files are damaged; `needs_rebuild` is True from then on.
        """
        searched = [(row, field) for row, field in enumerate(FIELDS) if weights.get(field, 0.0) > 0]
        # Sorted: floating-point sums depend on their order, and a score must not depend on that of the words.
        wanted = sorted({token for token in tokens if encodable(token)})
        if limit <= 0 or not searched or not wanted:
            return ()
        with self._reading:
            self._refresh_if_due()
            snapshot = self._snapshot
            try:
                matches = [
                    FieldMatch(
                        weights[field],
                        snapshot.lengths[row],
                        snapshot.average_lengths[row],
                        [snapshot.postings(field, token, self._cache) for token in wanted],
                    )
                    for row, field in searched
                ]
            except Exception as error:
                raise damaged(self._directory) from error
        found = relevance(matches, live=snapshot.count, size=len(snapshot.stickers))
        ids = snapshot.stickers[found.documents]
        fields = [field for _, field in searched]
        return best_stickers(
            ids,
            found.total,
            list(zip(fields, found.by_field, strict=True)),
            limit=limit,
            utility=utility,
            left_out=left_out,
        )

    def count(self) -> int:
        """How many stickers are in the index."""
        with self._reading:
            self._refresh_if_due()
            return self._snapshot.count

    # Writing

    def update(self, documents: Sequence[StickerDocument], deleted: Collection[int]) -> None:
        """Replace, add and delete in one commit; see `StickerIndex.update`.

        The last of several documents of one sticker counts; a sticker that is also in `deleted` is kept.
        A document without any token is counted, and never found.

        :raises IndexBusy: another process is writing.
        :raises SearchIndexError: it cannot be written; the last commit stays and keeps serving.
        """
        latest = {document.sticker_id: _row(document) for document in documents}
        affected = latest.keys() | set(deleted)
        if not affected:
            return
        with self._session() as writer:
            numbers = self._snapshot.numbers(affected)
            for number in numbers:
                writer.delete_document(number)
            for row in latest.values():
                writer.add_document(**row)
            if numbers or latest:
                writer.commit(mergetype=merge_alike)
            else:
                writer.cancel()

    def compact(self) -> None:
        """Rewrite the index; see `StickerIndex.compact`. Takes as long as making it, but for the tokenising.

        :raises IndexBusy: another process is writing.
        :raises SearchIndexError: it cannot be written; the last commit stays and keeps serving.
        """
        with self._session() as writer:
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
        """Let go of all files; see `StickerIndex.close`. Waits for an update that is under way."""
        with self._writing, self._reading:
            if not self._closed:
                self._closed = True
                self._snapshot.close()

    # Inside

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """A writer on the latest commit, with the snapshot at the same; and at the next, once it is made."""
        with self._writing:
            self._renew_if_damaged()
            with writing(self._directory, lock_seconds=self._lock_seconds) as writer:
                with self._reading:
                    self._refresh()
                yield writer
            with self._reading:
                try:
                    self._refresh()
                except OSError as error:
                    raise unreadable(error) from error
                except Exception as error:
                    raise damaged(self._directory) from error

    def _refresh_if_due(self) -> None:
        if self._closed:
            raise SearchIndexError("The search index is closed; the bot is shutting down.")
        now = self._clock()
        if now - self._looked_at < self._refresh_seconds:
            return
        self._looked_at = now
        try:
            self._refresh()
        except Exception:
            # Another process may be in the middle of replacing it: what we have is whole and keeps serving.
            self._looked_at = now + _RETRY_SECONDS
            _log.warning("the search index has changed on disk and cannot be read for now", exc_info=True)

    def _refresh(self) -> None:
        """Show the latest commit. Hold `_reading`."""
        if stamp(self._directory) != self._snapshot.stamp:
            self._show(open_snapshot(self._directory, self._snapshot.columns))

    def _show(self, snapshot: Snapshot) -> None:
        self._snapshot.close()
        self._snapshot = snapshot
        self._cache.retain(snapshot.columns.keys())

    def _renew_if_damaged(self) -> None:
        """After damage the manifest is gone: make the index anew, as an opening would. Hold `_writing`."""
        if self._closed:
            raise SearchIndexError("The search index is closed; the bot is shutting down.")
        try:
            manifest = read_manifest(self._directory)
        except OSError as error:
            raise unreadable(error) from error
        if manifest is None:
            snapshot = open_or_make(self._directory, lock_seconds=self._lock_seconds)
            with self._reading:
                self._show(snapshot)


def _row(document: StickerDocument) -> dict[str, Any]:
    """A document as Whoosh takes it: tokens instead of text, which its analysers then leave alone."""
    tokens = field_tokens(document)
    return {
        STICKER: document.sticker_id,
        LENGTHS: pack_lengths([len(tokens[field]) for field in FIELDS]),
        **{field.value: words for field, words in tokens.items() if words},
    }
