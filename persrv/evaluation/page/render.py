"""Fills the page's template."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from persrv.evaluation.cases import Case, Module
from persrv.evaluation.generation import Generation
from persrv.evaluation.page.charts import ablation_chart, latency_chart, ran, systems_chart, tuning_chart
from persrv.evaluation.report import NotRun, Report
from persrv.evaluation.report_json import plain_report
from persrv.evaluation.scoring import MAIN, TABLE_METRICS
from persrv.semantics.likeness import Cell

Thumbnail = Callable[[str], str | None]
"""A docid -> its picture as a `data:` address."""
TABLE_5: Final = ("M-MRR@1", "R@1", "M-MRR@10", "R@10", "M-MRR@20", "R@20")
STRATA: Final = {
    "cold-users": "People with fewer than 20 choices in train",
    "warm-users": "People with 20 and more",
    "unseen-queries": "Queries that nobody asked in train",
    "seen-queries": "Queries that somebody asked in train",
    "repeated-pairs": "This person asked this in train",
    "residual": "Without what this person chose for this query in train",
}
TABLE_3: Final = {
    "stickers": "Stickers",
    "interactions": "Interactions",
    "user_query_pairs": "User-query pairs",
    "queries": "Queries",
    "users": "Users",
}
ABOUT: Final = {
    Module.PERSONALISATION: "The same recall, by the paper's row 4 and by row 5: what personal ranking moves.",
    Module.UTILITY: "By row 3 and by row 4: what utility moves.",
}


def render_page(report: Report, cases: Sequence[Case], thumbnail: Thumbnail) -> str:
    """The page, whole: style, charts and pictures stand inside it.

    :param thumbnail: Asked for every sticker of the cases.
    """
    here = files("persrv.evaluation.page")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"figure": _figure, "p": _p, "cell": _cell, "count": _count}
    template = environment.from_string(here.joinpath("report.html.j2").read_text("utf-8"))
    found = ran(report)
    pictures = {
        docid: thumbnail(docid)
        for case in cases
        for docid in (*case.history, *case.without, *case.having, *sorted(case.chosen))
    }
    return template.render(
        style=Markup(here.joinpath("report.css").read_text("utf-8")),  # noqa: S704 - a file of ours
        report=report,
        found=found,
        not_run={name: each.reason for name, each in report.systems.items() if isinstance(each, NotRun)},
        best=_best(report),
        headline=_headline(report),
        main=MAIN,
        metrics=TABLE_METRICS,
        table_5=TABLE_5,
        table_3=TABLE_3,
        dataset=plain_report(report)["dataset"],
        strata=STRATA,
        charts={name: Markup(svg) for name, svg in _charts(report).items()},  # noqa: S704 - matplotlib escapes texts
        cases={module: [case for case in cases if case.module is module] for module in Module},
        about=ABOUT,
        unmeasured=_unmeasured(report.generation),
        pictures=pictures,
        settings_json=json.dumps(dict(report.settings), ensure_ascii=False, indent=1),
    )


def _charts(report: Report) -> dict[str, str]:
    charts = {}
    if ran(report):
        charts = {"systems": systems_chart(report), "latency": latency_chart(report)}
    if any(row.metrics for row in report.ablation):
        charts["ablation"] = ablation_chart(report.ablation)
    if report.tuning:
        charts["tuning"] = tuning_chart(report.tuning)
    return charts


def _best(report: Report) -> dict[str, float]:
    """Metric -> the best figure of any system."""
    found = ran(report).values()
    return {metric: max((each.metrics[metric] for each in found), default=0.0) for metric in TABLE_METRICS}


def _headline(report: Report) -> dict[str, Any] | None:
    """The system of ours against the best baseline, in `MAIN`."""
    for name in ("persrv-plus", "persrv"):
        for comparison in report.significance.get(name, ()):
            if comparison.metric == MAIN:
                found = ran(report)
                return {
                    "system": name,
                    "ours": found[name].metrics[MAIN],
                    "theirs": found[comparison.baseline].metrics[MAIN],
                    "comparison": comparison,
                }
    return None


def _figure(value: float) -> str:
    return f"{value:.4f}"


def _count(value: int) -> str:
    return f"{value:,}"


def _p(value: float) -> str:
    return "p < .001" if value < 0.001 else f"p = {value:.3f}"


def _cell(cell: Cell) -> str:
    return "–" if cell.value is None else f"{cell.value:.4f}"


def _unmeasured(generation: Generation | None) -> list[str]:
    """Why cells of table 6 are empty, each reason once: a sentence in every cell would make it wider than a screen."""
    if generation is None:
        return []
    rows = [row for part in (generation.everything, generation.not_in_train) for row in (part.bleu, part.cosine)]
    cells = [cell for row in rows for cell in (row.overall, row.without_text, row.with_text)]
    return list(dict.fromkeys(cell.not_measured for cell in cells if cell.not_measured))
