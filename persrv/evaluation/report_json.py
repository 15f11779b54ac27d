"""`report.json`: the report under keys that others read (docs/evaluation.md); to rename one breaks them.

All that differs between two runs with one seed is wall time, and all of it is under keys called `ms_per_query`.
`digest` is the SHA-256 of the report without those, and without the path by which somebody named the dataset: equal
digests mean equal reports, to the last digit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any, Final

from persrv.evaluation.report import NotRun, Report, SystemResult
from persrv.evaluation.scoring import MAIN
from persrv.evaluation.significance import Comparison
from persrv.evaluation.statistics import DatasetStatistics

TIMINGS: Final = "ms_per_query"


def report_json(report: Report) -> str:
    """The file's text: two blanks of indentation, a line break at its end."""
    plain = plain_report(report)
    plain["digest"] = digest(plain)
    return json.dumps(plain, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain_report(report: Report) -> dict[str, Any]:
    """Dictionaries, lists, strings and numbers alone."""
    return {
        "dataset": _dataset(report.dataset),
        "systems": {name: _system(result) for name, result in report.systems.items()},
        "significance": {name: _comparisons(found) for name, found in report.significance.items() if found},
        "ablation": [_plain(row) for row in report.ablation],
        "tuning": [_plain(step) for step in report.tuning],
        "generation": _plain(report.generation),
        "reported": _plain(report.reported),
        "notes": [*report.notes, *report.reported.contradictions],
        "seed": report.seed,
        "commit": report.commit,
        "settings": dict(report.settings),
    }


def without_timings(plain: Any) -> Any:
    """The same without everything that is wall time."""
    if isinstance(plain, dict):
        return {key: without_timings(value) for key, value in plain.items() if key != TIMINGS}
    return [without_timings(value) for value in plain] if isinstance(plain, list) else plain


def digest(plain: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, of everything but wall time, the dataset's path and the digest itself."""
    lasting = {key: value for key, value in plain.items() if key != "digest"}
    lasting["dataset"] = {key: value for key, value in plain["dataset"].items() if key != "source"}
    text = json.dumps(without_timings(lasting), ensure_ascii=False, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _dataset(statistics: DatasetStatistics) -> dict[str, Any]:
    return {
        "source": statistics.source,
        "stickers": statistics.stickers,
        **_plain(statistics.whole),
        "with_picture": statistics.with_picture,
        "with_text": dict(statistics.with_text),
        "split": statistics.split,
        "splits": {part: _plain(found) for part, found in statistics.parts.items()},
    }


def _system(result: SystemResult | NotRun) -> dict[str, Any]:
    if isinstance(result, NotRun):
        return {"not_run": result.reason}
    plain: dict[str, Any] = _plain(result)
    return plain


def _comparisons(found: Sequence[Comparison]) -> dict[str, Any]:
    """The main metric's test at the top, all metrics below."""
    by_metric = {
        each.metric: {
            key: value for key, value in _plain(each).items() if key not in {"system", "baseline", "metric", "test"}
        }
        for each in found
    }
    return {
        "baseline": found[0].baseline,
        "test": found[0].test,
        "metric": MAIN,
        **by_metric[MAIN],
        "by_metric": by_metric,
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        value = {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
