"""The command: `python -m benchmarks.fuzz --files 20000 --seed 1 --report docs/reliability.md`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.fuzz.report import section
from benchmarks.fuzz.run import fuzz
from benchmarks.fuzz.samples import samples
from benchmarks.reliability import write_section
from persrv.ports.media import FrameLimits


def main() -> int:
    """Run it, print its section, write it where asked; 1 when there is a finding."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0, help="the limit for one file; the bot's is 10")
    parser.add_argument("--report", type=Path, help="the Markdown file to write the section into")
    asked = parser.parse_args()
    limits = FrameLimits(seconds=asked.seconds)
    with tempfile.TemporaryDirectory(prefix="persrv-fuzz-") as cache:
        begun = samples(Path(cache))
    result = asyncio.run(fuzz(asked.files, asked.seed, begun, limits=limits))
    text = section(result, limits)
    print(text)
    if asked.report is not None:
        write_section(asked.report, "fuzz", text)
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
