"""How far a job is, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from persrv.domain.runs import JobName


class QuietProgress:
    """A `persrv.ports.jobs.JobProgress` that nobody looks at."""

    def __enter__(self) -> QuietProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def begin(self, step: JobName, total: int | None) -> None:
        """See `JobProgress.begin`."""

    def advance(self, counts: Mapping[str, int]) -> None:
        """See `JobProgress.advance`."""


class BarProgress:
    """A `persrv.ports.jobs.JobProgress` as a bar for each step, with its rate and the time left."""

    def __init__(self, console: Console | None = None) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[failed]}", style="red"),
            console=console or Console(stderr=True),
        )
        self._task: TaskID | None = None

    def __enter__(self) -> BarProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._bars.stop()

    def begin(self, step: JobName, total: int | None) -> None:
        """A bar for the next step."""
        self._finish()
        self._task = self._bars.add_task(step.value, total=total, rate="", failed="")

    def advance(self, counts: Mapping[str, int]) -> None:
        """Move the bar: what failed is behind us as well."""
        if self._task is None:
            return
        failed = counts.get("failed", 0)
        self._bars.update(
            self._task, completed=counts.get("done", 0) + failed, failed=f"{failed} failed" if failed else ""
        )
        speed = next((task.speed for task in self._bars.tasks if task.id == self._task), None)
        if speed:
            self._bars.update(self._task, rate=f"{speed:.1f}/s")

    def _finish(self) -> None:
        """The bar of a step that is over is full: also where fewer things came than were counted."""
        task = next((task for task in self._bars.tasks if task.id == self._task), None)
        if task is not None:
            self._bars.update(task.id, total=task.completed, completed=task.completed)
