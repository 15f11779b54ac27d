"""The command: `python -m benchmarks.soak --minutes 25 --seed 1 --report docs/reliability.md`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.reliability import write_section
from benchmarks.soak.report import section
from benchmarks.soak.run import soak


def main() -> int:
    """Run the soak, print its section, write it where asked; 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, help="the Markdown file to write the section into")
    parser.add_argument("--log", type=Path, help="where to keep the bot's log")
    asked = parser.parse_args()
    result = soak(asked.minutes, asked.seed, keep=asked.log)
    print(section(result))
    if asked.report is not None:
        write_section(asked.report, "soak", section(result))
    return 0 if result.good else 1


if __name__ == "__main__":
    sys.exit(main())
