"""recall-SIZE.png: how long each engine takes, the fastest on top."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.charts import AMBER, BLUE, FAINT, INK, ORANGE, PALE, figure, plain, save, spoken, titled, told_below
from benchmarks.machine import machine
from benchmarks.recall.run import RecallRun, Timed

OURS: Final = "PerSRV"
BAR: Final = 0.36


def draw(result: RecallRun, path: Path) -> None:
    """Two bars an engine on a logarithmic axis: milliseconds by the clock, 50th and 95th percentile."""
    timed = sorted(result.timed, key=lambda each: each.percentile(50))
    height = 1.5 + 0.74 * len(timed) + 0.2
    made = figure(9.6, height)
    axes = made.add_axes((0.235, 0.82 / height, 0.715, 1 - 1.7 / height))
    plain(axes, grid="x")
    axes.set_xscale("log")
    for row, each in enumerate(timed):
        strong, pale = (BLUE, PALE) if each.name.startswith(OURS) else (ORANGE, AMBER)
        for offset, share, colour in ((-BAR / 2, 50, strong), (BAR / 2, 95, pale)):
            value = each.percentile(share)
            axes.barh(row + offset, value, BAR * 0.92, color=colour)
            ink = INK if share == 50 else FAINT
            axes.text(value * 1.06, row + offset, spoken(value), va="center", fontsize=9, color=ink)
    axes.set_ylim(len(timed) - 0.45, -0.55)
    axes.set_yticks(range(len(timed)), [each.name for each in timed])
    axes.tick_params(axis="y", labelsize=10, labelcolor=INK)
    least, most = _reach(timed)
    axes.set_xlim(least, most)
    ticks = [10.0**power for power in range(-3, 6) if least <= 10.0**power <= most]
    axes.set_xticks(ticks, [spoken(tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    titled(
        made,
        f"Recall of {result.size:,} stickers",
        "Time a query takes for the 100 best, logarithmic. Strong: the median; pale: the 95th percentile.",
    )
    about = machine()
    told_below(
        made,
        f"{result.queries} queries of 1 to 6 words. {about['processor']}, {about['processors']} processors, "
        f"load {about['load'][0]}; commit {about['commit']}.",
    )
    save(made, path)


def _reach(timed: Sequence[Timed]) -> tuple[float, float]:
    """The axis: from below half the shortest to beyond the longest and its figure."""
    return min(each.percentile(50) for each in timed) / 2.5, max(each.percentile(95) for each in timed) * 2.2
