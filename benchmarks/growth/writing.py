"""growth.json, growth.md and growth.png."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.growth.chart import BUILD_SECONDS, CHANGED_SECONDS, MEGABYTES, START_SECONDS, draw
from benchmarks.growth.run import CHANGED, LIMIT, STARTS, TABLE_FROM, Point
from benchmarks.markdown import table

HEADS = (
    "stickers",
    "database MB",
    "index s",
    "of it processor s",
    "table s",
    "MB resident at most",
    "index MB",
    "table MB",
    "segments",
    f"{CHANGED:,} changed s",
    "start s",
    "recall p50 ms",
    "p95 ms",
    "load",
    "commit",
)


def write(points: Sequence[Point], out: Path) -> str:
    """Write all three files and return the page.

    :param points: Small sizes first; at least one.
    """
    out.mkdir(parents=True, exist_ok=True)
    told = json.dumps([asdict(point) for point in points], indent=1, ensure_ascii=False)
    (out / "growth.json").write_text(told + "\n", "utf-8")
    draw(points, out / "growth.png")
    page = _page(points)
    (out / "growth.md").write_text(page, "utf-8")
    return page


def exponent(points: Sequence[Point]) -> float | None:
    """The power of the size that the processor time for the index grows by; 1 is linear, None is of too few sizes.

    By the processor's time, since the clock's is also that of other work; least squares of the logarithms.
    """
    if len(points) < 2:
        return None
    sizes, seconds = (np.log([getattr(point, name) for point in points]) for name in ("size", "index_processor"))
    return float(np.polyfit(sizes, seconds, 1)[0])


def _page(points: Sequence[Point]) -> str:
    rows = [
        (
            f"{point.size:,}",
            f"{point.database_megabytes:,.0f}",
            f"{point.index_seconds:,.0f}",
            f"{point.index_processor:,.0f}",
            "–" if point.table_seconds is None else f"{point.table_seconds:.1f}",
            f"{point.megabytes:,.0f}",
            f"{point.index_megabytes:,.0f}",
            "–" if point.table_seconds is None else f"{point.table_megabytes:,.0f}",
            point.segments,
            f"{point.changed_seconds:.1f}",
            f"{point.start_seconds:.1f}",
            *(f"{value:.2f}" for value in point.recall_ms),
            f"{point.machine['load'][0]:.1f}",
            point.machine["commit"],
        )
        for point in points
    ]
    about = points[-1].machine
    power = exponent(points)
    grown = f"\nThe processor time for the index grows as size to the {power:.2f}; 1 is linear.\n" if power else ""
    packages = ", ".join(f"{name} {found}" for name, found in about["packages"].items())
    return f"""# What the index takes as the catalogue grows

Written by `python -m benchmarks.growth`; do not edit.

![Building, memory, changes, start and recall by size](growth.png)

The catalogue is made up (`benchmarks/corpus.py`) and lies in the bot's own SQLite database. *Index* is `persrv job
index` in a process of its own, with those that it starts; *table* is the table of impacts derived from it, which there
is from {TABLE_FROM:,} stickers on. *Resident* sums up all processes of either. *{CHANGED:,} changed* is from the commit
of so many new texts to their being found. *Start* is `persrv search` with the default settings, from nothing to its
answer, the median of {STARTS}. *Recall* is of the {LIMIT} best for queries of 1 to 6 words.

{table(rows, HEADS)}
{grown}
The limits: {BUILD_SECONDS // 60:.0f} minutes and {MEGABYTES:,.0f} MB to build, {CHANGED_SECONDS:.0f} s for the changes,
{START_SECONDS:.0f} s for the start. {_judged(points)}

{about["processor"]}, {about["processors"]} processors. The load is that at the end of each size, its own work included:
above {about["processors"]} other work ran beside it, and seconds by the clock are too high.
Python {about["python"]}, {packages}.
"""


def _judged(points: Sequence[Point]) -> str:
    """Which limits the largest size keeps."""
    last = points[-1]
    found = (
        ("building", last.build_seconds, BUILD_SECONDS),
        ("memory", last.megabytes, MEGABYTES),
        ("changes", last.changed_seconds, CHANGED_SECONDS),
        ("start", last.start_seconds, START_SECONDS),
    )
    kept = [name for name, value, limit in found if value <= limit]
    missed = [f"{name} ({math.ceil(100 * value / limit)} % of it)" for name, value, limit in found if value > limit]
    told = f"At {last.size:,} stickers kept: {', '.join(kept) or 'none'}"
    return f"{told}; missed: {', '.join(missed)}." if missed else f"{told}."
