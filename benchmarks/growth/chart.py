"""growth.png: four small charts over the number of stickers, with the limits drawn in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.charts import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    LINES,
    ORANGE,
    RED,
    figure,
    plain,
    save,
    spoken,
    titled,
    told_below,
)
from benchmarks.corpus import FULL_SIZE
from benchmarks.growth.run import CHANGED, Point

BUILD_SECONDS: Final = 900.0
MEGABYTES: Final = 4096.0
CHANGED_SECONDS: Final = 5.0
START_SECONDS: Final = 3.0
WIDTH: Final = 10.4
HEIGHT: Final = 7.6


@dataclass(frozen=True, slots=True)
class Line:
    """One curve.

    :param dashed: The processor's time, where the other is the clock's.
    """

    name: str
    colour: str
    of: Callable[[Point], float]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart.

    :param limits: Values that are not to be passed, with their names.
    :param ticks: Of a logarithmic upright axis; without, it is a plain one from 0.
    :param linear: Whether to draw what linear growth would be.
    """

    title: str
    lines: Sequence[Line]
    spoken: Callable[[float], str]
    limits: Sequence[tuple[float, str]] = ()
    ticks: Sequence[float] = ()
    linear: bool = False


def _seconds(value: float) -> str:
    return spoken(value * 1000)


def _memory(megabytes: float) -> str:
    return f"{megabytes / 1024:.3g} GB" if megabytes >= 1000 else f"{megabytes:.3g} MB"


PANELS: Final = (
    Panel(
        "Building the index",
        (
            Line("until it serves", BLUE, lambda point: point.build_seconds),
            Line("processor time", BLUE, lambda point: point.index_processor, dashed=True),
        ),
        _seconds,
        ((BUILD_SECONDS, "15 minutes"),),
        ticks=(1, 10, 60, 600, 6000),
        linear=True,
    ),
    Panel(
        "Memory and disk",
        (
            Line("resident at most", ORANGE, lambda point: point.megabytes),
            Line("on the disk", GREEN, lambda point: point.index_megabytes + point.table_megabytes),
        ),
        _memory,
        ((MEGABYTES, "4 GB of memory"),),
        ticks=(1, 10, 100, 1024),
    ),
    Panel(
        "Changes and start",
        (
            Line(f"{CHANGED:,} changed", BLUE, lambda point: point.changed_seconds),
            Line("start to answer", ORANGE, lambda point: point.start_seconds),
        ),
        _seconds,
        ((CHANGED_SECONDS, "5 s for changes"), (START_SECONDS, "3 s for the start")),
    ),
    Panel(
        "Recall",
        (
            Line("p95", ORANGE, lambda point: point.recall_ms[1]),
            Line("p50", BLUE, lambda point: point.recall_ms[0]),
        ),
        spoken,
    ),
)


def draw(points: Sequence[Point], path: Path) -> None:
    """Building and what it takes on logarithmic axes, on which linear growth is a straight line; the rest from 0.

    :param points: Small sizes first; at least one.
    """
    made = figure(WIDTH, HEIGHT)
    titled(
        made,
        f"The index from {points[0].size:,} to {points[-1].size:,} stickers",
        f"By stickers, logarithmic; above, also upright. Red: limits. The line at 543k: the paper's {FULL_SIZE:,}.",
    )
    for number, panel in enumerate(PANELS):
        left, top = 0.09 + 0.49 * (number % 2), 1.32 + 3.16 * (number // 2)
        _panel(made.add_axes((left, 1 - (top + 2.1) / HEIGHT, 0.385, 2.1 / HEIGHT)), panel, points)
    about = points[-1].machine
    loads = ", ".join(f"{point.machine['load'][0]:.0f}" for point in points)
    told_below(made, f"{about['processor']}, {about['processors']} processors; load at the end of each size: {loads}.")
    save(made, path)


def _panel(axes: Any, panel: Panel, points: Sequence[Point]) -> None:
    plain(axes, grid="y")
    axes.set_xscale("log")
    if panel.ticks:
        axes.set_yscale("log")
    sizes = [point.size for point in points]
    axes.axvline(FULL_SIZE, color=LINES, linewidth=1.2)
    axes.text(0, 1.12, panel.title, transform=axes.transAxes, fontsize=11, color=INK, weight="bold")
    values = [line.of(point) for line in panel.lines for point in points] + [limit for limit, _ in panel.limits]
    for limit, name in panel.limits:
        axes.axhline(limit, color=RED, linewidth=1.1, alpha=0.75)
        axes.annotate(
            name,
            (0, limit),
            xycoords=("axes fraction", "data"),
            xytext=(2, 3),
            textcoords="offset points",
            fontsize=8,
            color=RED,
        )
    if panel.linear:
        first = panel.lines[0].of(points[-1])
        axes.plot(sizes, [first * size / sizes[-1] for size in sizes], color=FAINT, linewidth=1.0, linestyle=":")
        axes.annotate(
            "linear",
            (sizes[0], first * sizes[0] / sizes[-1]),
            xytext=(6, -9),
            textcoords="offset points",
            fontsize=8,
            color=FAINT,
        )
    highest = max((line for line in panel.lines if not line.dashed), key=lambda line: line.of(points[-1]))
    for place, line in enumerate(panel.lines):
        style = {"linestyle": "--", "alpha": 0.55} if line.dashed else {"marker": "o", "markersize": 4.5}
        axes.plot(sizes, [line.of(point) for point in points], color=line.colour, linewidth=1.8, **style)
        axes.text(
            1 - 0.34 * (len(panel.lines) - 1 - place),
            1.12,
            line.name,
            transform=axes.transAxes,
            ha="right",
            fontsize=9,
            color=line.colour,
            alpha=0.7 if line.dashed else 1.0,
        )
        if not line.dashed:
            axes.annotate(
                panel.spoken(line.of(points[-1])),
                (sizes[-1], line.of(points[-1])),
                xytext=(8, 5 if line is highest else -6),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                color=line.colour,
            )
    axes.set_xlim(min(sizes) / 1.3, max(*sizes, FULL_SIZE) * 1.9)
    least, most = min(values) / 1.8, max(values)
    axes.set_ylim(least if panel.ticks else 0, most * (2.0 if panel.ticks else 1.25))
    if panel.ticks:
        axes.set_yticks([tick for tick in panel.ticks if least <= tick <= most * 2.0])
    axes.set_xticks(sizes, [_thousands(size) for size in sizes])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_formatter(lambda value, _: panel.spoken(value) if value else "0")
    axes.set_yticks([], minor=True)


def _thousands(size: int) -> str:
    return f"{size / 1_000_000:.3g}M" if size >= 1_000_000 else f"{size / 1_000:.3g}k"
