"""python -m benchmarks.path [--size 2000] [--rate 50] [--people 500] [--seconds 20] [--out benchmarks/results]

Makes a catalogue, starts the bot against the stand-in of Telegram, puts two loads on it (an open one of so many queries
a second, then people who type letter by letter; and both once more of people who choose), and writes path-SIZE.json and
path-SIZE.md. About two and a half minutes.

To make half a million stickers in this way takes an hour. Instead, take what other benchmarks made:

    python -m benchmarks.growth --sizes 543098 --work GROWTH --out /tmp/growth
    python -m benchmarks.ranking --index GROWTH/543098/data/index --work RANKING --out /tmp/ranking
    python -m benchmarks.path --data GROWTH/543098/data --learnt RANKING/learnt-543098
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.corpus import FULL_SIZE
from benchmarks.path.run import Load, Ready, run
from benchmarks.path.writing import write

LIMITS = Path(__file__).with_name("limits.md")
"""What profiles said, written by hand."""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, help=f"stickers; {Load.size}, or {FULL_SIZE} with --data")
    parser.add_argument("--data", type=Path, help="take this data folder of benchmarks.growth")
    parser.add_argument("--learnt", type=Path, help="and what benchmarks.ranking made up as learnt of as many stickers")
    parser.add_argument("--choices", type=int, default=Load.choices, help="that people made before")
    parser.add_argument("--rate", type=float, default=Load.rate, help="queries a second of the first load")
    parser.add_argument("--people", type=int, default=Load.people, help="who type in the second")
    parser.add_argument("--seconds", type=float, default=Load.seconds, help="of each load")
    parser.add_argument("--seed", type=int, default=Load.seed)
    parser.add_argument("--ranking", choices=("persrv-plus", "persrv"), default=Load.ranking)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    if (given.data is None) != (given.learnt is None):
        parser.error("--data and --learnt belong together")
    ready = Ready(given.data, given.learnt) if given.data else None
    load = Load(
        size=given.size or (FULL_SIZE if ready else Load.size),
        choices=given.choices,
        rate=given.rate,
        people=given.people,
        seconds=given.seconds,
        seed=given.seed,
        ranking=given.ranking,
    )
    with tempfile.TemporaryDirectory(prefix="persrv-path-") as folder:
        result = run(load, Path(folder), ready=ready)
    limits = LIMITS.with_stem("limits_at_half_a_million") if ready else LIMITS
    print(write(result, given.out, limits.read_text("utf-8")))


if __name__ == "__main__":
    main()
