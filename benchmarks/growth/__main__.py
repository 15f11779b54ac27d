"""python -m benchmarks.growth --work DIR [--sizes 10000,31000,...] [--out benchmarks/results]

For each size: makes the bot's database (`benchmarks.corpus`) where DIR has none, builds the index from it with
`persrv job index`, changes 1,000 stickers, starts, and searches. Writes growth.json, growth.md and growth.png of all
sizes that DIR has been measured at, after each: stop it when you like, and go on later with the sizes that are missing.
All six take about an hour and a half and 6 GB. DIR/SIZE/data/index is kept, for `python -m benchmarks.recall --index`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.corpus import FULL_SIZE
from benchmarks.growth.run import measure, measured
from benchmarks.growth.writing import write

SIZES = (10_000, 31_000, 100_000, 316_000, FULL_SIZE, 1_000_000)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="stickers, with commas")
    parser.add_argument("--work", type=Path, required=True, help="keep the databases, indexes and figures here")
    parser.add_argument("--again", action="store_true", help="measure also what DIR has been measured at")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    for size in map(int, given.sizes.split(",")):
        if given.again or size not in {point.size for point in measured(given.work)}:
            measure(given.work, size, seed=given.seed, queries=given.queries, say=print)
        page = write(measured(given.work), given.out)
    print(page)


if __name__ == "__main__":
    main()
