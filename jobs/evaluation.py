"""The evaluation in a process of its own, so that no inline answer waits for it (`persrv evaluate`)."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from pathlib import Path
from typing import Any, Final

from jobs.processes import end, start_command
from persrv.bootstrap import utc_now
from persrv.config import Settings
from persrv.errors import JobBusy, PerSRVError
from persrv.ports.evaluator import Evaluated, EvaluatedSystem
from persrv.ports.progress import Progress

_log = logging.getLogger(__name__)

KEPT: Final = 5
"""Reports that stay in the data folder; older ones are deleted."""

_WIDE: Final = 2_000
"""Columns: what is wrong comes in one line."""
_BEGINNINGS: Final = ("persrv: ", "(environment, .env or option):")
"""Of what the command line says is wrong: a sentence, or the settings' mistakes."""


class ChildEvaluator:
    """`persrv.ports.evaluator.Evaluator`: runs `persrv evaluate PERSRV_EVALUATION_DATASET --ablation`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: asyncio.subprocess.Process | None = None
        self._busy = False
        self._stopped = False

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._busy

    async def run(self, hear: Progress) -> Evaluated:
        """See `Evaluator.run`."""
        dataset = self._settings.evaluation_dataset
        if dataset is None:
            raise PerSRVError("PERSRV_EVALUATION_DATASET names no dataset folder.")
        if self._busy:
            raise JobBusy("An evaluation is running already.")
        self._busy, self._stopped = True, False
        try:
            out = self._settings.evaluations_dir / f"{utc_now():%Y%m%d-%H%M%S}"
            await self._evaluate(dataset, out, hear)
            found = await asyncio.to_thread(read_report, out)
            await asyncio.to_thread(_forget_old, self._settings.evaluations_dir)
            return found
        finally:
            self._busy, self._child = False, None

    async def stop(self) -> None:
        """See `Evaluator.stop`."""
        self._stopped = self._busy
        child = self._child
        if child is None or child.returncode is not None:  # one that is just being started is ended by who starts it
            return
        await end(child)

    async def _evaluate(self, dataset: Path, out: Path, hear: Progress) -> None:
        try:
            arguments = ("evaluate", str(dataset), "--out", str(out), "--ablation", "--background")
            self._child = child = await start_command(
                self._settings, *arguments, said=asyncio.subprocess.PIPE, columns=_WIDE
            )
        except OSError as error:
            raise PerSRVError(f"The evaluation cannot be started: {error.strerror}.") from error
        try:
            if self._stopped:
                child.terminate()
            said, _ = await asyncio.gather(_read(child.stderr), _hear(child.stdout, hear))
            code = await child.wait()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()  # a process that nobody waits for outlives the event loop
        if code:
            shutil.rmtree(out, ignore_errors=True)
            raise PerSRVError("It was stopped." if self._stopped else _reason(said))


def read_report(folder: Path) -> Evaluated:
    """What a chat shows of a report."""
    report: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    systems = tuple(
        EvaluatedSystem(name, found.get("metrics", {}), found.get("not_run", ""))
        for name, found in report["systems"].items()
    )
    pairs = int(report["dataset"]["splits"]["test"]["user_query_pairs"])
    return Evaluated(folder, str(report["dataset"]["source"]), pairs, systems)


async def _hear(lines: asyncio.StreamReader | None, hear: Progress) -> None:
    """Each line that is JSON is a report of progress."""
    while lines is not None and (line := await lines.readline()):
        try:
            stage, done, total = json.loads(line)
        except ValueError:
            continue
        hear(stage, done, total)


async def _read(stream: asyncio.StreamReader | None) -> str:
    return "" if stream is None else (await stream.read()).decode("utf-8", "replace")


def _reason(said: str) -> str:
    """The sentence that the command line ends with."""
    for beginning in _BEGINNINGS:
        _, mark, sentence = said.rpartition(beginning)
        if mark:
            return " ".join(sentence.split())[-600:]
    _log.error("the evaluation ended with an error that it did not expect:\n%s", said)
    return "An error that nobody expected; the log has it."


def _forget_old(root: Path) -> None:
    for folder in sorted((path for path in root.iterdir() if path.is_dir()), reverse=True)[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
