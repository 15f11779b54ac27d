"""Where the console script begins."""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130
"""The exit code after Ctrl+C, as shells have it."""


def main() -> None:
    """Load the command line and run it.

    What is loaded lives as long as the process: to look for garbage among it, while it comes and when all ends, would
    take a third of the time of a short command. Ctrl+C meanwhile is no error to show a trace of.
    """
    try:
        gc.disable()
        from persrv.cli.main import main as command

        gc.freeze()
        gc.enable()
        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
