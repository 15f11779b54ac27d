"""The media worker: `python -m persrv.adapters.media.worker_main LIMITS`, LIMITS being `FrameLimits` as JSON.

Answers the requests of `protocol` from standard input on standard output until its input ends. Before the
first request it gives up what it does not need: memory beyond its limit, core dumps, files, priority.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO, Final

import av.logging

from persrv.adapters.media import protocol
from persrv.adapters.media.decoding import decode
from persrv.children import give_way
from persrv.errors import MediaError
from persrv.ports.media import FrameLimits

if sys.platform != "win32":
    import resource

OPEN_FILES: Final = 32
WRITTEN_BYTES: Final = 65_536
"""All that it may write to any file: the tail of its last words on standard error."""
GRACE_SECONDS: Final = 3
"""The asker ends a slow worker; one that has lost its asker ends itself this much later."""


def main() -> None:
    """Read requests and answer them until standard input ends."""
    limits = FrameLimits(**json.loads(sys.argv[1]))
    # Only messages may go to the asker: whatever a library prints goes to standard error.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    av.logging.set_level(None)
    _give_up_rights(limits)
    _send(answers, protocol.pack({"ready": True}))
    while _serve_one(sys.stdin.buffer, answers, limits):
        pass


def _serve_one(requests: BinaryIO, answers: BinaryIO, limits: FrameLimits) -> bool:
    """Answer one request; False at the end of the input."""
    message = protocol.read_message(requests, max_body=sys.maxsize)
    if message is None:
        return False
    header, data = message
    request = protocol.request_of(header)
    _alarm(math.ceil(limits.seconds) + GRACE_SECONDS)
    try:
        frames = decode(data, request.format, frames=request.frames, size=request.size, limits=limits)
    except MediaError as error:
        _send(answers, protocol.pack(protocol.error_header(error)))
    else:
        pixels = frames.pixels.tobytes()
        _send(answers, protocol.pack(protocol.frames_header(frames), pixels), pixels)
    finally:
        _alarm(0)
    return True


def _send(answers: BinaryIO, *parts: bytes) -> None:
    for part in parts:
        answers.write(part)
    answers.flush()


def _alarm(seconds: int) -> None:
    """Have the system end this process in `seconds`, even inside of C code; 0 calls it off."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _give_up_rights(limits: FrameLimits) -> None:
    if sys.platform == "win32":
        return
    give_way()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_BYTES, WRITTEN_BYTES))
    if sys.platform == "linux":  # elsewhere the kernel does not hold this limit, or we cannot tell the base
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()
