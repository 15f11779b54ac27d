"""The database, as the use cases see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from persrv.domain.history import Choice, Erased, Impression, Person, PersonalRecord
from persrv.domain.semantics import StickerDocument
from persrv.domain.stickers import FetchedPack, MediaState, Pack, PackChange, Sticker


class CatalogueStore(Protocol):
    """Packs and stickers.

    Every method is one short transaction. A sticker is live while at least one active or pending pack has it.
    Whatever changes what the index should say of a sticker queues it for indexing in the same transaction.
    """

    async def request_pack(self, name: str, *, requested_by: int | None, progress_chat: int | None) -> Pack:
        """Note that a set is wanted; names are the same whatever their case.

        A new one is pending. One that is known (also a retired one) becomes pending again and is refreshed;
        it keeps its first `requested_by`, and everybody who asks has added it (`OwnPackStore`).
        """

    async def pending_packs(self) -> Sequence[Pack]:
        """Packs with work left, oldest request first: those in state pending."""

    async def save_pack(self, fetched: FetchedPack, *, at: datetime) -> PackChange:
        """Make the catalogue say what Telegram says: add, change and remove the set's stickers.

        Idempotent. Makes the pack's row when there is none. The pack stays pending until `finish_pack`.
        A known sticker (by `file_unique_id`) gets the new `file_id`; only a changed emoji, a changed
        membership or a changed title queues it for indexing. A sticker that no live pack has any more is
        removed from the index. A new sticker's media state is wanted.
        """

    async def finish_pack(self, name: str) -> None:
        """All of the set is here: pending becomes active, its problem is cleared."""

    async def fail_pack(self, name: str, problem: str) -> None:
        """It could not be fetched for now: it stays pending, with the reason."""

    async def retire_pack(self, name: str, problem: str) -> int:
        """Telegram no longer has it. Return how many stickers this takes out of the answers."""

    async def packs(self, *, include_retired: bool = False) -> Sequence[Pack]:
        """All packs with their counts, by title and then name."""

    async def pack(self, name: str) -> Pack | None:
        """One pack by its name in any case, retired or not."""

    async def pack_names(self) -> frozenset[str]:
        """Every key that `packs_titled` finds something by."""

    async def packs_titled(self, key: str) -> Sequence[Pack]:
        """Live packs whose name or title, normalised by `persrv.text.normalise`, is `key`; by id."""

    async def pack_stickers(self, pack_id: int) -> Sequence[Sticker]:
        """The live stickers of a pack in its order."""

    async def stickers(self, sticker_ids: Sequence[int]) -> Mapping[int, Sticker]:
        """The live ones among these stickers, by id. Takes any number of ids."""

    async def sticker_by_identity(self, file_unique_id: str) -> Sticker | None:
        """One sticker, live or not, by Telegram's `file_unique_id`."""

    async def sticker(self, sticker_id: int) -> Sticker | None:
        """One sticker, live or not, by its row number."""

    async def is_empty(self) -> bool:
        """Whether there is no live sticker."""

    async def count_stickers(self) -> int:
        """How many live stickers there are."""

    async def packs_of_stickers(self) -> Sequence[tuple[int, int]]:
        """Of each sticker in a live pack: its id and that pack's, the first one where it is in several; by sticker."""

    async def highest_sticker_id(self) -> int:
        """The highest row number that a sticker has, live or not; 0 when there is none."""

    async def wanted_media(self, pack_id: int) -> Sequence[Sticker]:
        """The live stickers of a pack whose file is still wanted, in its order."""

    async def note_media(self, sticker_id: int, state: MediaState, problem: str = "") -> None:
        """Note what became of a sticker's file."""

    async def uploaded(self, digests: Sequence[str]) -> Mapping[str, Sticker]:
        """Stickers that were uploaded from files, by the file's SHA-256 in hexadecimal digits."""

    async def note_upload(self, sticker_identity: str, digest: str) -> None:
        """Note that the sticker with this `file_unique_id` came from a file with this SHA-256."""


class IndexQueue(Protocol):
    """What the search index has not yet heard of: written in the transaction that made the change."""

    async def waiting(self, limit: int, *, above: int = 0) -> Mapping[int, int]:
        """Sticker id -> ticket, oldest first. A new change to a waiting sticker gives it a new ticket.

        :param above: Only those with a higher ticket: what changed after that one.
        """

    async def documents(self, sticker_ids: Sequence[int]) -> Sequence[StickerDocument]:
        """The texts of the live ones among these stickers; what is missing is to be deleted."""

    async def done(self, tickets: Mapping[int, int]) -> Sequence[int]:
        """These were indexed. One whose ticket has changed meanwhile keeps waiting.

        :return: Those that had another ticket, or none; rising. They have changed meanwhile, and another process may
            have indexed them as they are now before you did as they were.
        """

    async def queue_all(self) -> int:
        """Queue every live sticker, for an index made anew. Return how many."""


class HistoryStore(Protocol):
    """People, what they were shown and what they chose."""

    async def record_impressions(self, impressions: Sequence[Impression]) -> None:
        """Write rankings; one that is known (by id) only has its `served` raised."""

    async def impression(self, impression_id: str) -> Impression | None:
        """One ranking by its id."""

    async def record_choice(self, choice: Choice) -> bool:
        """Write a choice so that it survives a crash from here on; False if its key was known.

        Also notes the person, and queues the sticker for indexing: the query is now one of its own.
        A choice of a sticker that is unknown is kept out and gives False.
        """

    async def recent(self, user_id: int, limit: int) -> Sequence[int]:
        """The person's last chosen live stickers, each once, latest first."""

    async def most_used(self, user_id: int, limit: int) -> Sequence[int]:
        """The person's most often chosen live stickers; ties: latest first, then the lower id."""

    async def popular(self, limit: int) -> Sequence[int]:
        """Live stickers by how many people chose them, then how often, then the lower id."""

    async def newest(self, limit: int) -> Sequence[int]:
        """Live stickers of the packs fetched last, in their packs' order."""

    async def seen(self) -> NDArray[np.int64]:
        """Stickers that somebody was shown or chose, as far as it is kept; rising, shape (n,)."""

    async def note_person(self, person: Person) -> None:
        """Note that we have seen this person, and their language."""

    async def person(self, user_id: int) -> Person | None:
        """What we noted of a person, or None."""

    async def forget(self, user_id: int) -> Erased:
        """Erase everything personal: choices, impressions, the person's row, their name on packs and their wishes.

        Queues every sticker that they chose for indexing, so that their words leave the index too.
        """

    async def record_of(self, user_id: int) -> PersonalRecord:
        """Everything that names this person, as it is at one moment."""

    async def expire(self, *, impressions: datetime | None, choices: datetime | None) -> Erased:
        """Erase impressions shown and choices made before these moments; None: keep them all.

        What was derived goes too: queued stickers lose the words, and who has no choice left has no profile.
        """
