"""How processes of our own program are started.

A module that is started with `-m` alone looks for ours in the current folder first: whatever lies there as `jobs.py`
would be run in their place.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).resolve().parents[1]
"""The folder that this package is in, which need not be one that Python looks in by itself."""


def command(module: str, *arguments: str, quiet: bool = False) -> tuple[str, ...]:
    """What starts a module of ours as a program; give it `environment` too.

    :param quiet: Without Python's warnings: what it says on standard error is a sentence for a person.
    """
    return (sys.executable, "-P", *(("-W", "ignore") if quiet else ()), "-m", module, *arguments)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of such a process: these variables, with our own modules among what can be imported."""
    places = filter(None, (variables.get("PYTHONPATH"), str(SOURCES)))
    return {**variables, "PYTHONPATH": os.pathsep.join(places)}
