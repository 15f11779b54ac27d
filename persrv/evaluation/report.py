"""What an evaluation found. Everything that prints or draws reads this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from persrv.evaluation.generation import Generation
from persrv.evaluation.pairs import Pair
from persrv.evaluation.reported import Reported
from persrv.evaluation.running import Run
from persrv.evaluation.significance import Comparison
from persrv.evaluation.statistics import DatasetStatistics
from persrv.evaluation.strata import StratumResult
from persrv.evaluation.tuning import TuningStep


@dataclass(frozen=True, slots=True)
class Latency:
    """Wall time of one answer in milliseconds, warm, one at a time (paper, table 7).

    :param encoder_p50: Of which the query's encoder took; 0 for a system without one.
    """

    p50: float
    p95: float
    encoder_p50: float
    encoder_p95: float


@dataclass(frozen=True, slots=True)
class SystemResult:
    """One system on the test part.

    :param metrics: Those of table 4, means over a user's pairs, then over users.
    :param metrics_micro: The same, means over all pairs.
    :param other_metrics: Plain MRR@k and hit rate, by user.
    :param answered: Pairs with a ranking that is not empty.
    :param strata: Group of pairs -> figures.
    """

    metrics: Mapping[str, float]
    metrics_micro: Mapping[str, float]
    other_metrics: Mapping[str, float]
    other_metrics_micro: Mapping[str, float]
    pairs: int
    answered: int
    strata: Mapping[str, StratumResult]
    ms_per_query: Latency


@dataclass(frozen=True, slots=True)
class NotRun:
    """A system that could not be run here.

    :param reason: What is missing and how to get it.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class AblationRow:
    """A row of table 5.

    :param paper_row: Its number there, or None for a row of ours.
    :param metrics: As in `SystemResult`; empty where it was not run.
    """

    key: str
    label: str
    paper_row: int | None
    metrics: Mapping[str, float]
    metrics_micro: Mapping[str, float]
    not_run: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything.

    :param systems: By name, in the order of docs/evaluation.md: baselines, then ours.
    :param significance: Systems of ours -> against the best baseline, metric by metric.
    :param generation: Table 6, or None where there are no generated keywords.
    :param notes: What a reader of the figures should know.
    :param commit: Of the code that ran.
    :param settings: Everything that the figures depend on and that can be set.
    """

    dataset: DatasetStatistics
    systems: Mapping[str, SystemResult | NotRun]
    significance: Mapping[str, tuple[Comparison, ...]]
    ablation: tuple[AblationRow, ...]
    tuning: tuple[TuningStep, ...]
    generation: Generation | None
    reported: Reported
    notes: tuple[str, ...]
    seed: int
    commit: str
    settings: Mapping[str, str | int | float | None]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A report, and the rankings that it was computed from.

    :param pairs: Of the test part; rankings stand in the same order.
    :param runs: System -> run.
    :param ablation_runs: Key of the row -> run: the same query with and without a module.
    """

    report: Report
    pairs: tuple[Pair, ...]
    runs: Mapping[str, Run]
    ablation_runs: Mapping[str, Run]
