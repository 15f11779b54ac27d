"""A disk that can be filled: a small tmpfs where this user may mount one, otherwise a limit on the bot's files."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import subprocess
from pathlib import Path
from typing import IO, Protocol

MEGABYTES = 256


class Disk(Protocol):
    """What the soak needs of it."""

    how: str

    def fill(self, pid: int | None) -> None:
        """Take what is free, now; to be called again and again while it is to stay full."""

    def free(self, pid: int | None) -> None:
        """Give it back."""

    def close(self) -> None:
        """Remove it."""


class SmallDisk:
    """A tmpfs of its own: every write of every process there meets ENOSPC."""

    how = f"the data folder is on a tmpfs of {MEGABYTES} MB, filled to the last page (ENOSPC)"

    def __init__(self, folder: Path) -> None:
        """:raises OSError: it cannot be mounted."""
        self._folder = folder
        self._ballast: IO[bytes] | None = None
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "persrv-soak", str(folder)],
            capture_output=True,
            check=False,
        )
        if made.returncode:
            raise OSError(made.stderr.decode(errors="replace"))

    def fill(self, pid: int | None) -> None:
        self._ballast = self._ballast or (self._folder / "ballast").open("wb", buffering=0)
        piece = bytes(1 << 20)
        while piece:
            try:
                self._ballast.write(piece)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                piece = piece[: len(piece) // 16]

    def free(self, pid: int | None) -> None:
        if self._ballast is not None:
            (self._folder / "ballast").unlink()
            self._ballast.close()
            self._ballast = None

    def close(self) -> None:
        self.free(None)
        subprocess.run(["umount", "-l", str(self._folder)], check=False)


class LimitedFiles:
    """RLIMIT_FSIZE of the bot's process, set while it runs: no file of it can grow (EFBIG)."""

    how = "RLIMIT_FSIZE of the bot's process is set to one page while it runs (EFBIG)"

    def fill(self, pid: int | None) -> None:
        self._limit(pid, 4096)

    def free(self, pid: int | None) -> None:
        self._limit(pid, resource.RLIM_INFINITY)

    def close(self) -> None:
        pass

    def _limit(self, pid: int | None, size: int) -> None:
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):  # it has just been killed
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def open_disk(folder: Path) -> Disk:
    """The hardest disk that this user can make."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        with contextlib.suppress(OSError):
            return SmallDisk(folder)
    return LimitedFiles()
