"""Runs of jobs, as an admin looks back on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class JobName(StrEnum):
    """The jobs that there are, as `persrv job NAME` takes them."""

    RETENTION = "retention"
    PACKS = "packs"
    NSFW = "nsfw"
    OCR = "ocr"
    CAPTION = "caption"
    EMBED = "embed"
    UTILITY = "utility"
    PREFERENCE = "preference"
    MEANING = "meaning"
    INDEX = "index"
    NEW = "new"
    """What a new sticker needs to be found and ranked, for all that have not had it: the night without the sets."""
    NIGHTLY = "nightly"


AFTER_PACKS = (
    JobName.NSFW,
    JobName.OCR,
    JobName.CAPTION,
    JobName.EMBED,
    JobName.UTILITY,
    JobName.PREFERENCE,
    JobName.MEANING,
    JobName.INDEX,
)
"""What a night does once the sets are as Telegram has them, in this order. NSFW first: until it is done, new
stickers are shown to everybody."""


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    BROKEN_OFF = "broken_off"
    """Its process ended without a word: a crash, a kill, a power cut."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of one job.

    :param counts: What it did, in numbers by name, such as stickers or failures.
    :param error: Why it failed, for a person, or "".
    """

    id: int
    name: str
    state: RunState
    started_at: datetime
    finished_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    error: str = ""

    @property
    def duration(self) -> timedelta | None:
        """How long it took, or None while it runs or where nobody saw it end."""
        return None if self.finished_at is None else self.finished_at - self.started_at
