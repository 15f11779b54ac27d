"""The record of what ran, when, and how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from persrv.domain.runs import JobName, JobRun, RunState


class JobLog(Protocol):
    """Every run of every job."""

    async def begin(self, name: str, *, at: datetime) -> int:
        """Note that a job starts. Return the run's id."""

    async def note(self, run_id: int, counts: Mapping[str, int]) -> None:
        """Note how far a run is."""

    async def end(
        self, run_id: int, state: RunState, *, at: datetime, counts: Mapping[str, int], error: str = ""
    ) -> None:
        """Note how it went."""

    async def last(self, limit: int, *, name: str | None = None, state: RunState | None = None) -> Sequence[JobRun]:
        """The last runs, latest first; of one job or in one state alone, where that is asked for."""

    async def last_ended(self, name: str) -> datetime | None:
        """When the job last started a run that came to its end, done or failed."""

    async def break_off(self, *, at: datetime) -> int:
        """Note that runs that never ended were broken off, once it is sure that none is running. Return how many."""


class JobProgress(Protocol):
    """Sees how far a job is."""

    def begin(self, step: JobName, total: int | None) -> None:
        """A step starts.

        :param total: Things that it has to do, or None where nobody knows.
        """

    def advance(self, counts: Mapping[str, int]) -> None:
        """The step is further.

        :param counts: What it has done so far, by name; "done" counts against the total.
        """


class JobStarter(Protocol):
    """Starts jobs in processes of their own, one at a time."""

    async def start(self, name: JobName) -> bool:
        """Start a job now; False where one is running.

        :raises PerSRVError: it cannot be started.
        """

    @property
    def running(self) -> JobName | None:
        """The job that this process started and that is not over, or None."""
