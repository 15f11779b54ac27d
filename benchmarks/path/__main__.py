"""python -m benchmarks.path [--size 2000] [--rate 50] [--people 500] [--seconds 20] [--out benchmarks/results]

Makes a catalogue, starts the bot against the stand-in of Telegram, puts two loads on it (an open one of so many queries
a second, then people who type letter by letter), and writes path-SIZE.json and path-SIZE.md. About a minute and a half.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.path.run import Load, run
from benchmarks.path.writing import write

LIMITS = Path(__file__).with_name("limits.md")
"""What profiles said, written by hand."""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=Load.size, help="stickers; half a million take an hour to write")
    parser.add_argument("--choices", type=int, default=Load.choices, help="that people made before")
    parser.add_argument("--rate", type=float, default=Load.rate, help="queries a second of the first load")
    parser.add_argument("--people", type=int, default=Load.people, help="who type in the second")
    parser.add_argument("--seconds", type=float, default=Load.seconds, help="of each load")
    parser.add_argument("--seed", type=int, default=Load.seed)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    load = Load(
        size=given.size,
        choices=given.choices,
        rate=given.rate,
        people=given.people,
        seconds=given.seconds,
        seed=given.seed,
    )
    with tempfile.TemporaryDirectory(prefix="persrv-path-") as folder:
        result = run(load, Path(folder))
    print(write(result, given.out, LIMITS.read_text("utf-8")))


if __name__ == "__main__":
    main()
