"""Where commands print to: terminals, and what is no terminal and so has no width."""

from __future__ import annotations

import io
import os
import sys
from typing import Final

from rich.console import Console

WIDE: Final = 10_000
"""Columns of what is no terminal: whoever reads a pipe or a file wants lines and paths whole, and no cell cut off."""


def open_console(*, stderr: bool = False, highlight: bool = True) -> Console:
    """A console as wide as its terminal, or as COLUMNS says; without either, lines are not broken."""
    console = Console(stderr=stderr, highlight=highlight)
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        console.width = WIDE
    return console


def write_what_can_be_written() -> None:
    """Print characters that standard output's encoding lacks as escapes, as Python does on standard error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
