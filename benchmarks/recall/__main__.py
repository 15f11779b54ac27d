"""python -m benchmarks.recall [--size 50000] [--work DIR] [--out benchmarks/results] [--engines impacts,...]

Makes a catalogue (`benchmarks.corpus`), has every engine answer the same queries in one run, and writes
recall-SIZE.json, .md and .png. --work keeps what was made for the next run; --index takes an index that is there, such
as one of `benchmarks.growth`. Engines that are not installed (`pip install -e '.[benchmarks]'`) are left out, and the
page says so.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.recall.run import ENGINES, run
from benchmarks.recall.writing import write


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000, help="stickers; the paper's set has 543098")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--queries", type=int, default=600)
    parser.add_argument(
        "--slow-queries", type=int, default=60, help="as many of them for what answers in 10 ms or more"
    )
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--work", type=Path, help="keep the made indexes here")
    parser.add_argument("--index", type=Path, help="search this index of as many stickers, instead of making one")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        work = given.work or Path(passing)
        work.mkdir(parents=True, exist_ok=True)
        corpus = Corpus(given.size, given.seed)
        result = run(
            corpus,
            corpus.queries(given.queries),
            work,
            index=given.index,
            engines=given.engines.split(","),
            slow=given.slow_queries,
            say=print,
        )
    print(write(result, given.out))


if __name__ == "__main__":
    main()
