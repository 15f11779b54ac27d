"""Running the evaluation apart from the bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from persrv.ports.progress import Progress


@dataclass(frozen=True, slots=True)
class EvaluatedSystem:
    """One line of the paper's table 4.

    :param metrics: As in `report.json`; empty where it was not run.
    :param not_run: Why not, or "".
    """

    name: str
    metrics: Mapping[str, float]
    not_run: str = ""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A report on disk.

    :param folder: With report.html and chart.png.
    :param dataset: For a person.
    """

    folder: Path
    dataset: str
    pairs: int
    systems: tuple[EvaluatedSystem, ...]


class Evaluator(Protocol):
    """Evaluates the configured dataset in a process of its own, one run at a time."""

    @property
    def running(self) -> bool:
        """Whether a run is under way."""

    async def run(self, hear: Progress) -> Evaluated:
        """Run it and wait for its end.

        :param hear: Called in the event loop.
        :raises JobBusy: a run is under way.
        :raises PerSRVError: it could not be done, and why; also when it was stopped.
        """

    async def stop(self) -> None:
        """End the run that is under way, and wait for its end."""
