"""What a set costs the person who asks for it, in sticker files.

How many files a set has is known only when its turn comes, and a person may send many sets before that. So each takes
as much as a set can have at once, and gives back what it did not need.
"""

from __future__ import annotations

from bot.allowances import Allowance
from persrv.catalogue import Outcome, PackProgress, ProgressListener
from persrv.domain.stickers import Pack

LARGEST_SET = 120
"""Stickers in a set (Bot API `addStickerToSet`)."""


class Download:
    """The files of one set for one person, against their allowance."""

    def __init__(self, allowance: Allowance, user_id: int, pack: Pack | None) -> None:
        """:param pack: The set, where it is known; what is here already is not fetched again."""
        self._allowance = allowance
        self._user_id = user_id
        files = LARGEST_SET if pack is None or pack.fetched_at is None else pack.wanted_count
        self._files = min(files, allowance.most)
        self._held = 0

    def begin(self) -> bool:
        """Take as many as it may need; False where the person has not so many left."""
        if not self._allowance.take(self._user_id, self._files):
            return False
        self._held = self._files
        return True

    def need(self, files: int) -> None:
        """It turned out that it needs so many: give back the rest. Only the first time counts."""
        self._allowance.give_back(self._user_id, max(0, self._held - files))
        self._held = 0


class CountedProgress:
    """A `persrv.catalogue.ProgressListener` that settles a download and hands everything on."""

    def __init__(self, listener: ProgressListener, download: Download) -> None:
        self._listener = listener
        self._download = download

    async def report(self, progress: PackProgress) -> None:
        """The first report that knows the set's files settles it."""
        if progress.outcome is not Outcome.RETRYING:
            self._download.need(progress.total - progress.done)
        await self._listener.report(progress)
