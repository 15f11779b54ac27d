"""What the charts of benchmarks have in common: their ground, colours and letters."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

DPI: Final = 160
INK: Final = "#33364d"
FAINT: Final = "#7c7f97"
LINES: Final = "#e6e6ef"
GROUND: Final = "#fdfcff"
BLUE: Final = "#4f94e8"
PALE: Final = "#b9d4f6"
ORANGE: Final = "#f2a03b"
AMBER: Final = "#fad9ae"
GREEN: Final = "#35a77c"
RED: Final = "#d1495b"


def figure(width: float, height: float) -> Any:
    """An empty picture, in inches."""
    # No pyplot and no rc settings: both are the whole process's.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(made)
    return made


def told_below(made: Any, text: str) -> None:
    """A line of small letters at the foot."""
    width, height = made.get_size_inches()
    made.text(0.28 / width, 0.2 / height, text, fontsize=7.5, color=FAINT)


def titled(made: Any, title: str, told: str) -> None:
    """A title and a line below it at the head."""
    width, height = made.get_size_inches()
    made.text(0.28 / width, 1 - 0.38 / height, title, fontsize=14, color=INK, weight="bold")
    made.text(0.28 / width, 1 - 0.66 / height, told, fontsize=9, color=FAINT)


def plain(axes: Any, *, grid: str) -> None:
    """Axes without a frame.

    :param grid: The axis whose ticks get lines: "x", "y" or "both".
    """
    axes.set_facecolor("none")
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.grid(axis=grid, which="major", color=LINES, linewidth=1.0)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", length=0, labelsize=9, labelcolor=FAINT, pad=5)


def spoken(ms: float) -> str:
    """Milliseconds with three digits at most: 0.24 ms, 3.4 ms, 617 ms, 12.6 s, 15 min."""
    value, unit = (ms, "ms") if ms < 1_000 else (ms / 1_000, "s") if ms < 100_000 else (ms / 60_000, "min")
    digits = f"{value:.2g}" if value < 9.95 else f"{value:.3g}" if value < 100 else f"{value:,.0f}"
    return f"{digits} {unit}"


def save(made: Any, path: Path) -> None:
    """Write a PNG file, the same for the same figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made.savefig(path, format="png", dpi=DPI, facecolor=GROUND, metadata={"Software": None})
