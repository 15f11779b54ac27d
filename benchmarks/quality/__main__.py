"""python -m benchmarks.quality --stickerbench DIR --stickerqueries DIR [--out docs/results.md] [--work DIR]

Runs `persrv evaluate`'s own code on every data set and protocol, and writes one page. Takes about half an hour on two
cores the first time, of which the words on pictures take two minutes and are remembered in --data.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from benchmarks.quality.measure import Bench, Measured
from benchmarks.quality.page import page


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stickerbench", type=Path, help="a dataset folder with clicks_raw.csv")
    parser.add_argument("--stickerqueries", type=Path, help="a folder with zh.csv and en.csv")
    parser.add_argument("--out", type=Path, default=Path("docs/results.md"))
    parser.add_argument("--data", type=Path, default=Path("data"), help="the data folder, for its caches")
    parser.add_argument("--work", type=Path, help="keep the made folders and reports here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        bench = Bench(given.work or Path(passing), given.data)
        runs: dict[str, Callable[[], Measured]] = {}
        if given.stickerbench:
            runs["split"] = partial(bench.split, given.stickerbench)
            runs["live"] = partial(bench.live, given.stickerbench)
            runs["stripped"] = partial(bench.without_clicks, given.stickerbench)
        if given.stickerqueries:
            for language in ("zh", "en"):
                runs[language] = partial(bench.labels, given.stickerqueries / f"{language}.csv")
        if not runs:
            parser.error("name at least one of --stickerbench and --stickerqueries")
        found = {}
        for name, run in runs.items():
            with Console(stderr=True).status(f"{name} ({len(found) + 1} of {len(runs)})"):
                found[name] = run()
        forgiveness = None
        if given.stickerbench:
            with Console(stderr=True).status("mistyped queries"):
                forgiveness = bench.forgiveness(given.stickerbench)
    given.out.write_text(page(found, forgiveness), "utf-8")


if __name__ == "__main__":
    main()
