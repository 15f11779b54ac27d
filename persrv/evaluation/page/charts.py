"""The report's charts, as SVG that stands inside the page. The same figures give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from persrv.evaluation.report import AblationRow, NotRun, Report, SystemResult
from persrv.evaluation.scoring import MAIN
from persrv.evaluation.significance import BASELINES
from persrv.evaluation.tuning import TuningStep

INK: Final = "#1f2933"
FAINT: Final = "#9aa5b1"
OURS: Final = "#d9480f"
OTHERS: Final = "#4c6ef5"
RECALL: Final = "#20c997"
_STYLE: Final[Any] = {
    "svg.hashsalt": "persrv",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_T = TypeVar("_T")
ABREAST: Final = 4
"""Panels of the tuning chart that stand beside each other: as many as a page shows with labels that can be read."""


def ran(report: Report) -> dict[str, SystemResult]:
    """The systems that have figures."""
    return {name: found for name, found in report.systems.items() if not isinstance(found, NotRun)}


def systems_chart(report: Report) -> str:
    """M-MRR@20 of each system as a bar."""
    return _systems(report, _svg)


def systems_picture(report: Report) -> bytes:
    """The same as PNG, for a chat."""
    return _systems(report, _png)


def _systems(report: Report, write: Callable[[Any], _T]) -> _T:
    found = ran(report)
    names = list(found)
    values = [found[name].metrics[MAIN] for name in names]
    with _drawing(len(names) * 0.42 + 0.9) as (figure, axes):
        colours = [OTHERS if name in BASELINES else OURS for name in names]
        bars = axes.barh(range(len(names)), values, color=colours, height=0.62)
        axes.bar_label(bars, [f"{value:.3f}" for value in values], padding=4)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlim(0, max([*values, 0.01]) * 1.12)
        axes.set_xlabel(f"{MAIN}, mean by user")
        return write(figure)


def ablation_chart(rows: Sequence[AblationRow]) -> str:
    """M-MRR@20 and R@20, row by row."""
    rows = [row for row in rows if row.metrics]
    with _drawing(len(rows) * 0.55 + 1.0) as (figure, axes):
        for shift, metric, colour in ((-0.19, MAIN, OURS), (0.19, "R@20", RECALL)):
            values = [row.metrics[metric] for row in rows]
            places = [place + shift for place in range(len(rows))]
            bars = axes.barh(places, values, color=colour, height=0.36, label=metric)
            axes.bar_label(bars, [f"{value:.3f}" for value in values], padding=4, fontsize=9)
        axes.set_yticks(range(len(rows)), [row.label for row in rows])
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.12), ncols=2)
        return _svg(figure)


def latency_chart(report: Report) -> str:
    """From p50 to p95, on a logarithmic axis."""
    found = ran(report)
    names = list(found)
    with _drawing(len(names) * 0.42 + 0.9) as (figure, axes):
        for place, name in enumerate(names):
            latency = found[name].ms_per_query
            colour = OTHERS if name in BASELINES else OURS
            low, high = max(latency.p50, 1e-3), max(latency.p95, 1e-3)
            axes.plot([low, high], [place, place], color=colour, linewidth=3, solid_capstyle="round")
            axes.plot([low], [place], "o", color=colour)
            axes.annotate(
                f"{latency.p50:.2f} to {latency.p95:.2f} ms", (high, place), (8, -4), textcoords="offset points"
            )
        axes.set_xscale("log")
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.margins(x=0.28, y=0.1)
        axes.set_xlabel("milliseconds a query, p50 to p95, warm, one at a time")
        return _svg(figure)


def tuning_chart(steps: Sequence[TuningStep]) -> str:
    """Each setting's trials on the validation part; the chosen one is marked."""
    rows = -(-len(steps) // ABREAST)
    with _drawing(2.2 * rows + 0.4, rows=rows, columns=min(len(steps), ABREAST)) as (figure, _):
        for unused in figure.axes[len(steps) :]:
            unused.set_visible(False)
        for axes, step in zip(figure.axes, steps, strict=False):
            trials = sorted(step.trials, key=lambda trial: (trial.value is None, trial.value or 0.0))
            labels = ["none" if trial.value is None else f"{trial.value:g}" for trial in trials]
            axes.plot(range(len(trials)), [trial.score for trial in trials], "-o", color=OTHERS, markersize=4)
            place = next(place for place, trial in enumerate(trials) if trial.value == step.chosen)
            axes.plot([place], [trials[place].score], "o", color=OURS, markersize=9)
            axes.set_xticks(range(len(trials)), labels, fontsize=8)
            axes.tick_params(axis="y", labelsize=8)
            axes.set_title(step.parameter, fontsize=9)
        figure.tight_layout()
        return _svg(figure)


class _drawing:  # noqa: N801 - reads as a statement
    """A figure in our style; closed at the end, so that no state of pyplot is touched."""

    def __init__(self, height: float, *, rows: int = 1, columns: int = 1) -> None:
        self._height, self._rows, self._columns = height, rows, columns

    def __enter__(self) -> tuple[Any, Any]:
        import matplotlib as mpl
        from matplotlib.figure import Figure

        self._context = mpl.rc_context(_STYLE)
        self._context.__enter__()
        figure = Figure(figsize=(max(8.2, 2.3 * self._columns), self._height))
        return figure, figure.subplots(self._rows, self._columns, squeeze=False)[0][0]

    def __exit__(self, *_: object) -> None:
        self._context.__exit__(None, None, None)


def _png(figure: Any) -> bytes:
    written = io.BytesIO()
    figure.savefig(written, format="png", bbox_inches="tight", dpi=120, facecolor="white", pad_inches=0.3)
    return written.getvalue()


def _svg(figure: Any) -> str:
    written = io.StringIO()
    figure.savefig(written, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = written.getvalue()
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', 'class="chart"', text[text.index("<svg") :], count=1)
