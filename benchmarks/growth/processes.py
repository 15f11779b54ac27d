"""Running a command, and watching what it and the processes that it starts take."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOOK_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Took:
    """What a command took.

    :param seconds: By the clock.
    :param processor: Seconds of processor time, of all its processes.
    :param megabytes: Resident at most, of all its processes together; what they map out of files counts, and what
        several of them map counts several times.
    """

    seconds: float
    processor: float
    megabytes: float


def watched(module: Sequence[str], environment: Mapping[str, str], folder: Path) -> Took:
    """Run `python -m ...` in a folder, where its output is kept as log.txt.

    :raises RuntimeError: it failed.
    """
    log = folder / "log.txt"
    began, most = time.perf_counter(), 0.0
    with log.open("wb") as file:
        command = [sys.executable, "-W", "ignore", "-m", *module]
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=file, stderr=subprocess.STDOUT)
        while True:
            found, status, used = os.wait4(process.pid, os.WNOHANG)
            if found:
                break
            most = max(most, sum(map(_resident, _family(process.pid))))
            time.sleep(LOOK_SECONDS)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(module)} failed: see {log}")
    # Where there is no /proc, the largest of its processes has to do: Linux counts there also what started it.
    return Took(time.perf_counter() - began, used.ru_utime + used.ru_stime, most or used.ru_maxrss / 1024)


def _family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text("ascii").split()
        except OSError:  # it has just ended
            continue
        for child in children:
            yield from _family(int(child))


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
