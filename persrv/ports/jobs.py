"""The record of what ran, when, and how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from persrv.domain.runs import JobRun, RunState


class JobLog(Protocol):
    """Every run of every job."""

    async def begin(self, name: str, *, at: datetime) -> int:
        """Note that a job starts. Return the run's id."""

    async def end(
        self, run_id: int, state: RunState, *, at: datetime, counts: Mapping[str, int], error: str = ""
    ) -> None:
        """Note how it went."""

    async def last(self, limit: int, *, name: str | None = None) -> Sequence[JobRun]:
        """The last runs, latest first."""

    async def last_success(self, name: str) -> datetime | None:
        """When the job last started a run that was done."""

    async def break_off(self, name: str, *, at: datetime) -> int:
        """Note that runs of this job that never ended were broken off. Return how many."""
