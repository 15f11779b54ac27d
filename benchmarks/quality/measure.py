"""The evaluation of the product (`persrv evaluate`), run on every data set and protocol."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.groups import group_people
from benchmarks.quality.folders import choices_by_pack, held_out, held_out_of_train, live_log, mistyped, stripped
from benchmarks.quality.slips import SLIPS
from benchmarks.quality.spared import Spared, spared
from persrv.bootstrap.evaluating import Options, run_evaluation
from persrv.config import Settings
from persrv.evaluation.report import Evaluation, SystemResult
from persrv.evaluation.scoring import MAIN, score
from persrv.evaluation.significance import Comparison, compare
from persrv.ports.progress import Progress, silent

CUT = 1717545600
"""2024-06-05 00:00 UTC: where the log of stickerbench is to be cut, as its README says."""
SYSTEMS = ("global-pop", "user-pop", "bm25", "bm25-ocr", "persrv", "persrv-plus")
SEEDS = (0, 1, 2, 3, 4)
VIEWS = ("residual", "cold-users", "unseen-queries")
"""Groups that are shown beside the whole."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one system.

    :param views: Group -> M-MRR@20, NaN where it is empty.
    """

    metrics: Mapping[str, float]
    views: Mapping[str, float]
    milliseconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A data set under one protocol.

    :param gain: persrv-plus against persrv, in M-MRR@20.
    :param spread: Of M-MRR@20 over seeds, by system; empty for one run.
    :param without_style: What style costs those who have none; None where nobody is known to have none.
    """

    name: str
    pairs: int
    systems: Mapping[str, Figures]
    gain: Comparison | None
    ablation: Sequence[tuple[str, float]] = ()
    spread: Mapping[str, float] | None = None
    commit: str = ""
    without_style: Spared | None = None


@dataclass(frozen=True, slots=True)
class Mistyped:
    """R@20 of persrv-plus on queries that were mistyped in one way.

    :param pairs: Pairs of person and query.
    :param clean: On the same queries, typed well.
    :param strict: Mistyped, with `PERSRV_FORGIVING=false`.
    """

    slip: str
    pairs: int
    clean: float
    forgiving: float
    strict: float


@dataclass(frozen=True, slots=True)
class Forgiveness:
    """What forgiving gives to who mistypes, and takes from who does not.

    :param loss: M-MRR@20 on the whole test part, typed well, that forgiving costs.
    """

    slips: Sequence[Mistyped]
    loss: float


class Bench:
    """Runs the evaluation in a folder of its own.

    :param work: For made folders and reports; what was read on pictures is remembered there.
    :param data: The data folder, with the caches.
    """

    def __init__(self, work: Path, data: Path, progress: Progress = silent) -> None:
        self._work = work
        self._settings = Settings(_env_file=None, data_dir=data, bot_token=None)  # type: ignore[call-arg]
        self._progress = progress

    def split(self, source: Path) -> Measured:
        """Its own split, weights tuned on valid, with the ablation."""
        return self._with_spared("split", source, Options(SYSTEMS, ablation=True))

    def live(self, source: Path, cut: int = CUT) -> Measured:
        """Its log by time, with the weights that the bot has."""
        return self._with_spared("live", live_log(source, self._work / "live", cut), Options(SYSTEMS, tune=False))

    def without_clicks(self, source: Path, seed: int = 0) -> Measured:
        """Half of the stickers were never chosen, and are asked for."""
        folder = stripped(source, self._work / "stripped", seed)
        return measured("stripped", self._run("stripped", folder, Options(SYSTEMS, tune=False)))

    def forgiveness(self, source: Path, most: int = 300, seed: int = 0) -> Forgiveness:
        """Queries mistyped in each way, and all queries typed well."""
        strict = self._settings.model_copy(update={"forgiving": False})

        def figure(name: str, folder: Path, metric: str, settings: Settings | None = None) -> float:
            outcome = self._run(name, folder, Options(("persrv-plus",), tune=False), settings)
            result = outcome.report.systems["persrv-plus"]
            return result.metrics[metric] if isinstance(result, SystemResult) else math.nan

        slips = []
        for number, (slip, mistype) in enumerate(SLIPS.items()):
            typed, clean = self._work / f"slip-{number}", self._work / f"slip-{number}-clean"
            pairs = mistyped(source, typed, clean, mistype, most=most, seed=seed)
            slips.append(
                Mistyped(
                    slip,
                    pairs,
                    figure(clean.name, clean, "R@20"),
                    figure(typed.name, typed, "R@20"),
                    figure(f"{typed.name}-strict", typed, "R@20", strict),
                )
            )
        return Forgiveness(slips, figure("strict", source, MAIN, strict) - figure("forgiving", source, MAIN))

    def labels(self, source: Path, seeds: Sequence[int] = SEEDS) -> Measured:
        """A fifth of the labels held out, once for each seed: means.

        The weights of persrv-plus are chosen inside of train, where an eighth is held out once more.
        """
        name = source.stem
        runs = []
        for seed in seeds:
            outer = held_out(source, self._work / f"{name}-{seed}", seed)
            inner = held_out_of_train(outer, self._work / f"{name}-{seed}-inner", seed)
            tuned = self._run(f"{name}-{seed}-inner", inner, Options(("persrv-plus",), seed=seed))
            settings = self._settings.model_copy(update=plus_settings(tuned))
            outcome = self._run(f"{name}-{seed}", outer, Options(SYSTEMS, seed=seed, tune=False), settings)
            runs.append(measured(name, outcome))
        return mean_of(name, runs)

    def _run(self, name: str, folder: Path, options: Options, settings: Settings | None = None) -> Evaluation:
        out = self._work / "reports" / name
        return run_evaluation(folder, out, settings or self._settings, options, self._progress)

    def _with_spared(self, name: str, folder: Path, options: Options) -> Measured:
        """And what style costs those who have none: the same weights once more, that of style 0."""
        evaluation = self._run(name, folder, options)
        settings = self._settings.model_copy(update={**plus_settings(evaluation), "plus_style": 0.0})
        plain = self._run(f"{name}-plain", folder, Options(("persrv-plus",), tune=False), settings)
        people = group_people(*choices_by_pack(folder)).without
        served, order = (each.runs["persrv-plus"].docids() for each in (evaluation, plain))
        return replace(
            measured(name, evaluation),
            without_style=spared(people, evaluation.pairs, served, order, seed=options.seed),
        )


def plus_settings(evaluation: Evaluation) -> dict[str, object]:
    """The weights of persrv-plus that a run had, as settings."""
    told = evaluation.report.settings
    return {setting.replace(".", "_"): value for setting, value in told.items() if setting.startswith("plus.")}


def measured(name: str, evaluation: Evaluation) -> Measured:
    """The figures of one run."""
    systems = {
        system: Figures(
            result.metrics,
            {view: result.strata[view].metrics.get(MAIN, float("nan")) for view in VIEWS},
            result.ms_per_query.p50,
        )
        for system, result in evaluation.report.systems.items()
        if isinstance(result, SystemResult)
    }
    scores = {system: score(run.docids(), evaluation.pairs) for system, run in evaluation.runs.items()}
    gains = compare(scores, "persrv-plus", "persrv", seed=evaluation.report.seed)
    return Measured(
        name,
        len(evaluation.pairs),
        systems,
        next((gain for gain in gains if gain.metric == MAIN), None),
        [(row.label, row.metrics[MAIN]) for row in evaluation.report.ablation if MAIN in row.metrics],
        commit=evaluation.report.commit,
    )


def mean_of(name: str, runs: Sequence[Measured]) -> Measured:
    """Means over runs of the same data set under several seeds, and how far M-MRR@20 strays."""
    systems = {}
    for system in runs[0].systems:
        every = [run.systems[system] for run in runs]
        systems[system] = Figures(
            {metric: statistics.fmean(each.metrics[metric] for each in every) for metric in every[0].metrics},
            {view: statistics.fmean(each.views[view] for each in every) for view in VIEWS},
            statistics.median(each.milliseconds for each in every),
        )
    spread = {system: statistics.pstdev(run.systems[system].metrics[MAIN] for run in runs) for system in systems}
    return Measured(name, sum(run.pairs for run in runs), systems, None, (), spread, runs[0].commit)
