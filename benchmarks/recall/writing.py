"""recall-SIZE.json, .md and .png."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.machine import machine
from benchmarks.markdown import table
from benchmarks.recall.chart import draw
from benchmarks.recall.run import RecallRun


def write(result: RecallRun, out: Path) -> str:
    """Write all three files and return the page."""
    out.mkdir(parents=True, exist_ok=True)
    first = result.timed[0]
    engines = [
        {
            "name": timed.name,
            "queries": len(timed.ms),
            "p50_ms": timed.percentile(50),
            "p95_ms": timed.percentile(95),
            "p99_ms": timed.percentile(99),
            "p50_cpu_ms": timed.cpu(50),
            "p95_cpu_ms": timed.cpu(95),
            "times_of_first": {f"p{share}": timed.cpu(share) / first.cpu(share) for share in (50, 95)},
            "opened_seconds": timed.opened,
            "resident_mb": timed.resident,
        }
        for timed in result.timed
    ]
    content = {
        "stickers": result.size,
        "seed": result.seed,
        "queries": result.queries,
        "tokens_a_query": result.words,
        "whoosh_index_seconds": result.indexed,
        "tokenise_ms": {"p50": _percentile(result.tokenised, 50), "p95": _percentile(result.tokenised, 95)},
        "table_equals_postings": result.same,
        "engines": engines,
        "not_installed": list(result.left_out),
        "machine": machine(),
    }
    name = f"recall-{result.size}"
    (out / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draw(result, out / f"{name}.png")
    page = _page(result)
    (out / f"{name}.md").write_text(page, "utf-8")
    return page


def _page(result: RecallRun) -> str:
    first = result.timed[0]
    rows = [
        (
            timed.name,
            f"{timed.percentile(50):.2f}",
            f"{timed.percentile(95):.2f}",
            f"{timed.cpu(50):.2f}",
            f"{timed.cpu(95):.2f}",
            f"{timed.cpu(50) / first.cpu(50):.1f}",
            f"{timed.cpu(95) / first.cpu(95):.1f}",
            f"{timed.opened:.1f}",
            len(timed.ms),
        )
        for timed in result.timed
    ]
    heads = ("engine", "p50 ms", "p95 ms", "CPU p50", "CPU p95", "x p50", "x p95", "opened or made in s", "queries")
    about = machine()
    same = {True: "the same, bit for bit", False: "DIFFERENT", None: "not compared"}[result.same]
    packages = ", ".join(f"{name} {found}" for name, found in dict(about["packages"]).items())
    p50, p95 = (f"{_percentile(result.tokenised, share):.2f} ms" for share in (50, 95))
    return f"""# Recall of {result.size:,} stickers

Written by `python -m benchmarks.recall --size {result.size}`; do not edit.

![Time a query takes, by engine](recall-{result.size}.png)

{result.queries} queries of 1 to 6 words, {result.words:.1f} tokens each; the 100 best by all fields. Ratios are of
processor time, to the first row, in one run. The answers of the table and of the postings are {same}.
To normalise and tokenise a query takes {p50} (p50), {p95} (p95), and is not in the figures.

{table(rows, heads)}
{_left_out(result.left_out)}
{about["processor"]}, {about["processors"]} processors, load {about["load"]}: other work may have run beside it, so
trust the ratios. Python {about["python"]}, {packages}; commit {about["commit"]}.
"""


def _left_out(names: Sequence[str]) -> str:
    """Engines that are not installed; a paragraph."""
    return f"\nNot installed (`pip install -e '.[benchmarks]'`): {', '.join(names)}.\n" if names else ""


def _percentile(values: tuple[float, ...], share: float) -> float:
    return float(np.percentile(values, share))
