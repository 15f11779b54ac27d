"""How processes of our own program are started, and let the bot go first.

A module that is started with `-m` alone looks for ours in the current folder first: whatever lies there as `jobs.py`
would be run in their place.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).resolve().parents[1]
"""The folder that this package is in, which need not be one that Python looks in by itself."""

BEHIND: Final = 10
"""Of what may take as long as it takes: the bot's answers come first."""


def give_way(niceness: int = BEHIND) -> None:
    """Let processes of a lower niceness have the processor before this one. Windows has none: there it does nothing."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(niceness)


def command(module: str, *arguments: str, quiet: bool = False) -> tuple[str, ...]:
    """What starts a module of ours as a program; give it `environment` too.

    :param quiet: Without Python's warnings: what it says on standard error is a sentence for a person.
    """
    return (sys.executable, "-P", *(("-W", "ignore") if quiet else ()), "-m", module, *arguments)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of such a process: these variables, with our own modules among what can be imported."""
    places = filter(None, (variables.get("PYTHONPATH"), str(SOURCES)))
    return {**variables, "PYTHONPATH": os.pathsep.join(places)}
