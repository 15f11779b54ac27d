"""Runs a job: one at a time on this machine, every step on record."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from jobs.steps.caption import caption_stickers
from jobs.steps.embed import embed_stickers
from jobs.steps.index import index_everything, index_what_waits
from jobs.steps.meaning import learn_meaning
from jobs.steps.nsfw import score_nsfw
from jobs.steps.ocr import read_words
from jobs.steps.packs import refresh_packs
from jobs.steps.preference import learn_styles
from jobs.steps.retention import erase_old
from jobs.steps.utility import weigh_stickers
from persrv.bootstrap import Services, one_job_at_a_time, utc_now
from persrv.catalogue import PackImporter
from persrv.domain.runs import AFTER_PACKS, JobName, RunState
from persrv.errors import ConfigurationError, PerSRVError
from persrv.ports.jobs import JobLog, JobProgress

_log = logging.getLogger(__name__)

NOTE_SECONDS = 2.0
"""How often a running step's counts are written, for whoever asks how far it is."""

Connect = Callable[[], AbstractAsyncContextManager[PackImporter]]
"""Opens a connection to Telegram, with an importer on it."""
Step = Callable[[Services, JobProgress], Awaitable[Mapping[str, int]]]

_STEPS: Mapping[JobName, Step] = {
    JobName.RETENTION: erase_old,
    JobName.NSFW: score_nsfw,
    JobName.OCR: read_words,
    JobName.CAPTION: caption_stickers,
    JobName.EMBED: embed_stickers,
    JobName.UTILITY: weigh_stickers,
    JobName.PREFERENCE: learn_styles,
    JobName.MEANING: learn_meaning,
    JobName.INDEX: index_what_waits,
}


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job went.

    :param counts: By step, what it did in numbers by name.
    :param problems: By step, why it could not go on.
    """

    counts: Mapping[JobName, Mapping[str, int]] = field(default_factory=dict)
    problems: Mapping[JobName, str] = field(default_factory=dict)


async def run_job(
    services: Services, name: JobName, progress: JobProgress, *, connect: Connect | None = None
) -> JobOutcome:
    """Run one job now.

    A step that fails leaves its error on record and the others go on: a captioning server that is down must not
    keep the night from computing utility. What a step has done before it fails is kept.

    :param connect: For the steps that need Telegram; None: they are left out.
    :raises JobBusy: another job is running.
    """
    with one_job_at_a_time(services.settings):
        # Whoever was running has let go of the lock: it ended without a word.
        await services.job_log.break_off(at=utc_now())
        if name in {JobName.NIGHTLY, JobName.NEW}:
            return await _run_steps(services, name, progress, connect)
        whole = index_everything if name is JobName.INDEX else None
        counts, problem = await _on_record(services, name, progress, connect, whole)
        return JobOutcome({name: counts}, {name: problem} if problem else {})


async def _run_steps(services: Services, name: JobName, progress: JobProgress, connect: Connect | None) -> JobOutcome:
    """A job of several steps, itself on record beside them."""
    counts: dict[JobName, Mapping[str, int]] = {}
    problems: dict[JobName, str] = {}
    run_id = await services.job_log.begin(name.value, at=utc_now())
    state = RunState.BROKEN_OFF
    try:
        for step in _steps_of(services, name, connected=connect is not None):
            counts[step], problem = await _on_record(services, step, progress, connect)
            if problem:
                problems[step] = problem
        await asyncio.to_thread(services.artefacts.keep_only_current)
        state = RunState.FAILED if problems else RunState.DONE
    finally:
        await services.job_log.end(
            run_id,
            state,
            at=utc_now(),
            counts={"steps": len(counts), "failed": len(problems)},
            error="\n".join(f"{step.value}: {problem}" for step, problem in problems.items()),
        )
    return JobOutcome(counts, problems)


def _steps_of(services: Services, name: JobName, *, connected: bool) -> Sequence[JobName]:
    """In their order: what is erased goes before usefulness and styles, which are computed without it."""
    after = _after_packs(services)
    if name is JobName.NEW:
        return after
    return (JobName.RETENTION, *((JobName.PACKS,) if connected else ()), *after)


def _after_packs(services: Services) -> Sequence[JobName]:
    """Where nothing was learnt yet, meaning comes also before words are read and captions made, which may take a day.

    By its emoji alone a sticker is found meanwhile by who mistypes, or has another word for it.
    """
    first, *others = AFTER_PACKS
    return AFTER_PACKS if services.serving.current.learnt is not None else (first, JobName.MEANING, *others)


async def _on_record(
    services: Services, name: JobName, progress: JobProgress, connect: Connect | None, step: Step | None = None
) -> tuple[Mapping[str, int], str]:
    """One step, begun and ended in the log. Return its counts, and why it failed or ""."""
    run_id = await services.job_log.begin(name.value, at=utc_now())
    noting = _NotedProgress(progress, services.job_log, run_id)
    state, error = RunState.BROKEN_OFF, ""
    counts: Mapping[str, int] = {}
    try:
        counts = await _run_step(services, name, noting, connect, step)
        state = RunState.DONE
    except PerSRVError as problem:
        state, error, counts = RunState.FAILED, str(problem), noting.counts
        _log.warning("%s cannot go on: %s", name.value, problem)
    finally:
        await noting.settle()
        await services.job_log.end(run_id, state, at=utc_now(), counts=counts or noting.counts, error=error)
    return counts, error


async def _run_step(
    services: Services, name: JobName, progress: JobProgress, connect: Connect | None, step: Step | None
) -> Mapping[str, int]:
    if name is not JobName.PACKS:
        return await (step or _STEPS[name])(services, progress)
    if connect is None:
        raise ConfigurationError(["PERSRV_BOT_TOKEN is missing: sets are fetched through the bot."])
    async with connect() as importer:
        return await refresh_packs(services, importer, progress)


class _NotedProgress:
    """Hands progress on, and writes it to the log now and then."""

    def __init__(self, inner: JobProgress, log: JobLog, run_id: int) -> None:
        self._inner = inner
        self._log = log
        self._run_id = run_id
        self._noted_at = time.monotonic()
        self._writing: asyncio.Task[None] | None = None
        self._total: int | None = None
        self.counts: Mapping[str, int] = {}

    def begin(self, step: JobName, total: int | None) -> None:
        """See `JobProgress.begin`."""
        self._total = total
        self._inner.begin(step, total)

    def advance(self, counts: Mapping[str, int]) -> None:
        """See `JobProgress.advance`."""
        self.counts = dict(counts) if self._total is None else {**counts, "total": self._total}
        self._inner.advance(counts)
        now = time.monotonic()
        if now - self._noted_at >= NOTE_SECONDS and (self._writing is None or self._writing.done()):
            self._noted_at = now
            self._writing = asyncio.create_task(self._log.note(self._run_id, self.counts))

    async def settle(self) -> None:
        """Wait for what is being written."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
