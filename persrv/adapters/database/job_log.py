"""The record of what ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import func, insert, select, update

from persrv.adapters.database.database import Database
from persrv.adapters.database.tables import jobs
from persrv.domain.runs import JobRun, RunState


class SqlJobLog:
    """`persrv.ports.jobs.JobLog` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, name: str, *, at: datetime) -> int:
        """Note that a job starts. Return the run's id."""
        started = insert(jobs).values(name=name, state=RunState.RUNNING.value, started_at=at, counts={}, error="")
        async with self._database.write() as connection:
            key = (await connection.execute(started)).inserted_primary_key
        return int(key[0]) if key else 0

    async def note(self, run_id: int, counts: Mapping[str, int]) -> None:
        """Note how far a run is."""
        noted = update(jobs).where(jobs.c.id == run_id).values(counts=dict(counts))
        async with self._database.write() as connection:
            await connection.execute(noted)

    async def end(
        self, run_id: int, state: RunState, *, at: datetime, counts: Mapping[str, int], error: str = ""
    ) -> None:
        """Note how it went."""
        ended = (
            update(jobs)
            .where(jobs.c.id == run_id)
            .values(state=state.value, finished_at=at, counts=dict(counts), error=error)
        )
        async with self._database.write() as connection:
            await connection.execute(ended)

    async def last(self, limit: int, *, name: str | None = None, state: RunState | None = None) -> Sequence[JobRun]:
        """The last runs, latest first; of one job or in one state alone, where that is asked for."""
        statement = select(jobs).order_by(jobs.c.started_at.desc(), jobs.c.id.desc()).limit(limit)
        if name is not None:
            statement = statement.where(jobs.c.name == name)
        if state is not None:
            statement = statement.where(jobs.c.state == state.value)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            JobRun(
                id=row.id,
                name=row.name,
                state=RunState(row.state),
                started_at=row.started_at,
                finished_at=row.finished_at,
                counts=MappingProxyType(dict(row.counts)),
                error=row.error,
            )
            for row in rows
        ]

    async def last_ended(self, name: str) -> datetime | None:
        """When the job last started a run that came to its end, done or failed."""
        ended = (RunState.DONE.value, RunState.FAILED.value)
        statement = select(func.max(jobs.c.started_at)).where(jobs.c.name == name, jobs.c.state.in_(ended))
        async with self._database.read() as connection:
            found: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
        return found

    async def break_off(self, *, at: datetime) -> int:
        """Note that runs that never ended were broken off. Return how many."""
        ended = (
            update(jobs)
            .where(jobs.c.state == RunState.RUNNING.value)
            .values(state=RunState.BROKEN_OFF.value, finished_at=at)
        )
        async with self._database.write() as connection:
            return (await connection.execute(ended)).rowcount
