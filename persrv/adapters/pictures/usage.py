"""How much the bot was used as a picture: three cards under one another, on the ground of the picture of styles."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

import numpy as np

from persrv.domain.usage import DayOfUse, Period, sum_up

WIDTH: Final = 1280
HEIGHT: Final = 1440
QUERIES: Final = "#4f94e8"
CHOICES: Final = "#f2a03b"
CLICK_THROUGH: Final = "#35a77c"
PLACE: Final = "#9168d9"
"""The colours of 🔵 🟠 🟢 🟣, by which the message under the picture says what is what."""
INK: Final = "#33364d"
FAINT: Final = "#9a9cb3"
LINES: Final = "#e9e8f1"
CARD: Final = "#fdfcff"
_TOP: Final = (0x3B, 0x42, 0x74)
_BOTTOM: Final = (0x6D, 0x5B, 0x97)
_DPI: Final = 160
_MARGIN: Final = 36
_GAP: Final = 26
_ROUND: Final = 30
_HEADER: Final = 104
"""Pixels of a card above its axes."""
_FOOTER: Final = 58
_SIDES: Final = (96, 40)
_HEIGHTS: Final = (528, 394, 394)
"""Pixels of the cards."""
_DOT: Final = 17
"""Points of the dot before a figure."""

Drawn = Callable[[Any, Sequence[DayOfUse]], None]


class MatplotlibUsagePainter:
    """`persrv.ports.pictures.UsagePainter`. Letters are digits alone: words belong into the message beside it."""

    def paint(self, days: Sequence[DayOfUse]) -> bytes:
        """A PNG file of 1280 by 1440 pixels."""
        if not days:
            raise ValueError("there is no day to paint")
        # No pyplot and no rc settings: both are the whole process's.
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
        FigureCanvasAgg(figure)
        _ground(figure)
        whole = sum_up(days, 0)
        cards: Sequence[tuple[Drawn, Sequence[tuple[str, str]]]] = (
            (_draw_counts, ((f"{whole.use.queries:,}", QUERIES), (f"{whole.use.choices:,}", CHOICES))),
            (_draw_click_through, ((_share(whole), CLICK_THROUGH),)),
            (_draw_places, ((_place(whole), PLACE),)),
        )
        top = _MARGIN
        for (draw, figures), height in zip(cards, _HEIGHTS, strict=True):
            axes = _card(figure, top, height)
            _headline(figure, top, figures)
            draw(axes, days)
            _dates(axes, [one.day for one in days])
            top += height + _GAP
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=_DPI)
        return file.getvalue()


def _share(period: Period) -> str:
    return "–" if period.click_through is None else f"{100 * period.click_through:.3g} %"


def _place(period: Period) -> str:
    return "–" if period.use.place is None else f"{period.use.place:.1f}"


def _ground(figure: Any) -> None:
    slope = np.linspace(0.0, 1.0, 256)[:, None]
    colours = (np.array(_TOP) + (np.array(_BOTTOM) - np.array(_TOP)) * slope) / 255
    axes = figure.add_axes((0, 0, 1, 1), zorder=-2)
    axes.imshow(colours[:, None, :], aspect="auto", interpolation="bilinear")
    axes.set_axis_off()


def _card(figure: Any, top: int, height: int) -> Any:
    """A white card with round corners; the axes in it, their lines in our style."""
    from matplotlib.patches import FancyBboxPatch
    from matplotlib.transforms import Affine2D

    pixels = Affine2D().scale(1 / WIDTH, -1 / HEIGHT).translate(0, 1) + figure.transFigure
    box = FancyBboxPatch(
        (_MARGIN + _ROUND, top + _ROUND),
        WIDTH - 2 * (_MARGIN + _ROUND),
        height - 2 * _ROUND,
        boxstyle=f"round,pad={_ROUND},rounding_size={_ROUND}",
        facecolor=CARD,
        edgecolor="none",
        transform=pixels,
        zorder=-1,
    )
    figure.add_artist(box)
    left, right = _MARGIN + _SIDES[0], WIDTH - _MARGIN - _SIDES[1]
    bottom = top + height - _FOOTER
    tall = height - _HEADER - _FOOTER
    axes = figure.add_axes((left / WIDTH, 1 - bottom / HEIGHT, (right - left) / WIDTH, tall / HEIGHT))
    axes.set_facecolor("none")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINES)
    axes.grid(axis="y", color=LINES, linewidth=1.2)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=10, labelcolor=FAINT, pad=7)
    return axes


def _headline(figure: Any, top: int, figures: Sequence[tuple[str, str]]) -> None:
    """The figures over a card, each after a dot in its colour."""
    y = 1 - (top + _HEADER * 0.48) / HEIGHT
    x = (_MARGIN + 40) / WIDTH
    renderer = figure.canvas.get_renderer()
    for text, colour in figures:
        dot = figure.text(x, y + 2 / HEIGHT, "●", color=colour, fontsize=_DOT, va="center_baseline")
        x += dot.get_window_extent(renderer).width / WIDTH + 14 / WIDTH
        told = figure.text(x, y, text, color=INK, fontsize=22, fontweight="bold", va="center_baseline")
        x += told.get_window_extent(renderer).width / WIDTH + 56 / WIDTH


def _draw_counts(axes: Any, days: Sequence[DayOfUse]) -> None:
    places = np.arange(len(days))
    queries = [one.use.queries for one in days]
    choices = [one.use.choices for one in days]
    axes.bar(places, queries, width=0.74, color=QUERIES, zorder=2)
    axes.bar(places, choices, width=0.4, color=CHOICES, zorder=3)
    axes.set_ylim(0, _ceiling([*queries, *choices], 4))
    axes.yaxis.set_major_locator(_whole_numbers())
    axes.yaxis.set_major_formatter(lambda value, _: _brief(value))


def _draw_click_through(axes: Any, days: Sequence[DayOfUse]) -> None:
    shares = [_or_gap(one.use.click_through) * 100 for one in days]
    axes.set_ylim(0, _ceiling(shares, 10))
    _line(axes, shares, CLICK_THROUGH, floor=0.0)
    axes.yaxis.set_major_locator(_whole_numbers())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")


def _draw_places(axes: Any, days: Sequence[DayOfUse]) -> None:
    """The first place is on top: higher is better here too."""
    places = [_or_gap(one.use.place) for one in days]
    floor = _ceiling(places, 4)
    axes.set_ylim(floor, 1 - 0.06 * (floor - 1))
    _line(axes, places, PLACE, floor=floor)
    step = max(1, round((floor - 1) / 4))
    axes.set_yticks(np.arange(1, floor + 1e-6, step))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _line(axes: Any, values: Sequence[float], colour: str, *, floor: float) -> None:
    """A line with gaps where nothing is known, the ground under it tinted."""
    places, known = np.arange(len(values)), np.asarray(values, dtype=float)
    axes.fill_between(places, known, floor, where=np.isfinite(known), color=colour, alpha=0.14, linewidth=0, zorder=2)
    axes.plot(places, known, color=colour, linewidth=2.6, solid_capstyle="round", solid_joinstyle="round", zorder=3)
    axes.plot(places, known, "o", color=colour, markersize=6, markeredgecolor=CARD, markeredgewidth=1.4, zorder=4)


def _dates(axes: Any, days: Sequence[date]) -> None:
    """Today and every seventh day before it."""
    last = len(days) - 1
    ticks = list(range(last % 7, last + 1, 7))
    axes.set_xlim(-0.7, last + 0.7)
    axes.set_xticks(ticks, [f"{days[tick]:%m-%d}" for tick in ticks])


def _or_gap(value: float | None) -> float:
    return float("nan") if value is None else value


def _brief(value: float) -> str:
    """A count beside an axis, which has room for five characters."""
    for least, unit, letter in ((1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if value >= least:
            return f"{value / unit:g}{letter}"
    return f"{value:,.0f}"


def _ceiling(values: Sequence[float], least: float) -> float:
    known = [value for value in values if np.isfinite(value)]
    return max(least, max(known, default=least) * 1.12)


def _whole_numbers() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4, integer=True)
