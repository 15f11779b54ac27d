"""Which code runs, for whoever wants to measure the same again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from persrv import __version__


def commit() -> str:
    """The commit of the code that runs, with "+changes" where the tree has some; the version where there is no git."""
    here = Path(__file__).resolve()
    git = shutil.which("git")
    if git is None:
        return __version__

    def ask(*arguments: str) -> str:
        found = subprocess.run(  # noqa: S603 - our own words
            [git, "-C", str(here.parent), *arguments], capture_output=True, text=True, check=False
        )
        return found.stdout.strip() if found.returncode == 0 else ""

    if not ask("ls-files", here.name):
        return __version__
    changed = ask("status", "--porcelain", "--untracked-files=no")
    return ask("rev-parse", "HEAD") + ("+changes" if changed else "")
