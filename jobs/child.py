"""Jobs in a process of their own, so that no inline answer waits for them."""

from __future__ import annotations

import asyncio
import logging

from jobs.processes import end, start_command
from persrv.bootstrap import one_job_at_a_time, utc_now
from persrv.config import Settings
from persrv.domain.runs import JobName
from persrv.errors import JobBusy, PerSRVError
from persrv.ports.jobs import JobLog

_log = logging.getLogger(__name__)


class ChildJobs:
    """`persrv.ports.jobs.JobStarter`: runs `persrv job NAME --background` with these settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: asyncio.subprocess.Process | None = None
        self._name: JobName | None = None
        self._free = asyncio.Event()
        self._free.set()
        self._watching: asyncio.Task[None] | None = None

    @property
    def running(self) -> JobName | None:
        """The job that this process started and that is not over, or None."""
        return self._name

    async def start(self, name: JobName) -> bool:
        """Start a job now; False where one is running.

        :raises PerSRVError: the process cannot be started.
        """
        if self._name is not None:
            return False
        self._name = name
        self._free.clear()
        try:
            self._child = await start_command(self._settings, "job", name.value, "--background")
        except BaseException as error:  # also where who asked for it was cancelled: others still wait
            self._over()
            if isinstance(error, OSError):
                raise PerSRVError(f"The job {name.value} cannot be started: {error.strerror}.") from error
            raise
        _log.info("the job %s has started", name.value)
        self._watching = asyncio.create_task(self._watch(self._child, name))
        return True

    async def wait(self) -> None:
        """Wait until the job that runs, or is being started, is over."""
        await self._free.wait()

    async def stop(self, log: JobLog) -> None:
        """End the job that runs, and wait for its end.

        :param log: Where the runs of a child that could not do so itself are put down as broken off.
        """
        child = self._child
        if child is None or child.returncode is not None:
            return
        await end(child)
        await self.wait()
        await self._break_off(log)

    async def _break_off(self, log: JobLog) -> None:
        """Put down what the child left as running: one that was killed, or asked before it listened, could not."""
        try:
            with one_job_at_a_time(self._settings):
                await log.break_off(at=utc_now())
        except JobBusy:  # another process runs a job, and has put this one's runs down before its own
            _log.debug("the runs of the stopped job are left to the job that runs now")
        except PerSRVError as error:  # the next job puts them down before it starts
            _log.warning("the stopped job cannot be put down as broken off: %s", error)

    async def _watch(self, child: asyncio.subprocess.Process, name: JobName) -> None:
        code = await child.wait()
        self._over()
        if code:
            _log.warning("the job %s ended with code %d; /jobs and the lines above say why", name.value, code)
        else:
            _log.info("the job %s is done", name.value)

    def _over(self) -> None:
        self._name = None
        self._free.set()
