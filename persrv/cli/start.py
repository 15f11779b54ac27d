"""Where the console script begins."""

from __future__ import annotations

import gc


def main() -> None:
    """Load the command line and run it.

    What is loaded lives as long as the process: to look for garbage among it, while it comes and when all ends, would
    take a third of the time of a short command.
    """
    gc.disable()
    from persrv.cli.main import main as command

    gc.freeze()
    gc.enable()
    command()
