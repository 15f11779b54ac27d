"""Decoding apart from this process: one worker, asked one file at a time, ended when it misbehaves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import IO, Any, Final

from persrv.adapters.media import protocol
from persrv.adapters.media.protocol import ProtocolError, Request
from persrv.children import command, environment
from persrv.domain.stickers import StickerFormat
from persrv.errors import MediaCorrupt, MediaError, MediaTooLarge, PerSRVError
from persrv.ports.media import FrameLimits, Frames

START_SECONDS: Final = 60.0
"""For starting Python and loading the libraries, once; a busy small machine takes several."""
TRIES: Final = 2
KEPT_ENVIRONMENT: Final = ("LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT", "TMPDIR")
"""What Python may need to start. Nothing else is passed on: the worker must not hold a token."""
OTHERS_SIGNALS: Final = frozenset({-1, -2, -9, -15})
"""Hang-up, interrupt, kill and terminate, as return codes. No file makes its decoder do these to itself:
somebody else did, so the file is tried once more."""
ALARM: Final = -14
"""The return code of a worker that has run out of time by its own clock."""
OUT_OF_MEMORY: Final = ("bad_alloc", "MemoryError", "length_error")
"""What C++ and Python say when they end for want of memory."""


@dataclass(frozen=True, slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    requests: asyncio.StreamWriter
    answers: asyncio.StreamReader
    last_words: IO[bytes]


class _EndedFromOutsideError(Exception):
    """Somebody else ended the worker in the middle of a request; never leaves this module."""


class ProcessFrameDecoder:
    """`FrameDecoder` in one child process, started on first use and again whenever it was ended.

    Any number of tasks of one event loop may call it; files are decoded one after the other. A failure of the
    worker itself (it cannot be started) is a `PerSRVError` that is no `MediaError`: the file is not to blame.
    """

    def __init__(self, limits: FrameLimits = FrameLimits()) -> None:  # noqa: B008 - frozen
        self._limits = limits
        self._turn = asyncio.Lock()
        self._worker: _Worker | None = None
        self._closed = False

    async def decode(
        self,
        data: bytes,
        format: StickerFormat,
        *,
        frames: int,
        size: int,
    ) -> Frames:
        """At most `frames` frames, evenly spread over the loop, scaled to a longer side of `size` pixels.

        :raises MediaCorrupt: the bytes are not what `format` says, or are damaged.
        :raises MediaTooLarge: over a limit of `FrameLimits`.
        :raises PerSRVError: the worker cannot be started.
        :raises ValueError: `frames` or `size` is below 1.
        :raises RuntimeError: after `close`.
        """
        if frames < 1 or size < 1:
            raise ValueError("frames and size must be at least 1")
        if len(data) > self._limits.max_bytes:
            raise MediaTooLarge(f"The file has {len(data)} bytes; at most {self._limits.max_bytes} are taken.")
        request = Request(format, frames, size)
        async with self._turn:
            for _ in range(TRIES):
                if self._closed:
                    raise RuntimeError("the frame decoder is closed")
                worker = await self._running()
                try:
                    return await self._ask(worker, request, data)
                except _EndedFromOutsideError:
                    continue
        raise MediaTooLarge("Decoding the file was ended from outside, twice: is the machine out of memory?")

    async def close(self) -> None:
        """End the worker, after the file that it is at. Idempotent."""
        self._closed = True
        async with self._turn:
            if self._worker is not None:
                await self._end(self._worker)

    async def _ask(self, worker: _Worker, request: Request, data: bytes) -> Frames:
        """One exchange. Whatever goes wrong in it ends the worker: its pipes may hold half a message.

        :raises _EndedFromOutsideError: ask another worker.
        """
        try:
            async with asyncio.timeout(self._limits.seconds):
                header, body = await _exchange(worker, request, data)
            return protocol.answer_of(header, body, request)
        except MediaError:
            raise  # its answer, in good order
        except TimeoutError as error:
            await self._end(worker)
            raise self._too_slow() from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            words = await self._end(worker)
            raise self._cause_of_death(worker.process.returncode, words) from error
        except ProtocolError as error:
            await self._end(worker)
            raise MediaCorrupt("The file confuses its decoder: it is damaged. Export it again.") from error
        except BaseException:
            await self._end(worker)  # also when the caller's task is cancelled
            raise

    def _too_slow(self) -> MediaTooLarge:
        return MediaTooLarge(f"The file takes longer than {self._limits.seconds:g} seconds to decode. Make it simpler.")

    def _cause_of_death(self, code: int | None, words: str) -> Exception:
        """Tell what the end of the worker says of the file that it was at.

        :param code: As `Process.returncode`: minus the signal that ended it.
        :param words: The last that it wrote on standard error.
        """
        if code in OTHERS_SIGNALS:
            return _EndedFromOutsideError(str(code))
        if code == ALARM:
            return self._too_slow()
        if any(sign in words for sign in OUT_OF_MEMORY):
            return MediaTooLarge("The file takes more memory to decode than it may. Make it simpler.")
        return MediaCorrupt("The file makes its decoder crash: it is damaged. Export it again.")

    async def _running(self) -> _Worker:
        """Give the worker, a new one if need be.

        :raises PerSRVError: it does not start.
        """
        if self._worker is not None:
            if self._worker.process.returncode is None:
                return self._worker
            await self._end(self._worker)
        self._worker = worker = await _start(self._limits)
        try:
            async with asyncio.timeout(START_SECONDS):
                await _receive(worker, max_body=0)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError, ProtocolError) as error:
            words = await self._end(worker)
            raise PerSRVError(
                "The media worker does not start. Reinstall the dependencies, and see that memory is free. "
                f"It said: {words.strip().splitlines()[-1:]}"
            ) from error
        except BaseException:
            await self._end(worker)
            raise
        return worker

    async def _end(self, worker: _Worker) -> str:
        """Kill a worker, if it still lives, and return the last that it wrote on standard error."""
        self._worker = None
        if worker.process.returncode is None:
            # It may have died just now and not been seen to: then this does nothing. `Process.kill` would look for
            # itself, take the exit status away from the event loop, and leave it with 255 for every cause of death.
            with suppress(ProcessLookupError):
                os.kill(worker.process.pid, signal.SIGKILL)
        with worker.last_words as words:
            worker.requests.close()
            await worker.process.communicate()  # reads its answers to their end, so that the pipe closes
            words.seek(0)
            return words.read().decode("utf-8", "replace")


async def _start(limits: FrameLimits) -> _Worker:
    variables = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    variables |= {
        "PYTHONUTF8": "1",
        # One heap, not 64 MB of address space for every thread of a library.
        "MALLOC_ARENA_MAX": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    last_words: IO[bytes] | None = None
    try:
        last_words = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by `_end`
        process = await asyncio.create_subprocess_exec(
            *command("persrv.adapters.media.worker_main", json.dumps(asdict(limits))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=last_words,
            env=environment(variables),
            start_new_session=True,  # Ctrl-C in a terminal is for us alone
        )
    except OSError as error:
        if last_words is not None:
            last_words.close()
        raise PerSRVError(f"The media worker cannot be started: {error.strerror}.") from error
    if process.stdin is None or process.stdout is None:
        raise PerSRVError("The media worker was started without pipes.")
    return _Worker(process, process.stdin, process.stdout, last_words)


async def _exchange(worker: _Worker, request: Request, data: bytes) -> tuple[dict[str, Any], bytes]:
    worker.last_words.seek(0)  # the worker shares the position: it writes from the beginning again
    worker.last_words.truncate()
    worker.requests.write(protocol.pack(protocol.request_header(request), data))
    worker.requests.write(data)
    await worker.requests.drain()
    return await _receive(worker, max_body=request.frames * request.size * request.size * 4)


async def _receive(worker: _Worker, max_body: int) -> tuple[dict[str, Any], bytes]:
    prefix = await worker.answers.readexactly(protocol.PREFIX_BYTES)
    text = await worker.answers.readexactly(protocol.header_length(prefix))
    header = protocol.parse_header(text, max_body)
    return header, await worker.answers.readexactly(header["body"])
